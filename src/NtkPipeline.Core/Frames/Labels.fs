namespace NtkPipeline.Core

open System

/// The labels of some rows, and what they are labels of.
type Labels = {
    Task: LearningTask
    /// One a row: the number of its class, from 0, or of a regression the number itself.
    Values: float[]
}

/// The task as a file keeps it.
type TaskRecord = { Kind: string; Names: string[] }

/// Labels out of cells of a table, or out of an array of numbers.
[<RequireQualifiedAccess>]
module Labels =

    /// Of whole numbers that nobody said to be classes.
    let private mostClasses = 30

    /// A cell in a message: a wrong column must not spread somebody's words.
    let private shown (cell: string) = PlainLine.within 20 cell

    let private list (names: string[]) =
        let first = names |> Array.truncate 6 |> Array.map shown |> String.concat ", "
        if names.Length > 6 then $"%s{first}, …" else first

    let private ofClasses task (names: string[]) (cells: string[]) =
        let numbers = names |> Array.mapi (fun k name -> name, float k) |> readOnlyDict

        {
            Task = task
            Values = cells |> Array.map (fun cell -> numbers[LearningTask.name cell])
        }

    /// The different labels of some cells, in the order of their classes.
    let inOrder (cells: string[]) : string[] = cells |> Seq.map LearningTask.name |> LearningTask.inOrder

    let private classes (choice: TaskChoice) (from: string) (cells: string[]) : Result<Labels, string> =
        let names = inOrder cells

        let areNumbers =
            cells
            |> Array.forall (function
                | LearningTask.Real _ -> true
                | _ -> false)

        let isAuto = choice = TaskChoice.Auto

        match names.Length with
        | 1 ->
            Error
                $"every row has the label '%s{shown names[0]}', and two different ones at least are wanted; %s{from}"
        | 2 -> Ok(ofClasses (LearningTask.Binary(names[0], names[1])) names cells)
        | count when choice = TaskChoice.Binary ->
            Error
                $"data.task=binary wants two different labels, and there are %d{count} (%s{list names}); data.task=classes takes any number"
        | count when isAuto && areNumbers && count > mostClasses ->
            Error
                $"there are %d{count} different whole numbers among %d{cells.Length} labels; data.task=regression learns them as numbers, data.task=classes as classes"
        | count when isAuto && 2 * count > cells.Length ->
            Error
                $"there are %d{count} different labels on %d{cells.Length} rows; %s{from}, and data.task=classes takes them nevertheless"
        | _ -> Ok(ofClasses (LearningTask.Classes names) names cells)

    /// Whether the square of such a length is a number of full precision.
    let private squares (length: float) = length > 1e-150 && length < 1e150

    let private numbers (from: string) (place: int -> string) (cells: string[]) : Result<Labels, string> =
        let values =
            cells
            |> Array.map (function
                | LearningTask.Real value -> Some value
                | _ -> None)

        match Array.tryFindIndex Option.isNone values with
        | Some row ->
            Error
                $"%s{place row}: label '%s{shown cells[row]}' is not a finite number, which data.task=regression wants; data.task=classes takes words, and %s{from}"
        | None ->
            let values = Array.choose id values

            if (Array.distinct values).Length = 1 then
                Error
                    $"every row has the label %s{shown cells[0]}, so that there is nothing to learn; %s{from}"
            elif not (squares (Array.max values - Array.min values)) then
                Error
                    $"the labels reach from %g{Array.min values} to %g{Array.max values}, whose squares float64 does not hold; multiply them by a power of ten first"
            else
                Ok { Task = LearningTask.Regression; Values = values }

    /// The first row whose label is missing among numbers: nobody means a class called NaN.
    let private missingNumber (cells: string[]) : int option =
        let isNumber =
            function
            | LearningTask.Real _ -> true
            | _ -> false

        if
            cells |> Array.forall (fun cell -> isNumber cell || MissingNumber.standsIn cell)
            && Array.exists isNumber cells
        then
            cells |> Array.tryFindIndex (isNumber >> not)
        else
            None

    /// The first row without a label: an empty one, or among numbers what tables write where one is missing.
    let missing (cells: string[]) : int option =
        cells |> Array.tryFindIndex String.IsNullOrWhiteSpace |> Option.orElse (missingNumber cells)

    /// Where labels of a CSV file come from.
    let fromColumn = "data.label names the column of labels"

    /// The labels of cells, at least one. `from` says where they come from, and `place` names a row, in a refusal; refusals are clauses that
    /// follow a file's name.
    let ofCells
        (choice: TaskChoice)
        (from: string)
        (place: int -> string)
        (cells: string[])
        : Result<Labels, string> =
        match
            cells |> Array.tryFindIndex String.IsNullOrWhiteSpace,
            // Predictions give labels back as they are, to spreadsheets and terminals too.
            cells |> Array.tryFindIndex (fun cell -> PlainLine.ofText (cell.Trim()) <> cell.Trim())
        with
        | Some row, _ ->
            Error
                $"%s{place row}: it has no label; leave such rows out, or put them into test.csv, and %s{from}"
        | None, Some row ->
            Error
                $"%s{place row}: label '%s{shown cells[row]}' holds a control character or one that turns words around; name the class without it"
        | None, None ->
            let isBroken =
                function
                | LearningTask.Whole _ -> false
                | LearningTask.Real _ -> true
                | _ -> false

            let areNumbers =
                cells
                |> Array.forall (function
                    | LearningTask.Real _ -> true
                    | _ -> false)

            match choice, missingNumber cells, LearningTask.decimalComma cells with
            | (TaskChoice.Auto | TaskChoice.Regression), _, Some row ->
                Error
                    $"%s{place row}: label '%s{shown cells[row]}' has a comma, and numbers are read with a point; write them so, or data.task=classes takes them for names"
            | TaskChoice.Auto, Some row, None ->
                Error
                    $"%s{place row}: label '%s{shown cells[row]}' is no number, and other rows have numbers; leave such rows out or fill them, or data.task=classes takes it for the name of a class"
            | TaskChoice.Regression, _, _ -> numbers from place cells
            | TaskChoice.Auto, None, None when areNumbers && Array.exists isBroken cells ->
                numbers from place cells
            | TaskChoice.Auto, None, None
            | TaskChoice.Binary, _, _
            | TaskChoice.Classes, _, _ -> classes choice from cells

    /// The column of labels of a CSV file's bytes; `name` is the file, for refusals: those of `CsvFrame.records` and those above. Every
    /// command asks for it, and one column is worth no frame.
    let ofCsv
        (name: string)
        (columns: DataColumns)
        (choice: TaskChoice)
        (bytes: byte[])
        : Result<Labels, PipelineError> =
        CsvFrame.records name bytes
        |> Result.bind (fun (names, rows) ->
            match DataColumns.fault true columns (names |> Seq.filter ((<>) "")) with
            | Some fault -> CsvFrame.refuse name [ fault ]
            | None when rows.Length = 0 -> CsvFrame.refuse name [ "it holds a header and no tweet" ]
            | None ->
                let column = Array.IndexOf(names, columns.Label)

                match
                    rows
                    |> Array.map (fun row -> row.Fields[column])
                    |> ofCells choice fromColumn (fun row -> $"line %d{rows[row].Line}")
                with
                | Ok labels -> Ok labels
                | Error fault -> CsvFrame.refuse name [ fault ])

    let codec: Codec<Labels> =
        Codec.pair ("task", Codec.json<TaskRecord> "task/1") ("values", Codec.vector)
        |> Codec.map
            "labels/1"
            (fun labels ->
                { Kind = LearningTask.kind labels.Task; Names = LearningTask.names labels.Task },
                labels.Values)
            (fun (task, values) ->
                match task.Kind, task.Names with
                | "binary", [| negative; positive |] ->
                    Ok { Task = LearningTask.Binary(negative, positive); Values = values }
                | "classes", names when names.Length > 2 ->
                    Ok { Task = LearningTask.Classes names; Values = values }
                | "regression", [||] -> Ok { Task = LearningTask.Regression; Values = values }
                | kind, names -> Error $"'%s{kind}' with %d{names.Length} names is no task")
