namespace NtkPipeline.Core

open System
open System.Globalization
open System.IO
open System.Text
open Deedle

/// A Deedle frame that is known to have a tweet's columns, every cell of which reads as what it must be.
type TweetFrame =
    private
    | TweetFrame of Frame<int, string>

    member this.Frame = let (TweetFrame frame) = this in frame

/// Tweets between CSV text, Deedle frames and records.
[<RequireQualifiedAccess>]
module TweetFrame =

    /// At most so many faults are listed.
    let private mostFaults = 20

    let private columns (isLabelled: bool) = [
        "id"
        "keyword"
        "location"
        "text"
        if isLabelled then
            "target"
    ]

    let private cell (column: Series<int, string>) row =
        match column.TryGet row with
        | OptionalValue.Present value -> value
        | _ -> ""

    let private optional text = if String.IsNullOrWhiteSpace text then None else Some text

    let private parseId (text: string) =
        match Int32.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture) with
        | true, id -> Result.Ok id
        | _ -> Result.Error $"id '%s{text}' is not a whole number"

    let private parseTarget (text: string) =
        match text with
        | "1" -> Result.Ok(Some true)
        | "0" -> Result.Ok(Some false)
        | _ -> Result.Error $"target '%s{text}' is neither 0 nor 1"

    let private shorten (faults: string list) =
        if faults.Length <= mostFaults then
            faults
        else
            List.truncate mostFaults faults @ [ $"and %d{faults.Length - mostFaults} more faults" ]

    let private refuse name (faults: string list) =
        let list = shorten faults |> String.concat "; "
        Result.Error(DataRefused $"%s{name}: %s{list}.")

    let private repeatedIds (lines: int[]) (ids: (int * int) list) =
        ids
        |> List.groupBy snd
        |> List.collect (fun (id, rows) ->
            match rows with
            | (first, _) :: again ->
                again
                |> List.map (fun (row, _) ->
                    $"line %d{lines[row]}: id %d{id} stands already on line %d{lines[first]}")
            | [] -> [])

    /// The tweets of a frame; `lines` are the lines that its rows start on. Every fault is named at once.
    let private tweetsOf
        name
        (isLabelled: bool)
        (lines: int[])
        (frame: Frame<int, string>)
        : Result<Tweet[], PipelineError> =
        match columns isLabelled |> List.filter (fun key -> not (Seq.contains key frame.ColumnKeys)) with
        | [] ->
            let column key = frame.GetColumn<string> key

            let ids, keywords, locations, texts =
                column "id", column "keyword", column "location", column "text"

            let targets = if isLabelled then Some(column "target") else None

            let rows = [
                for row in 0 .. frame.RowCount - 1 ->
                    let target =
                        match targets with
                        | Some targets -> parseTarget (cell targets row)
                        | None -> Result.Ok None

                    match parseId (cell ids row), target with
                    | Result.Ok id, Result.Ok target ->
                        Result.Ok {
                            Id = id
                            Keyword = optional (cell keywords row)
                            Location = optional (cell locations row)
                            Text = cell texts row
                            Target = target
                        }
                    | id, target ->
                        [
                            match id with
                            | Result.Error fault -> $"line %d{lines[row]}: %s{fault}"
                            | Result.Ok _ -> ()
                            match target with
                            | Result.Error fault -> $"line %d{lines[row]}: %s{fault}"
                            | Result.Ok _ -> ()
                        ]
                        |> Result.Error
            ]

            let tweets =
                rows
                |> List.choose (function
                    | Result.Ok tweet -> Some tweet
                    | Result.Error _ -> None)

            let faults =
                (rows
                 |> List.collect (function
                     | Result.Error faults -> faults
                     | Result.Ok _ -> []))
                @ (rows
                   |> List.indexed
                   |> List.choose (fun (row, result) ->
                       result |> Result.toOption |> Option.map (fun tweet -> row, tweet.Id))
                   |> repeatedIds lines)

            if rows.IsEmpty then refuse name [ "it holds a header and no tweet" ]
            elif faults.IsEmpty then Result.Ok(Array.ofList tweets)
            else refuse name faults
        | missing ->
            let names = missing |> List.map (fun key -> $"'%s{key}'") |> String.concat ", "
            refuse name [ $"line 1: column %s{names} is missing" ]

    let private strictUtf8 = UTF8Encoding(false, true)

    let private decode name (bytes: byte[]) =
        try
            let text = strictUtf8.GetString bytes

            match text.IndexOf '\000' with
            | -1 -> Result.Ok(text.TrimStart '\uFEFF')
            | at ->
                refuse name [
                    $"line %d{1 + Seq.length (Seq.filter ((=) '\n') text[..at])}: it holds a NUL character, so it is not a CSV text"
                ]
        with :? DecoderFallbackException as e ->
            refuse name [ $"byte %d{e.Index} is not UTF-8, so it is not a CSV text" ]

    let private readFrame (text: string) : Frame<int, string> =
        use stream = new MemoryStream(Encoding.UTF8.GetBytes text)
        Frame.ReadCsv(stream, hasHeaders = true, inferTypes = false, missingValues = [||])

    let private header (text: string) = text.Split([| '\n' |], 2)[0] |> _.TrimEnd('\r').Split(',')

    /// The tweets of a CSV file's bytes, read by Deedle. `name` is the file, for refusals: not UTF-8, an unclosed quote,
    /// a missing column, a ragged row, an id or target that is none, an id twice; each with its line, up to 20 at once.
    let parse (name: string) (isLabelled: bool) (bytes: byte[]) : Result<Tweet[], PipelineError> =
        decode name bytes
        |> Result.bind (fun text ->
            match CsvLayout.scan text with
            | Result.Error line -> refuse name [ $"line %d{line}: a quote opens here and never closes" ]
            | Result.Ok [||] -> refuse name [ "it is empty" ]
            | Result.Ok records ->
                let expected = records[0].Fields
                let rows = Array.tail records

                let ragged =
                    rows
                    |> Array.filter (fun record -> record.Fields <> expected)
                    |> Array.map (fun record ->
                        $"line %d{record.Line}: it has %d{record.Fields} fields, the header has %d{expected}")
                    |> List.ofArray

                match
                    header text |> Array.countBy id |> Array.filter (fun (_, count) -> count > 1), ragged
                with
                | [||], [] -> readFrame text |> tweetsOf name isLabelled (rows |> Array.map _.Line)
                | [||], faults -> refuse name faults
                | repeated, _ -> refuse name [ $"line 1: column '%s{fst repeated[0]}' stands twice" ])

    /// The tweets as a frame, rows counted from 0; a column "target" where every tweet has one.
    let ofTweets (tweets: Tweet[]) : TweetFrame =
        let column (pick: Tweet -> string option) =
            Series.ofOptionalObservations [ for i, tweet in Array.indexed tweets -> i, pick tweet ]

        let number (pick: Tweet -> int) =
            Series.ofObservations [ for i, tweet in Array.indexed tweets -> i, pick tweet ]

        let frame = frame [ "id" => number _.Id ]

        frame.AddColumn("keyword", column _.Keyword)
        frame.AddColumn("location", column _.Location)
        frame.AddColumn("text", column (fun tweet -> Some tweet.Text))

        if tweets |> Array.forall _.Target.IsSome then
            frame.AddColumn("target", number (fun tweet -> if tweet.Target = Some true then 1 else 0))

        TweetFrame frame

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
                    Option.defaultValue "" tweet.Keyword
                    Option.defaultValue "" tweet.Location
                    tweet.Text
                ]
                |> List.map CsvLayout.quote
                |> String.concat ","

            writer.Write $"%d{tweet.Id},%s{texts}"

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
            Result.Ok [||]
        else
            TweetFrame.parse "the table" isLabelled bytes |> Result.mapError _.Sentence

    /// Keeps every text that is valid Unicode without NUL; a keyword or location that is blank is read as none.
    let codec: Codec<Tweet[]> = { Schema = "tweets-csv/1"; Extension = "csv"; Write = write; Read = read }
