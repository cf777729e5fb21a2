namespace NtkPipeline.Core

/// Where a record of a CSV text starts, and how many fields it has.
type CsvRecord = {
    /// The line it starts on, from 1.
    Line: int
    Fields: int
}

/// The layout of a CSV text (RFC 4180): what its reader does not say, so that faults can name a line.
[<RequireQualifiedAccess>]
module CsvLayout =

    /// The records, header first; blank lines are none. The error is the line on which a quote opens that never closes.
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

        for c in text do
            match c with
            | '"' ->
                isQuoted <- not isQuoted
                isBlank <- false

                if isQuoted then
                    openedAt <- line
            | ',' when not isQuoted ->
                fields <- fields + 1
                isBlank <- false
            | '\n' ->
                line <- line + 1

                if not isQuoted then
                    endRecord ()
                    start <- line
            | '\r' -> ()
            | _ -> isBlank <- false

        endRecord ()
        if isQuoted then Error openedAt else Ok(records.ToArray())

    let private mustQuote (value: string) =
        value.IndexOfAny [| ','; '"'; '\n'; '\r' |] >= 0 || value <> value.Trim()

    /// One value as it stands in a file.
    let quote (value: string) : string =
        if mustQuote value then "\"" + value.Replace("\"", "\"\"") + "\"" else value
