namespace NtkPipeline.Core

open TorchSharp

/// Exact k-fold cross-validation of kernel ridge regression from one eigendecomposition: no fold is refitted.
/// With G = (K + λI)⁻¹, the residuals of the rows F, had all of them been left out together, are (G_FF)⁻¹ (G y)_F, by the
/// inverse of a block matrix; and G_FF = Q_F diag(1/(Λ+λ)) Q_Fᵀ. For F of one row this is leave-one-out.
[<RequireQualifiedAccess>]
module CrossValidation =

    /// Only the lower triangle of a block is computed, by strips of so many rows.
    let private strip = 256L

    /// The lower triangle of S Sᵀ; what stands above it is partly 0.
    let private lowerGram (s: torch.Tensor) =
        use _ = torch.NewDisposeScope()
        let n = s.shape[0]
        let gram = torch.zeros ([| n; n |], dtype = torch.float64)

        for start in 0L .. strip .. n - 1L do
            use _ = torch.NewDisposeScope()
            let count = min strip (n - start)
            let stop = start + count
            let part = s.narrow(0L, start, count).mm(s.narrow(0L, 0L, stop).t())
            gram.narrow(0L, start, count).narrow(1L, 0L, stop).copy_ part |> ignore

        gram.MoveToOuterDisposeScope()

    /// (G_FF)⁻¹ (G y)_F, or none when G_FF has lost its positive definiteness to rounding.
    let private foldResiduals (qF: torch.Tensor) (rootD: torch.Tensor) (alphaF: torch.Tensor) =
        use _ = torch.NewDisposeScope()
        let struct (factor, info) = torch.linalg.cholesky_ex (lowerGram (qF * rootD), false)

        if info.item<int>() <> 0 then
            None
        else
            Some(alphaF.unsqueeze(1L).cholesky_solve(factor, false) |> Tensors.toArray64)

    /// y − f of every row, N × ridges, where f was fitted without the row's fold. `folds` names each row's fold, from 0.
    let residuals
        (spectrum: Spectrum)
        (path: RidgePath)
        (folds: int[])
        : Result<Matrix<float>, PipelineError> =
        let n = spectrum.Rows

        if folds.Length <> n || (Array.distinct folds).Length < 2 then
            invalidArg
                (nameof folds)
                $"%d{folds.Length} rows in folds for %d{n} rows; at least two folds are needed"

        use _ = torch.NewDisposeScope()
        let q = Spectrum.vectors spectrum
        let values = Tensors.ofArray64 (Spectrum.values spectrum)
        let ridges = path.Ridges.Length
        let held = Array.zeroCreate (n * ridges)
        let mutable refusal = None

        for _, rows in Array.indexed folds |> Array.groupBy snd |> Array.sortBy fst do
            use _ = torch.NewDisposeScope()
            let rows = rows |> Array.map fst
            let qF = q.index_select (0L, torch.tensor (rows |> Array.map int64))

            for p in 0 .. ridges - 1 do
                use _ = torch.NewDisposeScope()
                let rootD = (values + torch.tensor path.Ridges[p]).rsqrt()
                let alphaF = rows |> Array.map (fun i -> path.Coefficients[i, p]) |> Tensors.ofArray64

                match foldResiduals qF rootD alphaF with
                | Some residuals -> rows |> Array.iteri (fun k i -> held[i * ridges + p] <- residuals[k])
                | None -> refusal <- Some path.Ridges[p]

        match refusal with
        | None -> Ok(Matrix.create n ridges held)
        | Some ridge ->
            Error(
                NumbersRefused
                    $"cross-validation with ridge %g{ridge}: rounding has consumed a block of the inverse kernel; use a larger ridge"
            )
