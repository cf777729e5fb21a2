namespace NtkPipeline.Core

open System
open FsToolkit.ErrorHandling
open TorchSharp

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
    /// Whether eigenvalues were computed; else the certificate's condition number is an upper bound, and none were counted.
    IsSpectral: bool
}

/// Regression on a kernel matrix and targets as they come, from one eigendecomposition.
[<RequireQualifiedAccess>]
module KernelFit =

    let private product (kernel: KernelMatrix) (alpha: Matrix<float>) =
        use _ = torch.NewDisposeScope()
        (KernelMatrix.toTensor kernel).mm(Tensors.ofMatrix64 alpha) |> Tensors.toMatrix64

    let private norm (m: Matrix<float>) = sqrt (m.Values |> Array.sumBy (fun x -> x * x))

    /// Without a ridge on a singular kernel: the limit λ → 0.
    let private limit name kernel (spectrum: Spectrum) rank (targets: Matrix<float>) reading =
        let least = LeastNorm.solve spectrum rank targets
        let reached = FitPoint.difference targets least.Unfitted
        let off = FitPoint.difference (product kernel least.Coefficients) reached
        let residual = if norm targets = 0.0 then 0.0 else norm off / norm targets
        let left = FitPoint.difference targets least.LeaveOneOut

        let point = {
            Ridge = 0.0
            RelativeRidge = 0.0
            EffectiveDimension = float rank
            LooError = FitPoint.meanSquare least.LeaveOneOut
            LooAccuracy = FitPoint.accuracy reading targets left
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
                IsSpectral = true
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
            let points = Array.init ridges.Length (FitPoint.ofPaths reading mean targets paths held)
            let! chosen = FitPoint.choose choice points
            let take pick = paths |> Array.map (pick chosen) |> FitPoint.sideBySide targets.Rows

            return {
                Points = points
                Chosen = points[chosen]
                Coefficients = take (fun p path -> RidgePath.column p path.Coefficients)
                Fitted = FitPoint.difference targets (take RidgePath.residuals)
                LeftOut = FitPoint.difference targets (take RidgePath.leaveOneOut)
                Rank = spectrum.Rows
                Certificate =
                    residuals
                    |> Array.map (fun residuals -> residuals[chosen])
                    |> Array.max
                    |> Trust.certificate spectrum spectrum.Rows ridges[chosen]
                IsSpectral = true
            }
        }

    let private spectral name source folds kernel targets mean reading =
        result {
            let! spectrum = Spectrum.decompose name kernel

            match source with
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
                let ridges = RidgeSettings.grid settings |> Array.map (fun relative -> relative * mean)
                return! onPath name kernel spectrum mean ridges settings.ChooseBy folds targets reading
        }

    let private checkSource (source: RidgeSource) =
        match source with
        | RidgeSource.Given ridge when not (ridge >= 0.0 && Double.IsFinite ridge) ->
            Error(NumbersRefused $"the ridge is %g{ridge}; it must be at least 0 and finite")
        | RidgeSource.Given _ -> Ok()
        | RidgeSource.Selected settings -> RidgeSettings.check settings

    let private ofCholesky mean ridge (targets: Matrix<float>) reading (fit: CholeskyFit) =
        let left = FitPoint.difference targets fit.LeaveOneOut

        let point = {
            Ridge = ridge
            RelativeRidge = ridge / mean
            EffectiveDimension = fit.EffectiveDimension
            LooError = FitPoint.meanSquare fit.LeaveOneOut
            LooAccuracy = FitPoint.accuracy reading targets left
            Gcv = fit.Gcv
            LogLikelihood = Some fit.LogLikelihood
            CvError = None
            CvAccuracy = None
        }

        {
            Points = [| point |]
            Chosen = point
            Coefficients = fit.Coefficients
            Fitted = FitPoint.difference targets (Matrix.map ((*) ridge) fit.Coefficients)
            LeftOut = left
            Rank = targets.Rows
            Certificate = fit.Certificate
            IsSpectral = false
        }

    /// As `fit`, but for the number of rows above which one given ridge is solved without eigenvalues.
    let fitUpTo
        (mostSpectralRows: int)
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
            do! checkSource source
            let! mean = KernelMatrix.meanDiagonal name kernel
            let reading = Reading.ofTargets targets

            let! direct =
                match source with
                | RidgeSource.Given ridge when targets.Rows > mostSpectralRows && folds.IsNone ->
                    CholeskyFit.fit name kernel ridge targets
                    |> Result.map (Option.map (ofCholesky mean ridge targets reading))
                | RidgeSource.Given _
                | RidgeSource.Selected _ -> Ok None

            match direct with
            | Some fit -> return fit
            | None -> return! spectral name source folds kernel targets mean reading
        }

    /// `name` says in refusals which matrix the kernel is; targets are N × outputs; `folds` names each row's fold, from 0. One given
    /// ridge on many rows costs two Cholesky factorisations and an inverse; all else, one eigendecomposition.
    let fit
        (name: string)
        (source: RidgeSource)
        (folds: int[] option)
        (kernel: KernelMatrix)
        (targets: Matrix<float>)
        : Result<KernelFit, PipelineError> =
        fitUpTo 2048 name source folds kernel targets

    /// f at other rows, T × outputs; `cross` is K(other, training).
    let predict (name: string) (cross: KernelMatrix) (fit: KernelFit) : Result<Matrix<float>, PipelineError> =
        if KernelMatrix.columns cross <> fit.Coefficients.Rows then
            Error(
                DataRefused
                    $"%s{name}: it has %d{KernelMatrix.columns cross} columns, and there are %d{fit.Coefficients.Rows} training rows"
            )
        else
            KernelMatrix.checkFinite name cross |> Result.map (fun () -> product cross fit.Coefficients)
