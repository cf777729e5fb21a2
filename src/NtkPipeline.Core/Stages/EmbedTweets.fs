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
