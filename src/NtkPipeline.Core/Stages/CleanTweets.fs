namespace NtkPipeline.Core

/// Stage: tweets → the same tweets, their texts cleaned. A text may become empty; the row stays.
[<RequireQualifiedAccess>]
module CleanTweets =

    let clean (settings: CleanSettings) (tweets: Tweet[]) : Tweet[] =
        tweets |> Array.map (fun tweet -> { tweet with Text = CleanText.clean settings tweet.Text })

    /// `part` tells the labelled tweets ("train") from the others ("test").
    let stage (part: string) (settings: CleanSettings) : Stage<Tweet[], Tweet[]> = {
        Name = $"clean-tweets/%s{part}"
        Version = 1
        Settings = Fingerprint.describe settings
        Codec = TweetTable.codec
        Body = Pure(clean settings >> Ok)
    }
