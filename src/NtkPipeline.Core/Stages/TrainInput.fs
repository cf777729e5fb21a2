namespace NtkPipeline.Core

open System

/// What networks are trained on and measured against, as other stages give it.
type TrainSource = {
    Form: RowForm
    /// Rows of this form, labelled and not: unit rows n × d, or texts.
    Labelled: Matrix<float32>
    Test: Matrix<float32>
    /// The infinite-width kernel of all labelled rows, n × n: of the written method's network at ‖x‖ = √d, where its diagonal is
    /// 1; of any other architecture at the networks' own input scale.
    Gram: Matrix<float32>
    /// The largest eigenvalue of the training rows' part of `Gram`.
    LambdaMax: float
    /// Row numbers.
    Train: int[]
    Validation: int[]
    /// ±1 for every labelled row: what is trained on, and what validation is scored by.
    Targets: float[]
    Labels: float[]
}

/// The same made ready for training: checked, and with the N labelled rows that are trained on before those that are kept for
/// validation. All networks share it; nobody writes to it.
type TrainInput = {
    Form: RowForm
    /// Unit rows n × d, or texts.
    Labelled: Matrix<float32>
    Test: Matrix<float32>
    /// n × n.
    Kernel: Matrix<float32>
    LambdaMax: float
    /// Of the first N labelled rows, and of the others.
    TrainTargets: float[]
    ValidationLabels: float[]
}

[<RequireQualifiedAccess>]
module TrainInput =

    /// Why nothing can be trained on this, if so. Parts that do not belong together are a bug of the caller.
    let private refusal (source: TrainSource) : PipelineError option =
        let n = source.Labelled.Rows

        if
            source.Gram.Rows <> n
            || source.Gram.Columns <> n
            || source.Targets.Length <> n
            || source.Labels.Length <> n
        then
            invalidArg (nameof source) "features, kernel, targets and labels are not of the same rows"

        if source.Train.Length = 0 || source.Validation.Length = 0 then
            Some(
                DataRefused
                    $"train-network: of %d{n} labelled rows, %d{source.Train.Length} are to train on and %d{source.Validation.Length} to validate on; both need at least one"
            )
        elif not (Double.IsFinite source.LambdaMax && source.LambdaMax > 0.0) then
            Some(
                NumbersRefused
                    $"train-network: the learning rate is given in units of N/Λ_max, but the largest eigenvalue of the training rows' kernel is %g{source.LambdaMax}"
            )
        else
            [
                "features", source.Labelled
                "test features", source.Test
                "kernel", source.Gram
            ]
            |> List.tryPick (fun (name, matrix) ->
                Matrix.firstNonFinite32 matrix
                |> Option.map (fun (row, column) ->
                    NumbersRefused
                        $"train-network: the %s{name} of row %d{row} (from 0) holds %g{matrix[row, column]} in column %d{column}"))

    /// Passes over all n² entries of the kernel and copies them: done once, not by every network.
    let create (source: TrainSource) : Result<TrainInput, PipelineError> =
        match refusal source with
        | Some reason -> Error reason
        | None ->
            let order = Array.append source.Train source.Validation

            Ok {
                Form = source.Form
                Labelled = Matrix.gatherRows order source.Labelled
                Test = source.Test
                Kernel = Matrix.gather order order source.Gram
                LambdaMax = source.LambdaMax
                TrainTargets = source.Train |> Array.map (fun row -> source.Targets[row])
                ValidationLabels = source.Validation |> Array.map (fun row -> source.Labels[row])
            }

    /// The same with some of the rows that are trained on alone, in the order given, whose kernel has this largest eigenvalue.
    let restrict (rows: int[]) (lambdaMax: float) (input: TrainInput) : TrainInput =
        let trained = input.TrainTargets.Length
        let order = Array.append rows [| trained .. input.Labelled.Rows - 1 |]

        {
            Form = input.Form
            Labelled = Matrix.gatherRows order input.Labelled
            Test = input.Test
            Kernel = Matrix.gather order order input.Kernel
            LambdaMax = lambdaMax
            TrainTargets = rows |> Array.map (fun row -> input.TrainTargets[row])
            ValidationLabels = input.ValidationLabels
        }
