namespace NtkPipeline.Core

open System
open TorchSharp

/// What a network is trained on and measured against.
type TrainInput = {
    /// Unit rows, labelled and not: n × d.
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

[<RequireQualifiedAccess>]
module TrainInput =

    /// Why nothing can be trained on this, if so. Parts that do not belong together are a bug of the caller.
    let refusal (input: TrainInput) : PipelineError option =
        let n = input.Labelled.Rows

        if
            input.Gram.Rows <> n
            || input.Gram.Columns <> n
            || input.Targets.Length <> n
            || input.Labels.Length <> n
        then
            invalidArg (nameof input) "features, kernel, targets and labels are not of the same rows"

        if input.Train.Length = 0 || input.Validation.Length = 0 then
            Some(
                DataRefused
                    $"train-network: of %d{n} labelled rows, %d{input.Train.Length} are to train on and %d{input.Validation.Length} to validate on; both need at least one"
            )
        elif not (Double.IsFinite input.LambdaMax && input.LambdaMax > 0.0) then
            Some(
                NumbersRefused
                    $"train-network: the learning rate is given in units of N/Λ_max, but the largest eigenvalue of the training rows' kernel is %g{input.LambdaMax}"
            )
        else
            [
                "features", input.Labelled
                "test features", input.Test
                "kernel", input.Gram
            ]
            |> List.tryPick (fun (name, matrix) ->
                Matrix.firstNonFinite32 matrix
                |> Option.map (fun (row, column) ->
                    NumbersRefused
                        $"train-network: the %s{name} of row %d{row} (from 0) holds %g{matrix[row, column]} in column %d{column}"))

    /// Rows that are trained on, then those that are kept for validation.
    let private order (input: TrainInput) = Array.append input.Train input.Validation

    /// The labelled rows in that order.
    let labelled (input: TrainInput) : Matrix<float32> = Matrix.gatherRows (order input) input.Labelled

    let trainTargets (input: TrainInput) : float[] = input.Train |> Array.map (fun row -> input.Targets[row])

    let validationLabels (input: TrainInput) : float[] =
        input.Validation |> Array.map (fun row -> input.Labels[row])

    /// The entries at `rows` × `rows`.
    let private gatherSquare (device: torch.Device) (rows: int[]) (m: Matrix<float32>) : torch.Tensor =
        use _ = torch.NewDisposeScope()
        let n, source = rows.LongLength, Tensors.ofMatrix32 m
        let index = torch.tensor (rows |> Array.map int64)
        let target = torch.empty ([| n; n |], dtype = torch.float32, device = device)

        for start in 0L .. 256L .. n - 1L do
            use _ = torch.NewDisposeScope()
            let count = min 256L (n - start)
            let chosen = source.index_select(0L, index.narrow (0L, start, count)).index_select(1L, index)
            target.narrow(0L, start, count).copy_ chosen |> ignore

        target.MoveToOuterDisposeScope()

    /// The kernel of the labelled rows in that order, copied to where networks are trained.
    let kernel (device: torch.Device) (input: TrainInput) : torch.Tensor =
        gatherSquare device (order input) input.Gram
