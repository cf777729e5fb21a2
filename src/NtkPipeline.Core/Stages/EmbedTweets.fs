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

    /// The encoder is part of the name, so that several stand beside one another.
    let private stage encoder settings body : Stage<'i, Embeddings> = {
        Name = if encoder = "" then "embed-tweets" else $"embed-tweets/%s{encoder}"
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
        if all.Columns = 0 then
            Error(
                DataRefused
                    $"the encoder %s{name} finds nothing in these tweets; leave it out of embed.encoder"
            )
        else
            refuseNonFinite name "embedded" all
            |> Result.map (fun () -> {
                Encoder = name
                Labelled = all |> Matrix.gatherRows [| 0 .. labelled - 1 |]
                Test = all |> Matrix.gatherRows [| labelled .. all.Rows - 1 |]
            })

    /// LSA, fitted on the texts of both sets. The first encoder there was, it keeps the plain name, on which its seed hangs.
    let lsa (settings: LsaSettings) : Stage<Tweet[] * Tweet[], Embeddings> =
        let run seed (labelled: Tweet[], test: Tweet[]) =
            Array.append (texts labelled) (texts test)
            |> Lsa.embed settings seed
            |> Result.bind (fun all -> divide $"lsa %d{all.Columns}" labelled.Length all)

        stage "" $"lsa %s{Fingerprint.describe settings}" (Seeded run)

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

        stage "npy" "precomputed" (Pure run)

    /// A sentence transformer. `kind` is part of the stage's name, so that several stand beside one another; `identity` is the digest of its model,
    /// vocabulary and pooling, `encode` runs it: one row a text.
    /// It was trained on natural text, so it is to be given tweets with entities decoded and mojibake repaired, but with
    /// their case, punctuation and links (`CleanText.natural`).
    let transformer
        (kind: string)
        (name: string)
        (identity: Digest)
        (encode: string[] -> Result<Matrix<float32>, PipelineError>)
        : Stage<Tweet[] * Tweet[], Embeddings> =
        let run (labelled: Tweet[], test: Tweet[]) =
            Array.append (texts labelled) (texts test)
            |> encode
            |> Result.bind (divide $"%s{name}" labelled.Length)

        stage kind $"transformer %s{identity.Hex}" (Pure run)

    /// The tweets' surface, as they were written (not cleaned).
    let surface: Stage<Tweet[] * Tweet[], Embeddings> =
        let run (labelled: Tweet[], test: Tweet[]) =
            Array.append (texts labelled) (texts test)
            |> SurfaceFeatures.measure
            |> divide "surface" labelled.Length

        stage "surface" "surface" (Pure run)

    /// The tweets' keywords, one column each.
    let keywords: Stage<Tweet[] * Tweet[], Embeddings> =
        let run (labelled: Tweet[], test: Tweet[]) =
            Array.append labelled test |> SurfaceFeatures.keywords |> divide "keywords" labelled.Length

        stage "keywords" "keywords" (Pure run)

    /// The places that the tweets name, one column for each that enough of them name.
    let locations (leastTweets: int) : Stage<Tweet[] * Tweet[], Embeddings> =
        let run (labelled: Tweet[], test: Tweet[]) =
            Array.append labelled test
            |> LocationFeatures.columns leastTweets
            |> divide "location" labelled.Length

        stage "location" $"location %d{leastTweets}" (Pure run)
