namespace NtkPipeline.Core

open System

/// Folds of cross-validation for a regression on targets as they come.
[<RequireQualifiedAccess>]
module FitFolds =

    /// Equal numbers get equal labels, from 0.
    let private labels name (rows: int) (values: Matrix<float>) =
        if values.Columns <> 1 || values.Rows <> rows then
            Error(
                DataRefused
                    $"%s{name}: it is %d{values.Rows} × %d{values.Columns}, and one number for each of %d{rows} training rows is wanted"
            )
        else
            match values.Values |> Array.tryFindIndex (Double.IsFinite >> not) with
            | Some i ->
                Error(DataRefused $"%s{name}: its number %d{i} is %g{values.Values[i]}, not a finite number")
            | None ->
                let place = values.Values |> Array.distinct |> Array.mapi (fun k v -> v, k) |> dict
                Ok(values.Values |> Array.map (fun value -> place[value]))

    /// The folds that a person wrote down, one number a row.
    let given (name: string) (rows: int) (values: Matrix<float>) : Result<int[], PipelineError> =
        labels name rows values
        |> Result.bind (fun folds ->
            if (Array.distinct folds).Length < 2 then
                Error(DataRefused $"%s{name}: it names one fold only, and cross-validation needs two")
            else
                Ok folds)

    /// So many folds, each with its share of each class; rows of one group, such as copies of one text, stay together.
    let stratified
        (count: int)
        (seed: Seed)
        (groups: (string * Matrix<float>) option)
        (targets: Matrix<float>)
        : Result<int[], PipelineError> =
        let groups =
            match groups with
            | Some(name, values) -> labels name targets.Rows values
            | None -> Ok [| 0 .. targets.Rows - 1 |]

        groups
        |> Result.bind (fun groups ->
            let number = (Array.distinct groups).Length

            if count < 2 || number < count then
                Error(DataRefused $"%d{count} folds cannot be made of %d{number} groups of rows")
            else
                let positive = ClassRule.isPositive (ClassRule.ofTargets targets) targets
                Ok(StratifiedSplit.folds count seed positive groups))
