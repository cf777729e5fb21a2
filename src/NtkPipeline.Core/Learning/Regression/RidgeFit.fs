namespace NtkPipeline.Core

open FsToolkit.ErrorHandling
open TorchSharp

/// Regression on a kernel matrix and targets as they come: checked, and solved by the cheapest way that answers what is asked. Every way
/// has the same rule of trust, so that a matrix has the same verdict through each. `name` says in refusals which matrix the kernel is; targets
/// are N × outputs.
[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module RidgeFit =

    let private byEigenvalues name source folds kernel targets =
        Spectrum.decompose name kernel
        |> Result.bind (fun spectrum ->
            RidgeSpectral.fit name source folds kernel spectrum (ClassRule.ofTargets targets) targets)

    /// One ridge without eigenvalues, where that can be trusted.
    let private byCholesky name kernel ridge targets =
        KernelMatrix.meanDiagonal name kernel
        |> Result.map (fun mean ->
            RidgeCholesky.fit kernel ridge targets
            |> Option.map (fun (solution, residuals) ->
                RidgeScores.single (ClassRule.ofTargets targets) mean targets solution residuals))

    let private check name source kernel targets =
        SolveTrust.check name kernel targets
        |> Result.bind (fun () -> RidgeSpectral.checkSource name source)

    /// As `fit`, but for the number of rows above which one given ridge is solved without eigenvalues.
    let fitUpTo
        (mostSpectralRows: int)
        (name: string)
        (source: RidgeSource)
        (folds: int[] option)
        (kernel: KernelMatrix)
        (targets: Matrix<float>)
        : Result<RidgeFit, PipelineError> =
        result {
            do! check name source kernel targets

            let! direct =
                match source with
                | RidgeSource.Given ridge when targets.Rows > mostSpectralRows && folds.IsNone ->
                    byCholesky name kernel ridge targets
                | RidgeSource.Given _
                | RidgeSource.Selected _
                | RidgeSource.Refined _ -> Ok None

            match direct with
            | Some fit -> return fit
            | None -> return! byEigenvalues name source folds kernel targets
        }

    /// `folds` names each row's fold, from 0. One given ridge on many rows costs two Cholesky factorisations and an inverse; all else, one
    /// eigendecomposition.
    let fit
        (name: string)
        (source: RidgeSource)
        (folds: int[] option)
        (kernel: KernelMatrix)
        (targets: Matrix<float>)
        : Result<RidgeFit, PipelineError> =
        fitUpTo 2048 name source folds kernel targets

    /// One ridge and its exact leave-one-out, without eigenvalues wherever that can be trusted: 4/3 n³ multiplications.
    let at
        (name: string)
        (kernel: KernelMatrix)
        (ridge: float)
        (targets: Matrix<float>)
        : Result<RidgeFit, PipelineError> =
        fitUpTo 0 name (RidgeSource.Given ridge) None kernel targets

    /// α alone, without eigenvalues: 2/3 n³ multiplications. None where that cannot be trusted, though eigenvalues might.
    let trySolve
        (name: string)
        (kernel: KernelMatrix)
        (ridge: float)
        (targets: Matrix<float>)
        : Result<RidgeSolution option, PipelineError> =
        check name (RidgeSource.Given ridge) kernel targets
        |> Result.map (fun () -> RidgeCholesky.solve kernel ridge targets)

    /// α alone, by eigenvalues where it takes them.
    let solve
        (name: string)
        (kernel: KernelMatrix)
        (ridge: float)
        (targets: Matrix<float>)
        : Result<RidgeSolution, PipelineError> =
        result {
            match! trySolve name kernel ridge targets with
            | Some solution -> return solution
            | None ->
                let! fit = byEigenvalues name (RidgeSource.Given ridge) None kernel targets

                return {
                    Coefficients = fit.Coefficients
                    Residuals = fit.Residuals
                    Certificate = fit.Certificate
                }
        }

    /// f at other rows, T × outputs; `cross` is K(other, training).
    let predict (name: string) (cross: KernelMatrix) (fit: RidgeFit) : Result<Matrix<float>, PipelineError> =
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
