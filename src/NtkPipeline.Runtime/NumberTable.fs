namespace NtkPipeline.Runtime

open System
open NtkPipeline.Core

/// Numbers as tables have them: cells between commas, semicolons or tabs, in quotes or not, below a line of names or none.
[<RequireQualifiedAccess>]
module NumberTable =

    let private separator (line: string) =
        if line.Contains '\t' then '\t'
        elif line.Contains ';' then ';'
        else ','

    let private number (cell: string) =
        match cell with
        | Setting.Number value -> Some value
        | _ -> None

    /// Whether a cell can name a column.
    let private isName (cell: string) =
        number cell = None && Seq.exists Char.IsLetter cell && not (MissingNumber.standsIn cell)

    /// pandas writes a column without a name that counts the rows.
    let private isIndex (head: string[]) (rows: float[][]) =
        head.Length > 1
        && head[0].Trim() = ""
        && rows |> Array.indexed |> Array.forall (fun (k, row) -> row[0] = float k)

    let private readRow width (record: CsvRecord) : Result<float[], string> =
        if record.Fields.Length <> width then
            Error $"line %d{record.Line} has %d{record.Fields.Length} cells, and the first %d{width}"
        else
            match record.Fields |> Array.tryFind (number >> Option.isNone) with
            | Some cell ->
                Error
                    $"line %d{record.Line}: '%s{PlainLine.ofWords (cell.Trim())}' is no finite number with a decimal point; columns of words are for `ntk run`"
            | None -> Ok(record.Fields |> Array.choose number)

    let private ofRecords (records: CsvRecord[]) : Result<float[][], string> =
        let first = records[0].Fields

        // A name may be missing; where all are, it is no head.
        let isHead =
            first |> Array.exists isName
            && first |> Array.forall (fun cell -> isName cell || cell.Trim() = "")

        let add rows record =
            rows
            |> Result.bind (fun rows -> readRow first.Length record |> Result.map (fun row -> row :: rows))

        (if isHead then records[1..] else records)
        |> Array.fold add (Ok [])
        |> Result.bind (fun rows ->
            match rows |> List.rev |> Array.ofList with
            | [||] -> Error "it has a head and no rows"
            | rows when isHead && isIndex first rows ->
                Error
                    "its first column has no name and counts the rows, as pandas writes an index; write the table without it (index=False)"
            | rows -> Ok rows)

    /// Rows of numbers, the head left out if there is one. The error is a clause that follows the file's name.
    let read (text: string) : Result<float[][], string> =
        let isBlank (record: CsvRecord) = record.Fields.Length = 1 && record.Fields[0].Trim() = ""

        match CsvLayout.scanBy (separator (text.TrimStart().Split('\n', 2)[0])) text with
        | Error(line, fault) -> Error $"line %d{line}: %s{fault}"
        | Ok records ->
            match Array.filter (isBlank >> not) records with
            | [||] -> Error "it is empty"
            | records -> ofRecords records
