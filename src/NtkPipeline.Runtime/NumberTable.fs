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

    /// The cells of a line: a separator between quotes parts nothing.
    let private cells (separator: char) (line: string) : string[] =
        let found = ResizeArray<string>()
        let mutable start = 0
        // Whether the cell has only blanks so far, began with a quote, and stands between quotes.
        let mutable isBlank, isQuoted, isInside = true, false, false

        for k in 0 .. line.Length - 1 do
            match line[k] with
            | c when c = separator && not isInside ->
                found.Add line[start .. k - 1]
                start <- k + 1
                isBlank <- true
                isQuoted <- false
            | '"' when isBlank || isQuoted ->
                isInside <- not isInside
                isBlank <- false
                isQuoted <- true
            | c -> isBlank <- isBlank && Char.IsWhiteSpace c

        found.Add line[start..]
        found.ToArray()

    /// Without the quotes that stand round it.
    let private bare (cell: string) =
        let cell = cell.Trim()

        if cell.Length > 1 && cell[0] = '"' && cell[cell.Length - 1] = '"' then
            cell[1 .. cell.Length - 2].Trim()
        else
            cell

    let private number (cell: string) =
        match bare cell with
        | LearningTask.Real value -> Some value
        | _ -> None

    /// Whether a cell can name a column.
    let private isName (cell: string) =
        number cell = None
        && bare cell |> Seq.exists Char.IsLetter
        && not (MissingNumber.standsIn (bare cell))

    /// pandas writes a column without a name that counts the rows.
    let private isIndex (head: string[]) (rows: float[][]) =
        head.Length > 1
        && bare head[0] = ""
        && rows |> Array.indexed |> Array.forall (fun (k, row) -> row[0] = float k)

    /// Rows of numbers, the head left out if there is one. The error is a clause that follows the file's name.
    let read (text: string) : Result<float[][], string> =
        let lines =
            text.ReplaceLineEndings("\n").Split '\n'
            |> Array.indexed
            |> Array.filter (fun (_, line) -> line.Trim() <> "")

        if lines.Length = 0 then
            Error "it is empty"
        else
            let cells = cells (separator (snd lines[0]))
            let first = cells (snd lines[0])
            // A name may be missing; where all are, it is no head.
            let isHead =
                first |> Array.exists isName
                && first |> Array.forall (fun cell -> isName cell || bare cell = "")

            let rows = if isHead then lines[1..] else lines

            let readLine (k, line) =
                let found = cells line

                if found.Length <> first.Length then
                    Error $"line %d{k + 1} has %d{found.Length} cells, and the first %d{first.Length}"
                else
                    match found |> Array.tryFind (number >> Option.isNone) with
                    | Some cell ->
                        Error
                            $"line %d{k + 1}: '%s{PlainLine.ofWords (bare cell)}' is no finite number with a decimal point; columns of words are for `ntk run`"
                    | None -> Ok(found |> Array.choose number)

            let read = Array.map readLine rows

            match
                read
                |> Array.tryPick (
                    (function
                    | Error fault -> Some fault
                    | Ok _ -> None)
                )
            with
            | Some fault -> Error fault
            | None when rows.Length = 0 -> Error "it has a head and no rows"
            | None ->
                let rows = Array.choose Result.toOption read

                if isHead && isIndex first rows then
                    Error
                        "its first column has no name and counts the rows, as pandas writes an index; write the table without it (index=False)"
                else
                    Ok rows
