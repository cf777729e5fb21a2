namespace NtkPipeline.Core

open System
open Deedle

/// A Deedle frame that is known to have a tweet's columns, every cell of which reads as what it must be.
type TweetFrame =
    private
    | TweetFrame of Frame<int, string>

    member this.Frame = let (TweetFrame frame) = this in frame

/// Tweets between CSV text, Deedle frames and records.
[<RequireQualifiedAccess>]
module TweetFrame =

    let private optional text = if String.IsNullOrWhiteSpace text then None else Some text

    /// A cell in a message: a slipped column must not spread somebody's words.
    let private shown (text: string) =
        let line = text.ReplaceLineEndings " "
        if line.Length <= 12 then line else line[..8] + "…"

    /// How to go on where ids are no ids.
    let private cure = "--set data.id=none numbers the rows from 1 instead"

    let private parseId (text: string) =
        RowId.ofCell text
        |> Result.mapError (fun fault -> fun () -> $"id '%s{PlainLine.ofText (shown text)}' %s{fault}")

    /// The first id that is none says how to go on.
    let private idsOf (cells: string[]) =
        let ids = cells |> Array.map parseId
        let first = ids |> Array.tryFindIndex Result.isError

        ids
        |> Array.mapi (fun row id ->
            if Some row = first then
                id |> Result.mapError (fun fault -> fun () -> $"%s{fault ()}; %s{cure}")
            else
                id)

    /// Of rows that are not looked at for a label, none.
    let private parseTarget (column: string) (classes: (string * string) option) (text: string) =
        match classes with
        | None -> Result.Ok None
        | Some(negative, positive) ->
            match LearningTask.name text with
            | name when name = positive -> Result.Ok(Some true)
            | name when name = negative -> Result.Ok(Some false)
            | _ ->
                Result.Error(fun () ->
                    $"%s{column} '%s{shown text}' is neither %s{shown negative} nor %s{shown positive}")

    /// Ids in a message.
    let private named (id: RowId) =
        match id with
        | RowId.Number number -> string number
        | RowId.Word word -> $"'%s{shown word}'"

    let private repeatedIds (lines: int[]) (ids: (int * RowId) list) =
        ids
        |> List.groupBy snd
        |> List.collect (fun (id, rows) ->
            match rows with
            | (first, _) :: again ->
                again
                |> List.map (fun (row, _) ->
                    fun () ->
                        $"line %d{lines[row]}: id %s{named id} stands already on line %d{lines[first]}")
            | [] -> [])
        |> function
            | first :: others -> (fun () -> $"%s{first ()}; %s{cure}") :: others
            | [] -> []

    /// A row's parts, or what is wrong with them.
    let private tweet (line: int) id target (keyword: string) (location: string) (text: string) =
        match id, target with
        | Result.Ok id, Result.Ok target ->
            Result.Ok {
                Id = id
                Keyword = optional keyword
                Location = optional location
                Text = text
                Target = target
            }
        | id, target ->
            [
                match id with
                | Result.Error fault -> (fun () -> $"line %d{line}: %s{fault ()}")
                | Result.Ok _ -> ()
                match target with
                | Result.Error fault -> (fun () -> $"line %d{line}: %s{fault ()}")
                | Result.Ok _ -> ()
            ]
            |> Result.Error

    /// The tweets of a frame; `lines` are the lines that its rows start on. Every fault is named at once.
    let private tweetsOf
        name
        (columns: DataColumns)
        (classes: (string * string) option)
        (lines: int[])
        (frame: Frame<int, string>)
        : Result<Tweet[], PipelineError> =
        match DataColumns.fault classes.IsSome columns frame.ColumnKeys with
        | Some fault -> CsvFrame.refuse name [ fault ]
        | None ->
            let has (column: string) = column <> DataColumns.none && Seq.contains column frame.ColumnKeys

            let cells (column: string) =
                if has column then CsvFrame.cells column frame else Array.create lines.Length ""

            let ids =
                if has columns.Id then
                    idsOf (cells columns.Id)
                else
                    Array.init lines.Length (fun row -> Result.Ok(RowId.ofPlace (row + 1)))

            let targets =
                if classes.IsSome then
                    cells columns.Label |> Array.map (parseTarget columns.Label classes)
                else
                    Array.create lines.Length (Result.Ok None)

            let keywords, locations, texts = cells columns.Keyword, cells columns.Location, cells columns.Text

            let rows = [
                for row in 0 .. lines.Length - 1 ->
                    tweet lines[row] ids[row] targets[row] keywords[row] locations[row] texts[row]
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

    /// The tweets of a CSV file's bytes with these columns. `name` is the file, for refusals: those of `CsvFrame.parse`, a missing column
    /// with the setting that names it, an id or label that is none, an id twice; each with its line, up to 20 at once. `classes` are the
    /// negative and the positive one; without them no label is looked at.
    let read
        (columns: DataColumns)
        (classes: (string * string) option)
        (name: string)
        (bytes: byte[])
        : Result<Tweet[], PipelineError> =
        CsvFrame.parse name bytes
        |> Result.bind (fun (frame, lines) -> tweetsOf name columns classes lines frame)

    /// The same of Kaggle's columns and labels.
    let parse (name: string) (isLabelled: bool) (bytes: byte[]) : Result<Tweet[], PipelineError> =
        read DataColumns.kaggle (if isLabelled then Some("0", "1") else None) name bytes

    /// The tweets as a frame, rows counted from 0; ids are numbers where all of them are; a column "target" where every tweet has one.
    let ofTweets (tweets: Tweet[]) : TweetFrame =
        let column (pick: Tweet -> string option) =
            Series.ofOptionalObservations [ for i, tweet in Array.indexed tweets -> i, pick tweet ]

        let numbers =
            tweets
            |> Array.choose (fun tweet ->
                match tweet.Id with
                | RowId.Number number -> Some number
                | RowId.Word _ -> None)

        let frame =
            if numbers.Length = tweets.Length then
                frame [ "id" => Series.ofValues numbers ]
            else
                frame [ "id" => Series.ofValues [ for tweet in tweets -> RowId.text tweet.Id ] ]

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
