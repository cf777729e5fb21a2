namespace NtkPipeline.Core

/// Stages: what a run was given → the labels of its rows, and of what task they are.
[<RequireQualifiedAccess>]
module ReadLabels =

    let private stageOf name settings run : Stage<'i, Labels> = {
        Name = name
        // 2: whole numbers of any size are classes, and squares must be numbers.
        Version = 2
        Settings = settings
        Codec = Labels.codec
        Body = Pure run
    }

    /// The column of labels of a CSV file, which refusals name.
    let ofCsv (file: string) (columns: DataColumns) (choice: TaskChoice) : Stage<byte[], Labels> =
        stageOf
            "read-labels"
            (Fingerprint.describe (columns.Label, TaskChoice.print choice))
            (Labels.ofCsv file columns choice)

    /// Of numbers, one a row: an N × 1 array, as a file of one dimension is read.
    let ofNumbers
        (file: string)
        (choice: TaskChoice)
        (targets: Matrix<float>)
        : Result<Labels, PipelineError> =
        match Matrix.firstNonFinite targets with
        | _ when targets.Columns <> 1 ->
            Error(
                DataRefused
                    $"%s{file}: it is %d{targets.Rows} × %d{targets.Columns}, and data.targets is one number a row; several are learnt by as many runs"
            )
        | _ when targets.Rows = 0 -> Error(DataRefused $"%s{file}: it holds no number")
        | Some(row, _) ->
            Error(
                NumbersRefused
                    $"%s{file}: the target of row %d{row} (from 0) is not a finite number; leave such rows out, or fill them"
            )
        | None ->
            targets.Values
            |> Array.map (fun y -> y.ToString("R", System.Globalization.CultureInfo.InvariantCulture))
            |> Labels.ofCells choice "data.targets names the file of what is to be learnt" (fun row ->
                $"row %d{row} (from 0)")
            |> Result.mapError (fun fault -> DataRefused $"%s{file}: %s{fault}.")

    let ofArray (file: string) (choice: TaskChoice) : Stage<Matrix<float>, Labels> =
        stageOf "read-labels" (Fingerprint.describe (TaskChoice.print choice)) (ofNumbers file choice)
