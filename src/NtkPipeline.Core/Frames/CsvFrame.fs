namespace NtkPipeline.Core

open System.IO
open System.Text
open Deedle

/// CSV text as a Deedle frame of texts, rows counted from 0; what is wrong with it is named with its line.
[<RequireQualifiedAccess>]
module CsvFrame =

    /// At most so many faults are listed.
    let private mostFaults = 20

    let private shorten (faults: string list) =
        if faults.Length <= mostFaults then
            faults
        else
            List.truncate mostFaults faults @ [ $"and %d{faults.Length - mostFaults} more faults" ]

    /// A refusal that names the file and lists the faults.
    let refuse (name: string) (faults: string list) : Result<'a, PipelineError> =
        let list = shorten faults |> String.concat "; "
        Result.Error(DataRefused $"%s{name}: %s{list}.")

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

        // Without being told, Deedle takes a header with a tab and no comma for tab-separated.
        Frame.ReadCsv(stream, hasHeaders = true, inferTypes = false, missingValues = [||], separators = ",")

    let private raggedRows (expected: int) (rows: CsvRecord[]) =
        rows
        |> Array.filter (fun record -> record.Fields <> expected)
        |> Array.map (fun record ->
            $"line %d{record.Line}: it has %d{record.Fields} fields, the header has %d{expected}")
        |> List.ofArray

    /// What to say of a column that is not there.
    let missing (columns: string list) (frame: Frame<int, string>) : string option =
        match columns |> List.filter (fun key -> not (Seq.contains key frame.ColumnKeys)) with
        | [] -> None
        | missing ->
            let names = missing |> List.map (fun key -> $"'%s{key}'") |> String.concat ", "
            Some $"line 1: column %s{names} is missing"

    /// The frame, and the line that each of its rows starts on. Refused: bytes that are not UTF-8, a NUL, an unclosed quote,
    /// nothing at all, a column twice, a ragged row.
    let parse (name: string) (bytes: byte[]) : Result<Frame<int, string> * int[], PipelineError> =
        decode name bytes
        |> Result.bind (fun text ->
            match CsvLayout.scan text with
            | Result.Error line -> refuse name [ $"line %d{line}: a quote opens here and never closes" ]
            | Result.Ok [||] -> refuse name [ "it is empty" ]
            | Result.Ok records ->
                let rows = Array.tail records

                let repeated =
                    CsvLayout.header text |> List.countBy id |> List.filter (fun (_, count) -> count > 1)

                match repeated, raggedRows records[0].Fields rows with
                | [], [] -> Result.Ok(readFrame text, rows |> Array.map _.Line)
                | [], faults -> refuse name faults
                | (column, _) :: _, _ -> refuse name [ $"line 1: column '%s{column}' stands twice" ])
