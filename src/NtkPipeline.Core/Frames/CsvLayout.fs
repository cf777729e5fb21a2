namespace NtkPipeline.Core

open System.Text

/// Where a record of a CSV text starts, and how many fields it has.
type CsvRecord = {
    /// The line it starts on, from 1.
    Line: int
    Fields: int
}

/// The layout of a CSV text (RFC 4180): what its reader does not say, so that faults can name a line.
[<RequireQualifiedAccess>]
module CsvLayout =

    /// The records, header first; blank lines are none. A line ends in LF, CR LF or, outside quotes, in CR alone. The error is
    /// the line on which a quote opens that never closes.
    let scan (text: string) : Result<CsvRecord[], int> =
        let records = ResizeArray<CsvRecord>()
        let mutable line, start, fields = 1, 1, 1
        let mutable isQuoted, openedAt = false, 0
        let mutable isBlank = true

        let endRecord () =
            if not isBlank then
                records.Add { Line = start; Fields = fields }

            fields <- 1
            isBlank <- true

        for k in 0 .. text.Length - 1 do
            match text[k] with
            | '"' ->
                isQuoted <- not isQuoted
                isBlank <- false

                if isQuoted then
                    openedAt <- line
            | ',' when not isQuoted ->
                fields <- fields + 1
                isBlank <- false
            // A part of a field, or the LF behind it ends the line.
            | '\r' when isQuoted || (k + 1 < text.Length && text[k + 1] = '\n') -> ()
            | '\n'
            | '\r' ->
                line <- line + 1

                if not isQuoted then
                    endRecord ()
                    start <- line
            | _ -> isBlank <- false

        endRecord ()
        if isQuoted then Error openedAt else Ok(records.ToArray())

    /// The fields of the first record, as they were before they were written: without quotes around them, with single ones inside.
    let header (text: string) : string list =
        let text = text.TrimStart('\r', '\n')
        let fields = ResizeArray<string>()
        let field = StringBuilder()
        let mutable isQuoted, at = false, 0

        while at < text.Length && (isQuoted || (text[at] <> '\n' && text[at] <> '\r')) do
            match text[at] with
            | '"' when isQuoted && at + 1 < text.Length && text[at + 1] = '"' ->
                field.Append '"' |> ignore
                at <- at + 1
            | '"' -> isQuoted <- not isQuoted
            | ',' when not isQuoted ->
                fields.Add(field.ToString())
                field.Clear() |> ignore
            | c -> field.Append c |> ignore

            at <- at + 1

        fields.Add(field.ToString())
        List.ofSeq fields

    let private mustQuote (value: string) =
        value.IndexOfAny [| ','; '"'; '\n'; '\r' |] >= 0 || value <> value.Trim()

    /// One value as it stands in a file.
    let quote (value: string) : string =
        if mustQuote value then "\"" + value.Replace("\"", "\"\"") + "\"" else value
