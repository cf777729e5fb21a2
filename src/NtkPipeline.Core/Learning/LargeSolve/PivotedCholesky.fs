namespace NtkPipeline.Core

open System
open TorchSharp

/// A positive semi-definite matrix seen through a few of its columns: K ≈ F Fᵀ, exact in the rows and columns of the pivots.
[<NoEquality; NoComparison>]
type LowRank = {
    /// The rows chosen, in the order in which they were.
    Pivots: int[]
    /// Fᵀ, rank × N, float64. Its columns at the pivots are upper triangular. LibTorch's own memory, since the bits of a product
    /// depend on how its operands are aligned; it goes with the collector.
    Factor: torch.Tensor
    /// tr(K − F Fᵀ) / tr K.
    TraceError: float
}

/// What is known of a kernel matrix that is not held: its diagonal, and any of its columns.
[<NoEquality; NoComparison>]
type KernelColumns = {
    Diagonal: float[]
    /// K(S, S).
    Block: int[] -> Matrix<float>
    /// K(·, S), N × |S|.
    Columns: int[] -> Matrix<float>
    /// What rounding leaves of an entry of size 1: where the trace left is below it, there is nothing more to find.
    Rounding: float
}

/// Randomly pivoted Cholesky (Chen, Epperly, Tropp, Webber 2022): pivots are drawn in proportion to the diagonal of what is left,
/// K − F Fᵀ, so that the rank-k result is in expectation nearly as good as the best one: tr(K − F Fᵀ) ≤ (1 + ε) × the trace
/// of K past its r largest eigenvalues, once k ≥ r/ε + r·log(1/(ε η)), η being that trace's share of tr K. Pivots are proposed
/// a block at a time and kept by rejection, which draws from the same law at the speed of matrix products (Epperly,
/// Tropp, Webber 2024).
[<RequireQualifiedAccess>]
module PivotedCholesky =

    /// Proposals at a time.
    let private block = 96

    let columns (source: KernelSource) (xs: KernelRows) : KernelColumns = {
        Diagonal = KernelSource.diagonal source xs
        Block =
            fun pivots ->
                let some = KernelRows.gather pivots xs
                UnheldKernel.symmetric source some |> UnheldKernel.whole
        Columns =
            fun pivots -> UnheldKernel.between source xs (KernelRows.gather pivots xs) |> UnheldKernel.whole
        Rounding = if source.Plan.IsSome then 1e-6 else 1e-13
    }

    /// Columns of a matrix that is held.
    let ofMatrix (k: Matrix<float>) : KernelColumns = {
        Diagonal = Array.init k.Rows (fun i -> k[i, i])
        Block = fun pivots -> Matrix.gather pivots pivots k
        Columns = fun pivots -> Matrix.gather [| 0 .. k.Rows - 1 |] pivots k
        Rounding = 1e-13
    }

    /// `count` rows, each drawn with the probability that its weight has of the sum.
    let private draw (random: Random) (count: int) (weights: float[]) =
        let sums = weights |> Array.scan (+) 0.0
        let total = sums[weights.Length]

        Array.init count (fun _ ->
            let at = Array.BinarySearch(sums, random.NextDouble() * total)
            // The last row whose sum before it is not above what was drawn; never one of weight 0.
            let mutable i = if at >= 0 then at else ~~~at - 1

            while i > 0 && not (i < weights.Length && weights[i] > 0.0) do
                i <- i - 1

            i)

    /// Which of the proposals are kept, in order, and the Cholesky factor of the kept block of H = (K − F Fᵀ)(S, S), row by row.
    let private keep (random: Random) (h: Matrix<float>) =
        let n = h.Rows
        let left = Matrix.init n n (fun i j -> h[i, j])
        let kept = ResizeArray<int>()
        let factor = ResizeArray<float[]>()

        for j in 0 .. n - 1 do
            if random.NextDouble() * h[j, j] < left[j, j] then
                let root = sqrt left[j, j]
                let column = Array.init n (fun i -> left[i, j] / root)

                for i in j + 1 .. n - 1 do
                    for k in j + 1 .. n - 1 do
                        left.Values[i * n + k] <- left[i, k] - column[i] * column[k]

                kept.Add j
                factor.Add column

        let kept = kept.ToArray()
        kept, Matrix.init kept.Length kept.Length (fun i j -> if j > i then 0.0 else factor[j][kept[i]])

    let private aligned (m: Matrix<float>) = Tensors.ofMatrix64(m).clone()

    let private indices (rows: int[]) = torch.tensor (rows |> Array.map int64)

    let private factor (rank: int) (seed: Seed) (tell: int -> float -> unit) (kernel: KernelColumns) =
        let n = kernel.Diagonal.Length
        let rank = min rank n

        if rank < 1 then
            invalidArg (nameof rank) "a factor has at least one column"

        let random = Seed.random seed
        let factor = torch.empty([| int64 rank; int64 n |], dtype = torch.float64).DetachFromDisposeScope()
        let left = Array.copy kernel.Diagonal
        let trace = Array.sum left
        let pivots = ResizeArray<int>()
        let mutable share = 1.0

        /// m − Fᵀ(·, rows)ᵀ Fᵀ(·, columns), as far as F is known; all columns where none are named.
        let without (rows: int[]) (columns: int[] option) (m: torch.Tensor) =
            if pivots.Count = 0 then
                m
            else
                let f = factor.narrow (0L, 0L, int64 pivots.Count)

                let right =
                    columns |> Option.map (fun c -> f.index_select (1L, indices c)) |> Option.defaultValue f

                m - f.index_select(1L, indices rows).t().mm right

        /// Draws a block, and gives how many columns it added.
        let step () =
            use _ = torch.NewDisposeScope()
            let proposals = draw random (min block (rank - pivots.Count)) left
            let h = aligned (kernel.Block proposals) |> without proposals (Some proposals)
            let kept, lower = keep random (Tensors.toMatrix64 h)
            let chosen = kept |> Array.map (fun j -> proposals[j])

            if chosen.Length > 0 then
                let g = (aligned (kernel.Columns chosen)).t().contiguous() |> without chosen None
                let added = torch.linalg.solve (aligned lower, g)
                factor.narrow(0L, int64 pivots.Count, int64 chosen.Length).copy_ added |> ignore
                let added = Tensors.toArray64 added

                for r in 0 .. chosen.Length - 1 do
                    for i in 0 .. n - 1 do
                        let entry = added[r * n + i]
                        left[i] <- max 0.0 (left[i] - entry * entry)

                // Exactly nothing is left there, whatever rounding says.
                for row in chosen do
                    left[row] <- 0.0

                pivots.AddRange chosen
                share <- Array.sum left / trace

            chosen.Length

        let rec run () =
            if pivots.Count < rank && share > kernel.Rounding && step () > 0 then
                tell pivots.Count share
                run ()

        if not (trace > 0.0 && Double.IsFinite trace) then
            Error(
                NumbersRefused
                    $"the kernel's trace is %g{trace}, and no positive number: its inputs are all 0, or too large"
            )
        else
            run ()

            Ok {
                Pivots = pivots.ToArray()
                Factor =
                    if pivots.Count = rank then
                        factor
                    else
                        factor.narrow(0L, 0L, int64 pivots.Count).clone().DetachFromDisposeScope()
                TraceError = share
            }

    /// A factor of at most `rank` columns: fewer where the matrix has no more to its rounding. `tell` is called after each block
    /// with the columns found and the share of the trace that is left.
    let factorise
        (rank: int)
        (seed: Seed)
        (tell: int -> float -> unit)
        (kernel: KernelColumns)
        : Result<LowRank, PipelineError> =
        TorchThreads.fixedly (fun () -> factor rank seed tell kernel)
