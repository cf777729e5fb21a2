namespace NtkPipeline.Core

open System
open System.Globalization
open Deedle

/// A Deedle frame that is known to have a tweet's columns, every cell of which reads as what it must be.
type TweetFrame =
    private
    | TweetFrame of Frame<int, string>

    member this.Frame = let (TweetFrame frame) = this in frame

/// Tweets between CSV text, Deedle frames and records.
[<RequireQualifiedAccess>]
module TweetFrame =

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

    /// A cell in a message: a slipped column must not spread somebody's words.
    let private shown (text: string) =
        let line = text.ReplaceLineEndings " "
        if line.Length <= 12 then line else line[..8] + "…"

    let private parseId (text: string) =
        match Int64.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture) with
        | true, id when string id = text -> Result.Ok id
        | true, id ->
            Result.Error(fun () ->
                $"id '%s{shown text}' would be written back as %d{id}, so write it in digits alone")
        | _ -> Result.Error(fun () -> $"id '%s{shown text}' is not a whole number of at most 64 bits")

    let private parseTarget (text: string) =
        match text with
        | "1" -> Result.Ok(Some true)
        | "0" -> Result.Ok(Some false)
        | _ -> Result.Error(fun () -> $"target '%s{shown text}' is neither 0 nor 1")

    let private repeatedIds (lines: int[]) (ids: (int * int64) list) =
        ids
        |> List.groupBy snd
        |> List.collect (fun (id, rows) ->
            match rows with
            | (first, _) :: again ->
                again
                |> List.map (fun (row, _) ->
                    fun () -> $"line %d{lines[row]}: id %d{id} stands already on line %d{lines[first]}")
            | [] -> [])

    /// The tweets of a frame; `lines` are the lines that its rows start on. Every fault is named at once.
    let private tweetsOf
        name
        (isLabelled: bool)
        (lines: int[])
        (frame: Frame<int, string>)
        : Result<Tweet[], PipelineError> =
        match CsvFrame.missing (columns isLabelled) frame with
        | Some fault -> CsvFrame.refuse name [ fault ]
        | None ->
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
                            | Result.Error fault -> (fun () -> $"line %d{lines[row]}: %s{fault ()}")
                            | Result.Ok _ -> ()
                            match target with
                            | Result.Error fault -> (fun () -> $"line %d{lines[row]}: %s{fault ()}")
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

            if rows.IsEmpty then CsvFrame.refuse name [ "it holds a header and no tweet" ]
            elif faults.IsEmpty then Result.Ok(Array.ofList tweets)
            else CsvFrame.refuseAll name faults

    /// The tweets of a CSV file's bytes. `name` is the file, for refusals: those of `CsvFrame.parse`, a missing column, an id or
    /// target that is none, an id twice; each with its line, up to 20 at once.
    let parse (name: string) (isLabelled: bool) (bytes: byte[]) : Result<Tweet[], PipelineError> =
        CsvFrame.parse name bytes
        |> Result.bind (fun (frame, lines) -> tweetsOf name isLabelled lines frame)

    /// The tweets as a frame, rows counted from 0; a column "target" where every tweet has one.
    let ofTweets (tweets: Tweet[]) : TweetFrame =
        let column (pick: Tweet -> string option) =
            Series.ofOptionalObservations [ for i, tweet in Array.indexed tweets -> i, pick tweet ]

        let frame =
            frame [
                "id" => Series.ofObservations [ for i, tweet in Array.indexed tweets -> i, tweet.Id ]
            ]

        frame.AddColumn("keyword", column _.Keyword)
        frame.AddColumn("location", column _.Location)
        frame.AddColumn("text", column (fun tweet -> Some tweet.Text))

        if tweets |> Array.forall _.Target.IsSome then
            let targets =
                Series.ofObservations [
                    for i, tweet in Array.indexed tweets -> i, (if tweet.Target = Some true then 1 else 0)
                ]

            frame.AddColumn("target", targets)

        TweetFrame frame
