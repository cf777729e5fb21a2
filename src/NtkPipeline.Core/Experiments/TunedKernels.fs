namespace NtkPipeline.Core

open FsToolkit.ErrorHandling
open TorchSharp

/// The chosen kernel on all fitted rows.
type TunedKernel = {
    /// "ntk of dense 1 | relu | dense 1".
    Name: string
    /// Over the mean diagonal, those that were tried on all rows, and the mean squared error of each on the folds held out.
    Ridges: float[]
    Errors: float[]
    RelativeRidge: float
    /// On the rows of the folds that were held out, the very rows on which networks were chosen.
    Error: float
    Accuracy: float
    /// f on the validation rows, in their order.
    Outputs: float[]
}

/// The best kernel with its ridge on all fitted rows.
[<RequireQualifiedAccess>]
module TunedKernels =

    /// f at the rows of one fold with each ridge, fitted on all others: held rows × ridges; none where a factorisation failed. Numbers are
    /// trusted here without a certificate, as they only choose.
    let heldOut (kernel: torch.Tensor) (targets: float[]) (ridges: float[]) (kept: int[], held: int[]) =
        use _ = torch.NewDisposeScope()
        let index (rows: int[]) = torch.tensor (rows |> Array.map int64)

        // Large matrices in float32 go before those in float64 are factorised.
        let inner, cross =
            use scope = torch.NewDisposeScope()
            let fitted = kernel.index_select (0L, index kept)
            let columns rows = fitted.index_select(1L, index rows).double() |> scope.MoveToOuter
            columns kept, (columns held).t() |> scope.MoveToOuter

        let y = (kept |> Array.map (fun row -> targets[row]) |> Tensors.ofArray64).unsqueeze 1L
        let diagonal = inner.diagonal ()
        let mutable before = 0.0

        let solve (ridge: float) =
            use _ = torch.NewDisposeScope()
            diagonal.add_ ((ridge - before).ToScalar()) |> ignore
            before <- ridge
            let struct (factor, info) = torch.linalg.cholesky_ex (inner, false)

            if info.item<int>() = 0 then
                Some(cross.mm (y.cholesky_solve (factor, false)) |> Tensors.toArray64)
            else
                None

        ridges |> Array.map solve

    /// For each ridge, f at every row of the first folds, fold after fold; and their targets.
    let private onFolds gram (split: Split) folds (ridges: float[]) =
        let targets = SplitTweets.targets split split.Train
        use _ = torch.NewDisposeScope()
        let kernel = Tensors.ofMatrix32 (Matrix.gather split.Train split.Train gram)
        let parts = [| for fold in 0 .. folds - 1 -> TrainFold.rows fold split |]
        let outputs = parts |> Array.map (heldOut kernel targets ridges)

        parts |> Array.collect (fun (_, held) -> held |> Array.map (fun row -> targets[row])),
        ridges
        |> Array.mapi (fun k _ ->
            let all = outputs |> Array.map (Array.item k)

            if Array.forall Option.isSome all then
                Some(Array.collect Option.get all)
            else
                None)

    /// Ridges, over the mean diagonal, around the one that was best on fewer rows.
    let around (relative: float) : float[] = [| 0.25; 0.5; 1.0; 2.0 |] |> Array.map ((*) relative)

    let private run folds (features: Features, (split: Split, trials: KernelTrial list)) =
        result {
            let! trial = KernelTrials.best trials
            let! network = NetworkText.parse trial.Network |> Result.mapError NumbersRefused
            let! gram = KernelKind.gram32 trial.Kind network (KernelTrials.scaled features.Labelled) None
            let name = KernelTrials.name trial
            let train = KernelMatrix.Single(Matrix.gather split.Train split.Train gram)
            let! mean = KernelMatrix.meanDiagonal name train
            let ridges = around trial.RelativeRidge
            let targets, outputs = onFolds gram split folds (ridges |> Array.map ((*) mean))

            let meanSquare (f: float[]) = Array.map2 (fun f y -> (f - y) * (f - y)) f targets |> Array.average

            let errors = outputs |> Array.map (Option.map meanSquare >> Option.defaultValue infinity)

            let chosen = seq { 0 .. ridges.Length - 1 } |> Seq.minBy (fun k -> errors[k], -ridges[k])

            let! held =
                outputs[chosen]
                |> Result.requireSome (
                    NumbersRefused $"%s{name}: no ridge makes it positive definite on the folds"
                )

            let fitted = SplitTweets.targets split split.Train

            let! solution =
                RidgeFit.solve name train (ridges[chosen] * mean) (Matrix.create fitted.Length 1 fitted)

            let cross = KernelMatrix.Single(Matrix.gather split.Validation split.Train gram)
            use _ = torch.NewDisposeScope()

            return {
                Name = name
                Ridges = ridges
                Errors = errors
                RelativeRidge = ridges[chosen]
                Error = errors[chosen]
                Accuracy = Metrics.accuracy targets held
                Outputs =
                    (KernelMatrix.toTensor cross).mm(Tensors.ofMatrix64 solution.Coefficients)
                    |> Tensors.toArray64
            }
        }

    /// The best kernel on all fitted rows, its ridge chosen by the first so many folds: those that networks are chosen by. Targets are ±1, as
    /// networks have them.
    let fit (folds: int) : Stage<Features * (Split * KernelTrial list), TunedKernel> = {
        Name = "fit-tuned-kernel"
        Version = 1
        Settings = Fingerprint.describe folds
        Codec = Codec.json "tuned-kernel/1"
        Body = Pure(run folds)
    }

    /// What both stages have to do, as `Workload` counts.
    let work (sizes: RunSizes) (most: int) (ridges: RidgeSettings) (folds: int) (kernels: int) : float =
        let rows, n = min most sizes.Fitted, sizes.Fitted
        let grid = float (RidgeSettings.grid ridges).Length

        let one =
            Workload.product rows sizes.Features rows + Workload.eigen rows + grid * Workload.solve rows / 3.0

        float kernels * one
        + Workload.product sizes.Labelled sizes.Features sizes.Labelled
        + float (folds * (around 1.0).Length + 3) * Workload.solve n
