namespace NtkPipeline.Core

/// Stage: the bytes of a CSV file → tweets, every cell checked.
[<RequireQualifiedAccess>]
module ReadTweets =

    let private run (file: string) isLabelled (bytes: byte[]) =
        if bytes.Length = 0 && not isLabelled then
            Ok [||]
        else
            TweetFrame.parse file isLabelled bytes

    /// `part` tells the labelled tweets ("train") from the others ("test"); `file` is named in refusals. No bytes are no test set.
    let stage (part: string) (file: string) (isLabelled: bool) : Stage<byte[], Tweet[]> = {
        Name = $"read-tweets/%s{part}"
        // 2: a quote inside an unquoted field is a character.
        Version = 2
        Settings = Fingerprint.describe isLabelled
        Codec = TweetTable.codec
        Body = Pure(run file isLabelled)
    }
