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

    /// (G_FF)⁻¹ (G Y)_F, or none when G_FF has lost its positive definiteness to rounding. `scaled` is Q_F's room for Q_F √D.
    let private foldResiduals (qF: torch.Tensor) scaled rootD (alphaF: torch.Tensor) =
        use _ = torch.NewDisposeScope()
        let root = (scaled: torch.Tensor).copy_(qF).mul_(rootD: torch.Tensor)
        let struct (factor, info) = torch.linalg.cholesky_ex (lowerGram root, false)

        if info.item<int>() <> 0 then
            None
        else
            Some(alphaF.cholesky_solve (factor, false) |> Tensors.toMatrix64)

    /// y − f of every row, N × ridges, where f was fitted without the row's fold; one matrix for each output's path. `folds` names
    /// each row's fold, from 0.
    let ofOutputs
        (spectrum: Spectrum)
        (paths: RidgePath[])
        (folds: int[])
        : Result<Matrix<float>[], PipelineError> =
        let n = spectrum.Rows

        if folds.Length <> n || (Array.distinct folds).Length < 2 then
            invalidArg
                (nameof folds)
                $"%d{folds.Length} rows in folds for %d{n} rows; at least two folds are needed"

        use _ = torch.NewDisposeScope()
        let q = Spectrum.vectors spectrum
        let values = Tensors.ofArray64 (Spectrum.values spectrum)
        let ridges = paths[0].Ridges
        let held = paths |> Array.map (fun _ -> Array.zeroCreate (n * ridges.Length))
        let mutable refusal = None

        for _, rows in Array.indexed folds |> Array.groupBy snd |> Array.sortBy fst do
            use _ = torch.NewDisposeScope()
            let rows = rows |> Array.map fst
            let qF = q.index_select (0L, torch.tensor (rows |> Array.map int64))
            let scaled = torch.empty_like qF

            for p in 0 .. ridges.Length - 1 do
                use _ = torch.NewDisposeScope()
                let rootD = (values + torch.tensor ridges[p]).rsqrt()

                let alphaF =
                    Matrix.init rows.Length paths.Length (fun i k -> paths[k].Coefficients[rows[i], p])

                match foldResiduals qF scaled rootD (Tensors.ofMatrix64 alphaF) with
                | Some residuals ->
                    for k in 0 .. paths.Length - 1 do
                        rows |> Array.iteri (fun i row -> held[k][row * ridges.Length + p] <- residuals[i, k])
                | None -> refusal <- Some ridges[p]

        match refusal with
        | None -> Ok(held |> Array.map (Matrix.create n ridges.Length))
        | Some ridge ->
            Error(
                NumbersRefused
                    $"cross-validation with ridge %g{ridge}: rounding has consumed a block of the inverse kernel; use a larger ridge"
            )

    /// The residuals of one output.
    let residuals
        (spectrum: Spectrum)
        (path: RidgePath)
        (folds: int[])
        : Result<Matrix<float>, PipelineError> =
        ofOutputs spectrum [| path |] folds |> Result.map Array.exactlyOne
