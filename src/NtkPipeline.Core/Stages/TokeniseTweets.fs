namespace NtkPipeline.Core

/// Word pieces of every tweet, [CLS] and [SEP] included.
type TweetTokens = {
    Labelled: int[][]
    Test: int[][]
} with

    /// The labelled tweets, then the others.
    member this.All = Array.append this.Labelled this.Test

/// Stage: tweets → token ids.
[<RequireQualifiedAccess>]
module TokeniseTweets =

    /// What stands behind a text's last id.
    let private nothing = -1.0f

    let private toMatrix (texts: int[][]) : Matrix<float32> =
        let most = texts |> Array.fold (fun most ids -> max most ids.Length) 0

        Matrix.init texts.Length most (fun i j ->
            if j < texts[i].Length then float32 (texts[i][j]) else nothing)

    /// Whether it is a whole number that float32 tells from its neighbours.
    let private isId (id: float32) = id >= 0.0f && id < 16777216.0f && id = floor id

    let private ofMatrix (ids: Matrix<float32>) : Result<int[][], string> =
        let texts =
            Array.init ids.Rows (fun i -> (Matrix.row i ids).ToArray() |> Array.takeWhile ((<>) nothing))

        if texts |> Array.exists Array.isEmpty then
            Error "a text of it has no token ids"
        elif texts |> Array.exists (Array.forall isId >> not) then
            Error "not all of its token ids are whole numbers from 0 on"
        else
            Ok(texts |> Array.map (Array.map int))

    /// A row of ids a text, filled up with −1: whole numbers, which float32 holds exactly up to 2²⁴.
    let private codec: Codec<TweetTokens> =
        let texts = Codec.map "token-ids/1" toMatrix ofMatrix Codec.matrix32

        Codec.pair ("labelled", texts) ("test", texts)
        |> Codec.map "tweet-tokens/1" (fun tokens -> tokens.Labelled, tokens.Test) (fun (labelled, test) ->
            Ok { Labelled = labelled; Test = test })

    /// `identity` is the digest of the encoder's files; a text keeps its first most − 1 ids and [SEP]. The vocabulary is read when the stage
    /// really runs.
    let stage
        (identity: Digest)
        (most: int)
        (wordPiece: Lazy<Result<WordPiece, PipelineError>>)
        : Stage<Tweet[] * Tweet[], TweetTokens> =
        let run (labelled: Tweet[], test: Tweet[]) =
            wordPiece.Force()
            |> Result.map (fun wordPiece ->
                let ids (tweets: Tweet[]) =
                    tweets |> Array.map (fun tweet -> WordPiece.idsWithin most wordPiece tweet.Text)

                { Labelled = ids labelled; Test = ids test })

        {
            Name = "tokenise-tweets"
            Version = 1
            Settings = $"%s{identity.Hex}, at most %d{most} tokens"
            Codec = codec
            Body = Pure run
        }
