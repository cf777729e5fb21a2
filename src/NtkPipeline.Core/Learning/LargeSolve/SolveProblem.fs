namespace NtkPipeline.Core

/// Kernel ridge regression of a network's analytic kernel, from inputs alone.
type SolveProblem = {
    Kind: KernelKind
    Network: Network
    /// Kernel entries in float32 by the cosine table where one holds; else in float64 by the definition.
    IsSingle: bool
    X: Matrix<float>
    /// N × outputs.
    Y: Matrix<float>
    Ridges: float[]
    /// The ridges are multiples of mean(diag K).
    IsRelative: bool
    /// Rows to predict; none: the training rows.
    Asked: Matrix<float> option
}

type SolveSettings = {
    /// None: by memory.
    Method: SolveMethod option
    /// Columns of the preconditioner, or landmarks.
    Rank: int
    Gradients: GradientsSettings
    /// Bytes that may be used.
    Memory: int64
    /// Kernel entries are kept between products in the memory that is left; the bits are the same.
    HoldsEntries: bool
    Seed: Seed
}

/// What a long solve tells while it runs.
[<RequireQualifiedAccess>]
type SolveProgress =
    | Planned of SolvePlan
    /// Columns found, and the share of the kernel's trace that they leave.
    | Pivots of columns: int * share: float
    | Step of GradientsState

/// A system's ridge, its output, and what vouches for its solution.
type SolvedSystem = {
    Ridge: float
    Output: int
    /// ‖y − (K + λ)α‖/‖y‖ over all rows. Of a Nyström fit it bounds ‖f − f_exact‖/‖y‖ on the training rows.
    Residual: float
    /// The same on at most 64 rows, with kernel entries by the definition in float64: what float32 leaves attainable.
    SampledResidual: float
}

type Solved = {
    Plan: SolvePlan
    MeanDiagonal: float
    /// Whether entries came from the cosine table.
    ByTable: bool
    /// Ridge by ridge, and within a ridge output by output.
    Systems: SolvedSystem[]
    /// Asked rows × systems.
    Predictions: Matrix<float>
    /// α, N × systems: f(x) = Σ αᵢ K(x, xᵢ), exactly or, by Nyström, with F Fᵀ for K.
    Coefficients: Matrix<float>
    /// Steps of conjugate gradients.
    Iterations: int
    /// Columns of the low-rank factor, 0 without one, and tr(K − F Fᵀ)/tr K.
    Rank: int
    TraceError: float
    NystromError: NystromError option
}

/// Checking a problem before anything is computed.
[<RequireQualifiedAccess>]
module SolveProblem =

    let check (problem: SolveProblem) : Result<unit, PipelineError> =
        let { X = x; Y = y } = problem

        if y.Rows <> x.Rows then
            Error(DataRefused $"there are %d{y.Rows} targets for %d{x.Rows} rows of inputs")
        elif y.Columns = 0 || problem.Ridges.Length = 0 then
            Error(DataRefused "there is no target or no ridge")
        else
            match problem.Asked with
            | Some z when z.Columns <> x.Columns ->
                Error(DataRefused $"rows of %d{x.Columns} columns cannot meet rows of %d{z.Columns} columns")
            | Some z ->
                match Matrix.firstNonFinite z with
                | Some(i, j) ->
                    Error(
                        DataRefused
                            $"the rows to predict hold %g{z[i, j]} at row %d{i}, column %d{j} (counted from 0)"
                    )
                | None -> Ok()
            | None -> Ok()

    /// Every ridge with every output, ridge by ridge.
    let systems (meanDiagonal: float) (problem: SolveProblem) : RidgeSystems =
        let outputs =
            Array.init problem.Y.Columns (fun k -> Array.init problem.Y.Rows (fun i -> problem.Y[i, k]))

        let scale = if problem.IsRelative then meanDiagonal else 1.0

        {
            Ridges =
                problem.Ridges |> Array.collect (fun ridge -> Array.create outputs.Length (scale * ridge))
            Targets = problem.Ridges |> Array.collect (fun _ -> outputs)
        }
