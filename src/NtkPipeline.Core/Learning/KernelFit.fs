namespace NtkPipeline.Core

open System
open FsToolkit.ErrorHandling
open TorchSharp

/// Where the ridge comes from.
[<RequireQualifiedAccess>]
type RidgeSource =
    /// λ ≥ 0, as added to the kernel's diagonal.
    | Given of float
    /// The best of a grid.
    | Selected of RidgeSettings

/// One ridge of a regression on any targets. Errors are means of squares in the targets' own units, over rows and outputs.
type FitPoint = {
    Ridge: float
    RelativeRidge: float
    EffectiveDimension: float
    LooError: float
    /// None where targets name no classes.
    LooAccuracy: float option
    Gcv: float
    /// Summed over outputs; none without a ridge on a singular kernel, which has no density.
    LogLikelihood: float option
    /// k-fold cross-validation, where folds were given.
    CvError: float option
    CvAccuracy: float option
}

/// Kernel ridge regression of N rows, any number of outputs.
type KernelFit = {
    Points: FitPoint[]
    Chosen: FitPoint
    /// N × outputs each: α, f on the training rows, and f at each row fitted on all others.
    Coefficients: Matrix<float>
    Fitted: Matrix<float>
    LeftOut: Matrix<float>
    /// Eigenvalues that the solve rests on: all N but for a singular kernel without a ridge.
    Rank: int
    Certificate: Certificate
}

