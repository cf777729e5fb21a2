namespace NtkPipeline.Core

open System.IO
open System.Text

/// Tweets on disk between stages: CSV in Kaggle's columns.
[<RequireQualifiedAccess>]
module TweetTable =

    let private write (stream: Stream) (tweets: Tweet[]) =
        use writer = new StreamWriter(stream, UTF8Encoding false, leaveOpen = true)
        let isLabelled = tweets.Length > 0 && tweets |> Array.forall _.Target.IsSome

        writer.Write(
            if isLabelled then
                "id,keyword,location,text,target\n"
            else
                "id,keyword,location,text\n"
        )

        for tweet in tweets do
            let texts =
                [
                    RowId.text tweet.Id
                    Option.defaultValue "" tweet.Keyword
                    Option.defaultValue "" tweet.Location
                    tweet.Text
                ]
                |> List.map CsvLayout.quote
                |> String.concat ","

            writer.Write texts

            if isLabelled then
                writer.Write(if tweet.Target = Some true then ",1" else ",0")

            writer.Write '\n'

    let private read (stream: Stream) =
        use memory = new MemoryStream()
        stream.CopyTo memory
        let bytes = memory.ToArray()

        let isLabelled =
            Encoding.UTF8.GetString(bytes, 0, min 64 bytes.Length).StartsWith
                "id,keyword,location,text,target"

        if bytes.Length < 64 && Encoding.UTF8.GetString(bytes).Trim() = "id,keyword,location,text" then
            Ok [||]
        else
            TweetFrame.parse "the table" isLabelled bytes |> Result.mapError _.Sentence

    /// Keeps every text that is valid Unicode without NUL; a keyword or location that is blank is read as none.
    let codec: Codec<Tweet[]> = { Schema = "tweets-csv/1"; Extension = "csv"; Write = write; Read = read }
