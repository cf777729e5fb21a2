namespace NtkPipeline.Core

open System.Text

/// A record of a CSV text: the line it starts on, from 1, and its fields as they were before they were written.
type CsvRecord = { Line: int; Fields: string[] }

/// CSV text, field by field (RFC 4180). A quote opens a quoted field at the field's first character only; further in, as the inch marks
/// of `5" pipe`, it is a character like any other, which is what Python's csv module makes of it too.
[<RequireQualifiedAccess>]
module CsvLayout =

    /// Where a reader stands in a field.
    [<Struct>]
    type private Place =
        /// Before its first character.
        | Start
        | Plain
        | Quoted
        /// Behind a quote that ends the field, or is the first of two that stand for one.
        | Closed
        /// Behind blanks that follow a quoted field.
        | Behind

    /// The records, header first; blank lines are none. A line ends in LF, CR LF or, outside quotes, in CR alone. The error is a line and
    /// what is wrong on it: a quote that never closes, or text behind a quoted field, which could belong to it or not.
    let scanBy (separator: char) (text: string) : Result<CsvRecord[], int * string> =
        let records = ResizeArray<CsvRecord>()
        let fields = ResizeArray<string>()
        let field = StringBuilder()
        let mutable place, at, line, start, openedAt = Start, 0, 1, 1, 0
        let mutable fault: (int * string) option = None

        let endField () =
            fields.Add(field.ToString())
            field.Clear() |> ignore
            place <- Start

        let endRecord () =
            if fields.Count > 0 || place <> Start then
                endField ()
                records.Add { Line = start; Fields = fields.ToArray() }
                fields.Clear()

        let append (c: char) = field.Append c |> ignore

        while at < text.Length && fault.IsNone do
            match place, text[at] with
            | Quoted, '"' -> place <- Closed
            | Quoted, c ->
                append c

                if c = '\n' then
                    line <- line + 1
            | Closed, '"' ->
                append '"'
                place <- Quoted
            | _, c when c = separator -> endField ()
            | _, '\r' when at + 1 < text.Length && text[at + 1] = '\n' -> ()
            | _, ('\n' | '\r') ->
                endRecord ()
                line <- line + 1
                start <- line
            | Start, '"' ->
                place <- Quoted
                openedAt <- line
            | (Start | Plain), c ->
                append c
                place <- Plain
            | (Closed | Behind), (' ' | '\t' as c) ->
                append c
                place <- Behind
            | (Closed | Behind), _ ->
                fault <-
                    Some(
                        line,
                        "text follows a quote that ends its field; a quote within a quoted field is written twice"
                    )

            at <- at + 1

        match fault with
        | Some fault -> Error fault
        | None when place = Quoted -> Error(openedAt, "a quote opens here and never closes")
        | None ->
            endRecord ()
            Ok(records.ToArray())

    /// The same of fields between commas.
    let scan: string -> Result<CsvRecord[], int * string> = scanBy ','

    let private mustQuote (value: string) =
        value.IndexOfAny [| ','; '"'; '\n'; '\r' |] >= 0 || value <> value.Trim()

    /// One value as it stands in a file.
    let quote (value: string) : string =
        if mustQuote value then "\"" + value.Replace("\"", "\"\"") + "\"" else value
