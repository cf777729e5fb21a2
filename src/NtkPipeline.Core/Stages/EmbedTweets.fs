namespace NtkPipeline.Core

/// One row a tweet, from one encoder.
type Embeddings = {
    /// The encoder's name, for people: "lsa 384".
    Encoder: string
    /// Labelled tweets × columns.
    Labelled: Matrix<float32>
    /// Test tweets × columns; no rows without a test set.
    Test: Matrix<float32>
}

/// Stage: cleaned tweets, labelled and test → embeddings. One maker for each kind of encoder; no label is ever looked at.
[<RequireQualifiedAccess>]
module EmbedTweets =

    let codec: Codec<Embeddings> =
        Codec.pair
            ("encoder", Codec.text "encoder-name/1" "txt")
            ("rows", Codec.pair ("labelled", Codec.matrix32) ("test", Codec.matrix32))
        |> Codec.map
            "embeddings/1"
            (fun embeddings -> embeddings.Encoder, (embeddings.Labelled, embeddings.Test))
            (fun (encoder, (labelled, test)) ->
                if labelled.Columns <> test.Columns then
                    Error
                        $"its labelled rows have %d{labelled.Columns} columns, its test rows %d{test.Columns}"
                else
                    Ok { Encoder = encoder; Labelled = labelled; Test = test })

    let private stage settings body : Stage<'i, Embeddings> = {
        Name = "embed-tweets"
        Version = 1
        Settings = settings
        Codec = codec
        Body = body
    }

    let private texts (tweets: Tweet[]) = tweets |> Array.map _.Text

    let private refuseNonFinite name part (m: Matrix<float32>) =
        match Matrix.firstNonFinite32 m with
        | Some(i, j) ->
            Error(
                NumbersRefused $"%s{name}: entry (%d{i}, %d{j}) of the %s{part} rows is not a finite number"
            )
        | None -> Ok()

    /// Embeddings of all tweets together, the labelled ones first, as those of the two sets.
    let private divide name (labelled: int) (all: Matrix<float32>) =
        refuseNonFinite name "embedded" all
        |> Result.map (fun () -> {
            Encoder = name
            Labelled = all |> Matrix.gatherRows [| 0 .. labelled - 1 |]
            Test = all |> Matrix.gatherRows [| labelled .. all.Rows - 1 |]
        })

    /// LSA, fitted on the texts of both sets.
    let lsa (settings: LsaSettings) : Stage<Tweet[] * Tweet[], Embeddings> =
        let run seed (labelled: Tweet[], test: Tweet[]) =
            Array.append (texts labelled) (texts test)
            |> Lsa.embed settings seed
            |> Result.bind (fun all -> divide $"lsa %d{all.Columns}" labelled.Length all)

        stage $"lsa %s{Fingerprint.describe settings}" (Seeded run)

    let private checkRows file part (tweets: Tweet[]) (m: Matrix<float32>) =
        if m.Rows = tweets.Length then
            refuseNonFinite file part m
        else
            Error(DataRefused $"%s{file}: it has %d{m.Rows} %s{part} rows for %d{tweets.Length} tweets")

    /// Embeddings that another program made, one row a tweet, in the tweets' order. `file` is named in refusals.
    let precomputed
        (file: string)
        : Stage<(Tweet[] * Tweet[]) * (Matrix<float32> * Matrix<float32>), Embeddings> =
        let run ((labelledTweets, testTweets), (labelled: Matrix<float32>, test: Matrix<float32>)) =
            checkRows file "labelled" labelledTweets labelled
            |> Result.bind (fun () -> checkRows file "test" testTweets test)
            |> Result.bind (fun () ->
                if labelled.Columns <> test.Columns then
                    Error(
                        DataRefused
                            $"%s{file}: its labelled rows have %d{labelled.Columns} columns and its test rows %d{test.Columns}"
                    )
                else
                    Ok {
                        Encoder = $"precomputed %d{labelled.Columns}"
                        Labelled = labelled
                        Test = test
                    })

        stage "precomputed" (Pure run)

    /// A sentence transformer. `identity` is the digest of its model and vocabulary, `encode` runs it: one row a text.
    /// It was trained on natural text, so it is to be given tweets with entities decoded and mojibake repaired, but with
    /// their case, punctuation and links (`CleanText.natural`).
    let transformer
        (name: string)
        (identity: Digest)
        (encode: string[] -> Result<Matrix<float32>, PipelineError>)
        : Stage<Tweet[] * Tweet[], Embeddings> =
        let run (labelled: Tweet[], test: Tweet[]) =
            Array.append (texts labelled) (texts test)
            |> encode
            |> Result.bind (divide $"%s{name}" labelled.Length)

        stage $"transformer %s{identity.Hex}" (Pure run)

    /// The tweets' surface, as they were written (not cleaned).
    let surface: Stage<Tweet[] * Tweet[], Embeddings> =
        let run (labelled: Tweet[], test: Tweet[]) =
            Array.append (texts labelled) (texts test)
            |> SurfaceFeatures.measure
            |> divide "surface" labelled.Length

        stage "surface" (Pure run)

    /// The tweets' keywords, one column each.
    let keywords: Stage<Tweet[] * Tweet[], Embeddings> =
        let run (labelled: Tweet[], test: Tweet[]) =
            Array.append labelled test |> SurfaceFeatures.keywords |> divide "keywords" labelled.Length

        stage "keywords" (Pure run)

    /// What a part's rows are multiplied by, so that their mean squared norm is weight².
    let private scaleOf weight (part: Embeddings) =
        let squares =
            Seq.append part.Labelled.Values part.Test.Values
            |> Seq.sumBy (fun entry -> float entry * float entry)

        if squares = 0.0 then
            0.0
        else
            weight / sqrt (squares / float (part.Labelled.Rows + part.Test.Rows))

    let private joinRows (parts: (float * Matrix<float32>) list) =
        let rows = (snd parts.Head).Rows

        Array.init rows (fun i ->
            parts
            |> List.map (fun (scale, part) ->
                (Matrix.row i part).ToArray() |> Array.map (fun entry -> float32 (scale * float entry)))
            |> Array.concat)
        |> Matrix.ofRows (parts |> List.sumBy (fun (_, part) -> part.Columns))

    /// Several embeddings of the same tweets side by side. Each part is scaled to a mean squared norm of its weight²;
    /// there is a weight for every part, in their order.
    let beside (weights: float list) : Stage<Embeddings list, Embeddings> =
        let run (parts: Embeddings list) =
            let sizes = parts |> List.map (fun part -> part.Labelled.Rows, part.Test.Rows) |> List.distinct

            match sizes with
            | [ _ ] when parts.Length = weights.Length ->
                let scales = List.map2 scaleOf weights parts

                Ok {
                    Encoder = parts |> List.map _.Encoder |> String.concat " + "
                    Labelled = joinRows (List.map2 (fun scale part -> scale, part.Labelled) scales parts)
                    Test = joinRows (List.map2 (fun scale part -> scale, part.Test) scales parts)
                }
            | [ _ ] ->
                Error(
                    DataRefused
                        $"%d{parts.Length} encoders are to stand side by side, and %d{weights.Length} weights are given"
                )
            | _ ->
                let rows = sizes |> List.map (fun (labelled, test) -> $"%d{labelled} + %d{test}")
                let list = String.concat ", " rows
                Error(DataRefused $"encoders side by side have rows of different tweets: %s{list}")

        stage $"beside %s{Fingerprint.describe weights}" (Pure run)
