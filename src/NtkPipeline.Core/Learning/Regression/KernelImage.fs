namespace NtkPipeline.Core

/// A kernel matrix made small enough to look at: training rows sorted by target, blocks of them averaged.
type KernelPicture = {
    /// Blocks on a side, and how many of them hold negative targets; these come first.
    Size: int
    Negative: int
    /// Block means over mean(diag K), row by row.
    Values: float[]
    /// Eigenvalues of the training rows' kernel, largest first.
    Eigenvalues: float[]
}

/// A large kernel matrix as a small picture.
[<RequireQualifiedAccess>]
module KernelImage =

    /// Blocks on a side, at most.
    let private mostBlocks = 120

    /// The second eigenvector, its largest entry made positive. The first is nearly constant, as a kernel's entries are
    /// mostly of one sign; the second tells groups of texts apart.
    let private grouping (spectrum: Spectrum) =
        let k = min 1 (spectrum.Rows - 1)
        let vector = RidgePath.column k spectrum.Vectors
        let largest = vector |> Array.maxBy abs
        if largest < 0.0 then vector |> Array.map (~-) else vector

    /// The first row of each of some blocks of nearly one size.
    let private starts rows blocks = Array.init blocks (fun b -> int (int64 b * int64 rows / int64 blocks))

    /// The first row of each block, and the end of the last; `first` blocks hold the `negative` first rows.
    let private edges size first negative rows =
        Array.concat [|
            starts negative first
            starts (rows - negative) (size - first) |> Array.map ((+) negative)
            [| rows |]
        |]

    /// Blocks for the negative rows: their share of all, at least one where there is one, and never more than rows.
    let private negativeBlocks size rows negative =
        let share = int (round (float size * float negative / float rows))
        share |> max (min 1 negative) |> min (size - min 1 (rows - negative))

    /// The mean of every block; `edges` are the bounds of the blocks in `order`, which holds rows of the Gram matrix.
    let private blockMeans (gram: Matrix<float32>) (order: int[]) (edges: int[]) =
        let size = edges.Length - 1
        let block = Array.zeroCreate order.Length

        for b in 0 .. size - 1 do
            for k in edges[b] .. edges[b + 1] - 1 do
                block[k] <- b

        let sums = Array.zeroCreate<float>(size * size)

        for k in 0 .. order.Length - 1 do
            let row, target = order[k] * gram.Columns, block[k] * size

            for l in 0 .. order.Length - 1 do
                let place = target + block[l]
                sums[place] <- sums[place] + float gram.Values[row + order[l]]

        sums
        |> Array.mapi (fun place sum ->
            let height b = float (edges[b + 1] - edges[b])
            sum / (height (place / size) * height (place % size)))

    /// Blocks of the kernel of some rows of `gram`, at most 120 on a side. `targets` are those rows' targets, ±1, and `spectrum` is
    /// that of their kernel. Rows with negative targets stand first; within a class the second eigenvector orders them, so
    /// that alike rows meet, then their place in `rows`.
    let draw
        (gram: Matrix<float32>)
        (rows: int[])
        (targets: float[])
        (spectrum: Spectrum)
        : Result<KernelPicture, PipelineError> =
        let meanDiagonal = rows |> Array.averageBy (fun i -> float gram[i, i])

        if not (meanDiagonal > 0.0) then
            Error(
                NumbersRefused
                    $"the kernel of the training rows: the mean of its diagonal is %g{meanDiagonal}, not positive"
            )
        else
            let grouping = grouping spectrum
            let negative = targets |> Array.filter (fun target -> target <= 0.0) |> Array.length

            let order =
                [| 0 .. rows.Length - 1 |]
                |> Array.sortBy (fun k -> (if targets[k] > 0.0 then 1 else 0), grouping[k], k)
                |> Array.map (fun k -> rows[k])

            let size = min mostBlocks rows.Length
            let first = negativeBlocks size rows.Length negative

            Ok {
                Size = size
                Negative = first
                Values =
                    edges size first negative rows.Length
                    |> blockMeans gram order
                    |> Array.map (fun mean -> mean / meanDiagonal)
                Eigenvalues = Spectrum.values spectrum
            }
