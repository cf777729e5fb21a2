namespace NtkPipeline.Core

open TorchSharp

/// Kernel ridge regression where only one ridge is wanted.
[<RequireQualifiedAccess>]
module DirectSolve =

    /// A lower bound of the condition number's decimal digits, from the pivots of A = L Lᵀ.
    let private digitsLost (factor: torch.Tensor) =
        let pivots = factor.diagonal (0L, 0L, 1L) |> Tensors.toArray64
        2.0 * log10 (Array.max pivots / Array.min pivots)

    let private refuse name (ridge: float) reason =
        Error(NumbersRefused $"%s{name} with ridge %g{ridge}: %s{reason}; use a larger ridge")

    /// (K + λI)⁻¹ y by one Cholesky factorisation in float64. `name` says in refusals which matrix it was.
    let ridge
        (name: string)
        (kernel: KernelMatrix)
        (ridge: float)
        (targets: float[])
        : Result<float[], PipelineError> =
        if targets.Length <> KernelMatrix.rows kernel then
            invalidArg (nameof targets) $"%d{targets.Length} targets for %d{KernelMatrix.rows kernel} rows"

        KernelMatrix.check name kernel
        |> Result.bind (fun () -> Trust.checkTargets targets)
        |> Result.bind (fun () ->
            use _ = torch.NewDisposeScope()
            let shifted = KernelMatrix.toTensor kernel
            shifted.diagonal(0L, 0L, 1L).add_(torch.tensor ridge) |> ignore
            let struct (factor, info) = torch.linalg.cholesky_ex (shifted, false)

            if info.item<int>() <> 0 then
                refuse name ridge "it is not positive definite"
            elif digitsLost factor > Trust.mostDigitsLost then
                refuse name ridge "it is singular but for rounding"
            else
                let y = (Tensors.ofArray64 targets).unsqueeze 1L
                let alpha = y.cholesky_solve (factor, false)
                let off = (shifted.mm alpha - y).norm().item<float>() / y.norm().item<float>()

                if off <= Trust.mostResidual then
                    Ok(Tensors.toArray64 alpha)
                else
                    refuse name ridge $"the solution misses the targets by %.1e{off} of their size")
