namespace NtkPipeline.Core

open System
open FsToolkit.ErrorHandling
open TorchSharp

/// Regression on a kernel matrix and targets as they come: checked, and solved by the cheapest way that answers what is asked.
[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module KernelFit =

    let private checkSource (source: RidgeSource) =
        match source with
        | RidgeSource.Given ridge when not (ridge >= 0.0 && Double.IsFinite ridge) ->
            Error(NumbersRefused $"the ridge is %g{ridge}; it must be at least 0 and finite")
        | RidgeSource.Given _ -> Ok()
        | RidgeSource.Selected settings -> RidgeSettings.check settings
        | RidgeSource.Refined settings when not (RidgeRefinement.isPossible settings.ChooseBy) ->
            Error(
                NumbersRefused
                    $"a ridge chosen by %s{RidgeChoice.print settings.ChooseBy} cannot be refined: that score has no derivative here"
            )
        | RidgeSource.Refined settings -> RidgeSettings.check settings

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
            Stationary = None
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
                | RidgeSource.Selected _
                | RidgeSource.Refined _ -> Ok None

            match direct with
            | Some fit -> return fit
            | None -> return! SpectralFit.fit name source folds kernel targets mean reading
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
            KernelMatrix.checkFinite name cross
            |> Result.map (fun () ->
                use _ = torch.NewDisposeScope()
                (KernelMatrix.toTensor cross).mm(Tensors.ofMatrix64 fit.Coefficients) |> Tensors.toMatrix64)
