namespace NtkPipeline.Core

/// φ of every tweet: the encoder's vectors of its tokens, pooled and not normalised; rows × width.
type PooledTweets = {
    Labelled: Matrix<float32>
    Test: Matrix<float32>
} with

    /// The labelled tweets, then the others.
    member this.All = Matrix.stack this.Labelled this.Test

/// Stage: an encoder and token ids → φ.
[<RequireQualifiedAccess>]
module PoolTweets =

    let private ofStored (labelled: Matrix<float32>, test: Matrix<float32>) =
        if labelled.Columns <> test.Columns then
            Error $"its labelled rows have %d{labelled.Columns} columns, its test rows %d{test.Columns}"
        elif (Matrix.firstNonFinite32 labelled).IsSome || (Matrix.firstNonFinite32 test).IsSome then
            Error "not all of its entries are finite numbers"
        else
            Ok { Labelled = labelled; Test = test }

    let private codec: Codec<PooledTweets> =
        Codec.pair ("labelled", Codec.matrix32) ("test", Codec.matrix32)
        |> Codec.map "pooled/1" (fun pooled -> pooled.Labelled, pooled.Test) ofStored

    /// `tell` hears how many texts are done, and how many there are.
    let stage
        (device: Device)
        (tell: System.Action<int, int>)
        : Stage<EncoderWeights * TweetTokens, PooledTweets> =
        let run (weights: EncoderWeights, tokens: TweetTokens) =
            let texts = tokens.All

            EncodeTexts.pooled device weights (Counted.over tell texts.Length) texts
            |> Result.map (fun rows ->
                let labelled = tokens.Labelled.Length

                {
                    Labelled = Matrix.gatherRows [| 0 .. labelled - 1 |] rows
                    Test = Matrix.gatherRows [| labelled .. rows.Rows - 1 |] rows
                })

        {
            Name = "pool-tweets"
            Version = 2
            Settings = Device.print device
            Codec = codec
            Body = Pure run
        }

    /// The same of an encoder that was fine-tuned.
    let tuned
        (device: Device)
        (tell: System.Action<int, int>)
        : Stage<EncoderWeights * TweetTokens, PooledTweets> = {
        stage device tell with
            Name = "pool-tweets/fine-tuned"
    }
