namespace NtkPipeline.Core

/// Stage: labelled tweets → so many of them, drawn at random with each class's share, in their order. All, where there are no more.
[<RequireQualifiedAccess>]
module DrawTweets =

    let private run (count: int) (seed: Seed) (tweets: Tweet[]) =
        if count >= tweets.Length then
            Ok tweets
        else
            let positive = tweets |> Array.map (fun tweet -> tweet.Target = Some true)
            let alone = Array.init tweets.Length id

            let _, drawn = StratifiedSplit.holdOut (float count / float tweets.Length) seed positive alone

            drawn |> Array.map (fun row -> tweets[row]) |> Ok

    let stage (count: int) : Stage<Tweet[], Tweet[]> = {
        Name = "draw-tweets"
        Version = 1
        Settings = Fingerprint.describe count
        Codec = TweetTable.codec
        Body = Seeded(run count)
    }
