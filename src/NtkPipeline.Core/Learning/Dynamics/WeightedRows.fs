namespace NtkPipeline.Core

open System
open System.Numerics
open System.Runtime.InteropServices
open System.Threading.Tasks
open TorchSharp

/// Σ_k w_k · M(i_k, :), a weighted sum of some rows of a matrix that is larger than the caches. Descent in function space does
/// little else, so the rows are read where they are: gathering them would write and read every entry once more.
[<RequireQualifiedAccess>]
module WeightedRows =

    /// Entries for which one more thread is worth its start.
    let private share = 65536L

    let private entries (t: torch.Tensor) : Span<float32> = MemoryMarshal.Cast<byte, float32> t.bytes

    let private vectors (span: Span<float32>) : Span<Vector<float32>> =
        MemoryMarshal.Cast<float32, Vector<float32>> span

    let private addOne (weight: float32) (row: Span<float32>) (sums: Span<float32>) =
        for j in 0 .. sums.Length - 1 do
            sums[j] <- sums[j] + weight * row[j]

    /// The first vectors of each row, as many as fit into the sums.
    let private addFour
        (w: ReadOnlySpan<float32>)
        (a: Span<float32>)
        (b: Span<float32>)
        (c: Span<float32>)
        (d: Span<float32>)
        (sums: Span<float32>)
        =
        let wa, wb, wc, wd = Vector w[0], Vector w[1], Vector w[2], Vector w[3]
        let sums = vectors sums
        let a = (vectors a).Slice(0, sums.Length)
        let b = (vectors b).Slice(0, sums.Length)
        let c = (vectors c).Slice(0, sums.Length)
        let d = (vectors d).Slice(0, sums.Length)

        for j in 0 .. sums.Length - 1 do
            sums[j] <- sums[j] + wa * a[j] + wb * b[j] + wc * c[j] + wd * d[j]

    /// Columns `start` … of the sum. Entry by entry it is ((0 + w₀ m₀) + w₁ m₁) + …, each product and sum rounded, so that strips,
    /// threads and vectors move no bit.
    let private strip
        (matrix: torch.Tensor)
        (rows: int64[])
        (weights: float32[])
        start
        (sums: Span<float32>)
        =
        let columns = int matrix.shape[1]
        let all = entries matrix
        let wide = sums.Length - sums.Length % Vector<float32>.Count
        let fours = rows.Length - rows.Length % 4

        for k in 0..4 .. fours - 1 do
            let a = all.Slice(int rows[k] * columns + start, sums.Length)
            let b = all.Slice(int rows[k + 1] * columns + start, sums.Length)
            let c = all.Slice(int rows[k + 2] * columns + start, sums.Length)
            let d = all.Slice(int rows[k + 3] * columns + start, sums.Length)
            addFour (ReadOnlySpan(weights, k, 4)) a b c d (sums.Slice(0, wide))
            addOne weights[k] (a.Slice wide) (sums.Slice wide)
            addOne weights[k + 1] (b.Slice wide) (sums.Slice wide)
            addOne weights[k + 2] (c.Slice wide) (sums.Slice wide)
            addOne weights[k + 3] (d.Slice wide) (sums.Slice wide)

        for k in fours .. rows.Length - 1 do
            addOne weights[k] (all.Slice(int rows[k] * columns + start, sums.Length)) sums

    let private inPlace (matrix: torch.Tensor) (rows: int64[]) (weights: float32[]) =
        let columns = int matrix.shape[1]
        let sums = Array.zeroCreate<float32> columns
        let threads = int64 (torch.get_num_threads ())
        let strips = int (max 1L (min threads (rows.LongLength * int64 columns / share)))
        let bound k = if k = strips then columns else columns / strips / 16 * 16 * k
        let work k = strip matrix rows weights (bound k) (Span(sums, bound k, bound (k + 1) - bound k))
        Parallel.For(0, strips, work) |> ignore
        torch.tensor sums

    /// Whether a span can stand for it.
    let private isPlain (matrix: torch.Tensor) =
        matrix.device_type = DeviceType.CPU
        && matrix.dtype = torch.ScalarType.Float32
        && matrix.is_contiguous ()
        && matrix.numel () <= int64 (Int32.MaxValue / sizeof<float32>)

    /// The sum over the rows with these numbers (int64) for these weights, in the caller's dispose scope. A float32 matrix on the
    /// CPU is read in place; rows of any other are gathered.
    let sum (matrix: torch.Tensor) (rows: torch.Tensor) (weights: torch.Tensor) : torch.Tensor =
        use _ = torch.NewDisposeScope()

        let total =
            if isPlain matrix then
                let numbers = (MemoryMarshal.Cast<byte, int64> rows.bytes).ToArray()
                inPlace matrix numbers (Tensors.toArray32 weights)
            else
                matrix.index_select(0L, rows).t().mv weights

        total.MoveToOuterDisposeScope()
