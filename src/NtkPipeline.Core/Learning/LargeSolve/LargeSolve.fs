namespace NtkPipeline.Core

open FsToolkit.ErrorHandling

/// Regression at any size: whole, by conjugate gradients, or by Nyström, each with its certificate.
[<RequireQualifiedAccess>]
module LargeSolve =

    let private transposed (rows: Matrix<float>) = Matrix.init rows.Columns rows.Rows (fun i s -> rows[s, i])

    /// What a method found.
    [<NoEquality; NoComparison>]
    type private Found = {
        Alphas: float[][]
        Residuals: float[]
        /// A row a system.
        Predictions: Matrix<float>
        Iterations: int
        LowRank: LowRank option
        Error: NystromError option
    }

    /// y − λα, which is Kα.
    let private fits (systems: RidgeSystems) (alphas: float[][]) =
        Array.map3
            (fun ridge y alpha -> Array.map2 (fun y a -> y - ridge * a) y alpha)
            systems.Ridges
            systems.Targets
            alphas
        |> Matrix.ofRows systems.Targets[0].Length

    let private lowRank (settings: SolveSettings) tell kernel =
        kernel
        |> TiledKernel.lowRank settings.Rank settings.Seed (fun columns share ->
            tell (SolveProgress.Pivots(columns, share)))

    let private byExact mayDecompose kernel systems (asked: KernelRows option) =
        TiledKernel.exact mayDecompose kernel systems
        |> Result.map (fun (alphas, residuals) -> {
            Alphas = alphas
            Residuals = residuals
            Predictions =
                asked
                |> Option.map (TiledKernel.predict kernel alphas)
                |> Option.defaultWith (fun () -> fits systems alphas)
            Iterations = 0
            LowRank = None
            Error = None
        })

    let private byGradients
        (settings: SolveSettings)
        spare
        (elsewhere: IKernelLanes option)
        tell
        resumed
        (kernel: TiledKernel)
        systems
        (asked: KernelRows option)
        =
        result {
            let! preconditioner = lowRank settings tell kernel

            let! solution =
                ConjugateGradients.solve
                    (match elsewhere with
                     | Some lanes -> lanes.Parts >> Result.map KernelLanes.sum
                     | None -> TiledKernel.product spare kernel)
                    (Preconditioner.apply preconditioner)
                    settings.Gradients
                    (SolveProgress.Step >> tell)
                    resumed
                    systems

            return {
                Alphas = solution.Solutions
                Residuals = solution.TrueResiduals
                Predictions =
                    asked
                    |> Option.map (TiledKernel.predict kernel solution.Solutions)
                    |> Option.defaultWith (fun () -> fits systems solution.Solutions)
                Iterations = solution.Iterations
                LowRank = Some preconditioner.LowRank
                Error = None
            }
        }

    let private byNystrom
        (settings: SolveSettings)
        tell
        (kernel: TiledKernel)
        systems
        (asked: KernelRows option)
        =
        result {
            let! preconditioner = lowRank settings tell kernel
            let fit = Nystrom.fit preconditioner systems
            let! error = NystromError.measure settings.Rank settings.Seed kernel systems

            return {
                Alphas = fit.Coefficients
                Residuals = TiledKernel.residuals kernel systems fit.Coefficients
                Predictions =
                    asked
                    |> Option.map (TiledKernel.predict (TiledKernel.some fit.Landmarks kernel) fit.Weights)
                    |> Option.defaultWith (fun () -> Matrix.ofRows kernel.Xs.Count fit.Fitted)
                Iterations = 0
                LowRank = Some preconditioner.LowRank
                Error = Some error
            }
        }

    /// Rows asked may be so much larger than those fitted that the kernel between them overflows.
    let private checkFinite (predictions: Matrix<float>) =
        match Matrix.firstNonFinite predictions with
        | None -> Ok()
        | Some(_, row) ->
            Error(
                NumbersRefused
                    $"the prediction of row %d{row} (counted from 0) is no finite number: its kernel with the training rows is more than can be computed with; scale the rows down"
            )

    let private checkDiagonal (mean: float) =
        if mean > 0.0 then
            Ok()
        else
            Error(
                NumbersRefused
                    $"the mean of the kernel's diagonal is %g{mean}, not positive, so there is nothing to learn by"
            )

    /// Solves and predicts. `tell` is called from this thread as the work goes on; `resumed` is a state of conjugate gradients that
    /// a run of the same problem and settings told before it was stopped. Products of conjugate gradients are made by `elsewhere`, if
    /// there is one.
    let solveWith
        (elsewhere: IKernelLanes option)
        (settings: SolveSettings)
        (tell: SolveProgress -> unit)
        (resumed: GradientsState option)
        (problem: SolveProblem)
        : Result<Solved, PipelineError> =
        result {
            do! SolveProblem.check problem
            let outputs = problem.Y.Columns

            let! plan =
                SolvePlan.choose settings.Method {
                    Rows = problem.X.Rows
                    Features = problem.X.Columns
                    Systems = problem.Ridges.Length * outputs
                    Ridges = problem.Ridges.Length
                    Rank = min settings.Rank problem.X.Rows
                    Memory = settings.Memory
                }

            tell (SolveProgress.Planned plan)
            // A tenth is left for what the collector has not freed yet.
            let spare = if settings.HoldsEntries then settings.Memory / 10L * 9L - plan.Bytes else 0L
            let! source, xs = KernelSource.create problem.Kind problem.Network problem.IsSingle problem.X
            let kernel = { Source = source; Xs = xs }
            let meanDiagonal = KernelSource.diagonal source xs |> Array.average
            do! checkDiagonal meanDiagonal
            let systems = SolveProblem.systems meanDiagonal problem
            let asked = problem.Asked |> Option.map KernelRows.ofMatrix

            let! found =
                match plan.Method with
                | SolveMethod.Exact ->
                    let mayDecompose = SolvePlan.spectralBytes problem.X.Rows <= settings.Memory
                    byExact mayDecompose kernel systems asked
                | SolveMethod.Gradients ->
                    byGradients settings spare elsewhere tell resumed kernel systems asked
                | SolveMethod.Nystrom -> byNystrom settings tell kernel systems asked

            do! checkFinite found.Predictions

            return {
                Plan = plan
                MeanDiagonal = meanDiagonal
                ByTable = source.Plan.IsSome
                Systems =
                    Array.zip found.Residuals (TiledKernel.sampledResiduals kernel systems found.Alphas)
                    |> Array.mapi (fun s (residual, sampled) -> {
                        Ridge = systems.Ridges[s]
                        Output = s % outputs
                        Residual = residual
                        SampledResidual = sampled
                    })
                Predictions = transposed found.Predictions
                Coefficients = Matrix.ofRows xs.Count found.Alphas |> transposed
                Iterations = found.Iterations
                Rank = found.LowRank |> Option.map _.Pivots.Length |> Option.defaultValue 0
                TraceError = found.LowRank |> Option.map _.TraceError |> Option.defaultValue 0.0
                NystromError = found.Error
            }
        }

    /// The same by this process alone.
    let solve settings tell resumed (problem: SolveProblem) : Result<Solved, PipelineError> =
        solveWith None settings tell resumed problem
