namespace NtkPipeline.Core

open TorchSharp

/// Kernel ridge regression where only one ridge is wanted.
[<RequireQualifiedAccess>]
module DirectSolve =

    /// A lower bound of the condition number's decimal digits, from the pivots of A = L Lᵀ.
    let digitsLost (factor: torch.Tensor) =
        let pivots = factor.diagonal (0L, 0L, 1L) |> Tensors.toArray64
        2.0 * log10 (Array.max pivots / Array.min pivots)

    let private refuse name (ridge: float) reason =
        Error(NumbersRefused $"%s{name} with ridge %g{ridge}: %s{reason}; use a larger ridge")

    let private checkTargets (targets: float[][]) =
        targets |> Array.fold (fun sound y -> sound |> Result.bind (fun () -> SolveTrust.checkTargets y)) (Ok())

    /// `finish` of the Cholesky factor of K + λI, α = (K + λI)⁻¹ y for several y in columns, and ‖(K + λI)α − y‖/‖y‖ of each.
    let private solve
        name
        kernel
        (ridge: float)
        (targets: float[][])
        (finish: torch.Tensor -> torch.Tensor -> float[] -> 'a)
        : Result<'a, PipelineError> =
        let rows = KernelMatrix.rows kernel

        match targets |> Array.tryFind (fun y -> y.Length <> rows) with
        | Some y -> invalidArg (nameof targets) $"%d{y.Length} targets for %d{rows} rows"
        | None -> ()

        KernelMatrix.check name kernel
        |> Result.bind (fun () -> checkTargets targets)
        |> Result.bind (fun () ->
            use _ = torch.NewDisposeScope()
            let shifted = KernelMatrix.toTensor kernel
            shifted.diagonal(0L, 0L, 1L).add_(torch.tensor ridge) |> ignore
            let struct (factor, info) = torch.linalg.cholesky_ex (shifted, false)

            if info.item<int>() <> 0 then
                refuse name ridge "it is not positive definite"
            elif digitsLost factor > SolveTrust.mostDigitsLost then
                refuse name ridge "it is singular but for rounding"
            else
                let y = Tensors.ofMatrix64(Matrix.ofRows rows targets).t().contiguous()
                let alpha = y.cholesky_solve (factor, false)
                let off = (shifted.mm alpha - y).square().sum(0L).sqrt() / y.square().sum(0L).sqrt()
                let residuals = Tensors.toArray64 off
                let worst = Array.max residuals

                if worst <= SolveTrust.mostResidual then
                    shifted.Dispose()
                    Ok(finish factor alpha residuals)
                else
                    refuse name ridge $"the solution misses the targets by %.1e{worst} of their size")

    /// (K + λI)⁻¹ y for several y by one Cholesky factorisation in float64, and ‖(K + λI)α − y‖/‖y‖ of each. `name` says in
    /// refusals which matrix it was.
    let columns
        (name: string)
        (kernel: KernelMatrix)
        (ridge: float)
        (targets: float[][])
        : Result<(float[] * float)[], PipelineError> =
        solve name kernel ridge targets (fun _ alpha residuals ->
            let alpha = alpha.t () |> Tensors.toMatrix64
            residuals |> Array.mapi (fun k residual -> (Matrix.row k alpha).ToArray(), residual))

    /// (K + λI)⁻¹ y.
    let ridge
        (name: string)
        (kernel: KernelMatrix)
        (ridge: float)
        (targets: float[])
        : Result<float[], PipelineError> =
        columns name kernel ridge [| targets |] |> Result.map (Array.head >> fst)

    /// The same α, and exact leave-one-out: what each row's residual would be, had the row been left out of the fit,
    /// αᵢ / Gᵢᵢ with G = (K + λI)⁻¹. The factor is inverted for it: three times the cost of α alone, n³ multiplications in all.
    let ridgeHeldOut
        (name: string)
        (kernel: KernelMatrix)
        (ridge: float)
        (targets: float[])
        : Result<float[] * float[], PipelineError> =
        solve name kernel ridge [| targets |] (fun factor alpha _ ->
            let alpha = alpha.squeeze 1L
            let diagonal = (torch.cholesky_inverse factor).diagonal(0L, 0L, 1L)
            Tensors.toArray64 alpha, Tensors.toArray64 (alpha / diagonal))
