namespace NtkPipeline.Core

open System.Text
open Deedle

/// CSV text as a Deedle frame of texts, rows counted from 0; what is wrong with it is named with its line.
[<RequireQualifiedAccess>]
module CsvFrame =

    /// At most so many faults are listed.
    let private mostFaults = 20

    /// A refusal that names the file and lists the faults, of which only those are put into words that are listed: a file may have
    /// one on each of its lines.
    let refuseAll (name: string) (faults: (unit -> string) list) : Result<'a, PipelineError> =
        let more = faults.Length - mostFaults

        let list =
            [
                for fault in List.truncate mostFaults faults do
                    fault ()
                if more > 0 then
                    $"and %d{more} more faults"
            ]
            |> String.concat "; "

        Result.Error(DataRefused $"%s{name}: %s{list}.")

    let refuse (name: string) (faults: string list) : Result<'a, PipelineError> =
        faults |> List.map (fun fault -> fun () -> fault) |> refuseAll name

    let private strictUtf8 = UTF8Encoding(false, true)

    let private decode name (bytes: byte[]) =
        try
            let text = strictUtf8.GetString bytes

            match text.IndexOf '\000' with
            | -1 ->
                let text = text.TrimStart '\uFEFF'

                match CsvWayOn.ofHeader text with
                | Some fault -> refuse name [ $"line 1: %s{fault}" ]
                | None -> Result.Ok text
            | at ->
                refuse name [
                    $"line %d{1 + Seq.length (Seq.filter ((=) '\n') text[..at])}: it holds a NUL character, so it is not a CSV text"
                ]
        with :? DecoderFallbackException as e ->
            let wayOn = CsvWayOn.ofBytes bytes |> Option.map (sprintf "; %s") |> Option.defaultValue ""
            refuse name [ $"byte %d{e.Index} is not UTF-8, so it is not a CSV text%s{wayOn}" ]

    /// A column for each name; one without, as a comma at a line's end makes it, is none.
    let private ofRecords (names: string[]) (rows: CsvRecord[]) : Frame<int, string> =
        Frame.ofColumns [
            for k in 0 .. names.Length - 1 do
                if names[k] <> "" then
                    names[k] => Series.ofValues (rows |> Array.map (fun row -> row.Fields[k]))
        ]

    let private raggedRows (expected: int) (rows: CsvRecord[]) =
        rows
        |> Array.filter (fun record -> record.Fields.Length <> expected)
        |> List.ofArray
        |> List.map (fun record ->
            fun () ->
                $"line %d{record.Line}: it has %d{record.Fields.Length} fields, the header has %d{expected}")

    /// What to say of a column that is not there.
    let missing (columns: string list) (frame: Frame<int, string>) : string option =
        match columns |> List.filter (fun key -> not (Seq.contains key frame.ColumnKeys)) with
        | [] -> None
        | missing ->
            let names = missing |> List.map (fun key -> $"'%s{key}'") |> String.concat ", "
            Some $"line 1: column %s{names} is missing"

    /// The cells of a column that is there, in the order of the rows; a missing one is an empty text.
    let cells (column: string) (frame: Frame<int, string>) : string[] =
        let series = frame.GetColumn<string> column

        [|
            for row in 0 .. frame.RowCount - 1 ->
                match series.TryGet row with
                | OptionalValue.Present value -> value
                | _ -> ""
        |]

    /// The columns' names, "" of one without, and the rows. Blanks around a name are none of it. Refused: bytes that are not UTF-8, a NUL, a
    /// header that is divided by other than commas, a quote that never closes or that text follows, nothing at all, a column twice, a ragged row.
    let records (name: string) (bytes: byte[]) : Result<string[] * CsvRecord[], PipelineError> =
        decode name bytes
        |> Result.bind (fun text ->
            match CsvLayout.scan text with
            | Result.Error(line, fault) -> refuse name [ $"line %d{line}: %s{fault}" ]
            | Result.Ok [||] -> refuse name [ "it is empty" ]
            | Result.Ok records ->
                let names = records[0].Fields |> Array.map _.Trim()
                let rows = Array.tail records

                let repeated =
                    names
                    |> Array.countBy id
                    |> Array.tryFind (fun (column, count) -> column <> "" && count > 1)

                match repeated, raggedRows names.Length rows with
                | None, [] -> Result.Ok(names, rows)
                | None, faults -> refuseAll name faults
                | Some(column, _), _ ->
                    refuse name [
                        $"line %d{records[0].Line}: column '%s{PlainLine.ofWords column}' stands twice"
                    ])

    /// The frame, and the line that each of its rows starts on, of what `records` takes.
    let parse (name: string) (bytes: byte[]) : Result<Frame<int, string> * int[], PipelineError> =
        records name bytes
        |> Result.map (fun (names, rows) -> ofRecords names rows, rows |> Array.map _.Line)
