namespace NtkPipeline.Core

/// Stage: the bytes of a CSV file → tweets, every cell checked.
[<RequireQualifiedAccess>]
module ReadTweets =

    let private run (file: string) columns classes (bytes: byte[]) =
        if bytes.Length = 0 && Option.isNone classes then
            Ok [||]
        else
            TweetFrame.read columns classes file bytes

    /// `part` tells the labelled tweets ("train") from the others ("test"); `file` is named in refusals. `classes` are the negative and the
    /// positive one; without them no label is looked at, and no bytes are no rows.
    let own
        (part: string)
        (file: string)
        (columns: DataColumns)
        (classes: (string * string) option)
        : Stage<byte[], Tweet[]> = {
        Name = $"read-tweets/%s{part}"
        // 3: columns have any names.
        Version = 3
        Settings = Fingerprint.describe (columns, Option.toList classes)
        Codec = TweetTable.codec
        Body = Pure(run file columns classes)
    }

    /// Of Kaggle's columns.
    let stage (part: string) (file: string) (isLabelled: bool) : Stage<byte[], Tweet[]> =
        own part file DataColumns.kaggle (if isLabelled then Some("0", "1") else None)
