namespace NtkPipeline.Core

/// A kernel matrix as a file holds it: `Entry` bytes an entry are 4, or 8 for all that is read as float64.
type KernelShape = { Rows: int; Columns: int; Entry: int }

/// Peak bytes of a process that works on whole kernel matrices, by counting what it holds at once. LAPACK's divide and conquer
/// (dsyevd) takes 2n² numbers of workings beside n² eigenvectors.
[<RequireQualifiedAccess>]
module KernelMemory =

    let private entries (rows: int) (columns: int) = float rows * float columns

    /// What an N × N kernel of so many bytes an entry and its eigendecomposition hold: the kernel, its float64 copy where it is float32, the
    /// eigenvectors and LAPACK's workings.
    let decompose (entry: int) (rows: int) : float =
        let copy = if entry = 4 then 8.0 else 0.0
        (float entry + copy + 24.0) * entries rows rows

    /// What exact cross-validation by so many folds holds: the kernel, its eigenvectors twice, a fold's part of them twice, and the fold's block
    /// of the inverse with its factor.
    let folded (entry: int) (rows: int) (folds: int) =
        let share = 1.0 / float folds
        (float entry + 16.0 + 16.0 * share + 16.0 * share * share) * entries rows rows

    /// Where no eigenvalues are needed: the kernel, its float64 copy, the factor and the inverse.
    let factored (entry: int) (rows: int) = (float entry + 24.0) * entries rows rows

    /// Regression on a kernel of N rows, by eigenvalues, with predictions by `cross`, T × N.
    let regress (kernel: KernelShape) (cross: KernelShape) outputs ridges (folds: int option) : float =
        let n = kernel.Rows

        let solving =
            max
                (decompose kernel.Entry n)
                (folds |> Option.map (folded kernel.Entry n) |> Option.defaultValue 0.0)

        let paths = 64.0 * float n * float outputs * float ridges
        MemoryNeed.idle + solving + paths + float (cross.Entry + 8) * entries cross.Rows cross.Columns

    /// Training a kernel in closed form at several times, or on cross-entropy, which holds Θ in float64 beside its eigenvectors.
    let descend (kernel: KernelShape) (cross: KernelShape) outputs times : float =
        let n = kernel.Rows
        let paths = 32.0 * float (n + cross.Rows) * float outputs * float times

        MemoryNeed.idle
        + decompose kernel.Entry n
        + paths
        + float (cross.Entry + 8) * entries cross.Rows cross.Columns

    /// Rows of inputs, as they are read and in the forms that kernels are computed from.
    let private inputs rows columns = 48.0 * entries rows columns

    /// A Gaussian process's posterior at T rows asked, from N training rows of d columns. What is trained, and not exact inference, holds a
    /// second kernel.
    let posterior (isTrained: bool) rows asked columns : float =
        let own, cross, among = if isTrained then 56.0, 80.0, 100.0 else 32.0, 44.0, 72.0

        MemoryNeed.idle
        + inputs (rows + asked) columns
        + own * entries rows rows
        + cross * entries rows asked
        + among * entries asked asked

    /// Ranking kernels of N fitted rows, one after another: with each, what the last two or three have left lying about, which .NET
    /// collects when it likes.
    let select (entry: int) rows columns ridges folds : float =
        let left = 2.5 * float (entry + 8) * entries rows rows

        MemoryNeed.idle
        + 2.0 * inputs rows columns
        + max (decompose entry rows) (folded entry rows folds)
        + left
        + 64.0 * float rows * float ridges

    /// A gradient step on the hyperparameters of so many networks' kernels: products and derivatives of N² pairs each, measured.
    let learn networks rows columns : float =
        MemoryNeed.idle + inputs rows columns + (380.0 + 60.0 * float networks) * entries rows rows