/// Regression on a kernel matrix and targets as they come, from one eigendecomposition.
[<RequireQualifiedAccess>]
module KernelFit =

    /// The columns `pick` gives for each output, side by side.
    let private sideBySide rows (columns: float[][]) =
        Matrix.init rows columns.Length (fun i k -> columns[k][i])

    let private difference (a: Matrix<float>) (b: Matrix<float>) = {
        a with
            Values = Array.map2 (-) a.Values b.Values
    }

    let private meanSquare (m: Matrix<float>) = m.Values |> Array.averageBy (fun x -> x * x)

    let private accuracy reading (targets: Matrix<float>) outputs =
        Reading.hits reading targets outputs
        |> Option.map (Array.averageBy (fun hit -> if hit then 1.0 else 0.0))

    let private point
        reading
        mean
        (targets: Matrix<float>)
        (paths: RidgePath[])
        (held: Matrix<float>[] option)
        p
        : FitPoint =
        let heldOut = held |> Option.map (Array.map (RidgePath.column p) >> sideBySide targets.Rows)
        let loo = paths |> Array.map (RidgePath.leaveOneOut p) |> sideBySide targets.Rows

        {
            Ridge = paths[0].Ridges[p]
            RelativeRidge = paths[0].Ridges[p] / mean
            EffectiveDimension = paths[0].EffectiveDimension[p]
            LooError = meanSquare loo
            LooAccuracy = accuracy reading targets (difference targets loo)
            Gcv = paths |> Array.averageBy (fun path -> path.Gcv[p])
            LogLikelihood = Some(paths |> Array.sumBy (fun path -> path.LogLikelihood[p]))
            CvError = heldOut |> Option.map meanSquare
            CvAccuracy = heldOut |> Option.bind (difference targets >> accuracy reading targets)
        }

    /// What is minimised; none where the targets or the missing folds leave no such score.
    let private score choice (point: FitPoint) =
        match choice with
        | RidgeChoice.CrossValidation -> point.CvError
        | RidgeChoice.CrossValidationAccuracy -> point.CvAccuracy |> Option.map (~-)
        | RidgeChoice.LeaveOneOut -> Some point.LooError
        | RidgeChoice.LeaveOneOutAccuracy -> point.LooAccuracy |> Option.map (~-)
        | RidgeChoice.Gcv -> Some point.Gcv
        | RidgeChoice.Likelihood -> point.LogLikelihood |> Option.map (~-)

    /// The place of the best point; of equals, the one with the larger ridge.
    let private choose choice (points: FitPoint[]) =
        match points |> Array.map (score choice) |> Array.forall Option.isSome with
        | true -> Ok(Seq.rev (Seq.indexed points) |> Seq.minBy (snd >> score choice) |> fst)
        | false ->
            Error(
                NumbersRefused
                    $"the ridge cannot be chosen by %s{RidgeChoice.print choice}: the targets name no classes, or there are no folds"
            )

    let private product (kernel: KernelMatrix) (alpha: Matrix<float>) =
        use _ = torch.NewDisposeScope()
        (KernelMatrix.toTensor kernel).mm(Tensors.ofMatrix64 alpha) |> Tensors.toMatrix64

    let private norm (m: Matrix<float>) = sqrt (m.Values |> Array.sumBy (fun x -> x * x))

    /// Without a ridge on a singular kernel: the limit λ → 0.
    let private limit name kernel (spectrum: Spectrum) rank (targets: Matrix<float>) reading =
        let least = LeastNorm.solve spectrum rank targets
        let reached = difference targets least.Unfitted
        let off = difference (product kernel least.Coefficients) reached
        let residual = if norm targets = 0.0 then 0.0 else norm off / norm targets
        let left = difference targets least.LeaveOneOut

        let point = {
            Ridge = 0.0
            RelativeRidge = 0.0
            EffectiveDimension = float rank
            LooError = meanSquare least.LeaveOneOut
            LooAccuracy = accuracy reading targets left
            Gcv = Array.average least.Gcv
            LogLikelihood = None
            CvError = None
            CvAccuracy = None
        }

        if residual > Trust.mostResidual then
            Error(
                NumbersRefused
                    $"%s{name} with ridge 0: the solution misses what the kernel can reach by %.1e{residual} of the targets' size; use a ridge"
            )
        else
            Ok {
                Points = [| point |]
                Chosen = point
                Coefficients = least.Coefficients
                Fitted = reached
                LeftOut = left
                Rank = rank
                Certificate = Trust.certificate spectrum rank 0.0 residual
            }

    let private onPath name kernel spectrum mean ridges choice folds (targets: Matrix<float>) reading =
        result {
            do! Trust.checkDigits name (Spectrum.values spectrum) (Array.min ridges)
            let paths = RidgePath.ofOutputs spectrum targets ridges
            let column k = RidgePath.column k targets

            let residuals = paths |> Array.mapi (fun k path -> Trust.residuals kernel path (column k))

            for path, residuals in Array.zip paths residuals do
                do! Trust.checkResiduals name path residuals

            let! held = folds |> Option.traverseResult (CrossValidation.ofOutputs spectrum paths)
            let points = Array.init ridges.Length (point reading mean targets paths held)
            let! chosen = choose choice points
            let take pick = paths |> Array.map (pick chosen) |> sideBySide targets.Rows

            return {
                Points = points
                Chosen = points[chosen]
                Coefficients = take (fun p path -> RidgePath.column p path.Coefficients)
                Fitted = difference targets (take RidgePath.residuals)
                LeftOut = difference targets (take RidgePath.leaveOneOut)
                Rank = spectrum.Rows
                Certificate =
                    residuals
                    |> Array.map (fun residuals -> residuals[chosen])
                    |> Array.max
                    |> Trust.certificate spectrum spectrum.Rows ridges[chosen]
            }
        }

    /// `name` says in refusals which matrix the kernel is; targets are N × outputs; `folds` names each row's fold, from 0.
    let fit
        (name: string)
        (source: RidgeSource)
        (folds: int[] option)
        (kernel: KernelMatrix)
        (targets: Matrix<float>)
        : Result<KernelFit, PipelineError> =
        result {
            do! KernelMatrix.check name kernel

            if targets.Rows <> KernelMatrix.rows kernel || targets.Columns = 0 then
                return!
                    Error(
                        DataRefused
                            $"%s{name}: it has %d{KernelMatrix.rows kernel} rows, and there are %d{targets.Rows} rows of targets"
                    )

            do! Trust.checkFinite targets
            do! Trust.checkTargets targets.Values
            let! mean = KernelMatrix.meanDiagonal name kernel
            let! spectrum = Spectrum.decompose name kernel
            let reading = Reading.ofTargets targets

            match source with
            | RidgeSource.Given ridge when not (ridge >= 0.0 && Double.IsFinite ridge) ->
                return! Error(NumbersRefused $"the ridge is %g{ridge}; it must be at least 0 and finite")
            | RidgeSource.Given 0.0 ->
                let! rank = Trust.checkRank name spectrum

                return!
                    if rank < spectrum.Rows then
                        limit name kernel spectrum rank targets reading
                    else
                        onPath
                            name
                            kernel
                            spectrum
                            mean
                            [| 0.0 |]
                            RidgeChoice.LeaveOneOut
                            folds
                            targets
                            reading
            | RidgeSource.Given ridge ->
                return!
                    onPath name kernel spectrum mean [| ridge |] RidgeChoice.LeaveOneOut folds targets reading
            | RidgeSource.Selected settings ->
                do! RidgeSettings.check settings
                let ridges = RidgeSettings.grid settings |> Array.map (fun relative -> relative * mean)
                return! onPath name kernel spectrum mean ridges settings.ChooseBy folds targets reading
        }

    /// f at other rows, T × outputs; `cross` is K(other, training).
    let predict (name: string) (cross: KernelMatrix) (fit: KernelFit) : Result<Matrix<float>, PipelineError> =
        if KernelMatrix.columns cross <> fit.Coefficients.Rows then
            Error(
                DataRefused
                    $"%s{name}: it has %d{KernelMatrix.columns cross} columns, and there are %d{fit.Coefficients.Rows} training rows"
            )
        else
            KernelMatrix.checkFinite name cross |> Result.map (fun () -> product cross fit.Coefficients)
