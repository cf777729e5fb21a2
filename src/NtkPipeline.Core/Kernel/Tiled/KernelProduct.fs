namespace NtkPipeline.Core

open System.Threading.Tasks

/// Products K·v of a kernel that is never held whole, for several v at once. Sums are in float64 and in one order, whatever the number
/// of threads.
[<RequireQualifiedAccess>]
module KernelProduct =

    let private side = UnheldKernel.side

    let private between (tiles: UnheldKernel) (v: Matrix<float>) : Matrix<float> =
        let n, height, length = tiles.Rows, TileSums.padded tiles.Rows, TileSums.padded tiles.Columns
        let source, sums = TileSums.pad v, Array.zeroCreate<float>(v.Rows * height)

        Parallel.For(
            0,
            height / side,
            UnheldKernel.newBuffer,
            (fun block _ buffer ->
                let top = block * side

                for left in 0..side .. length - side do
                    tiles.Fill buffer top left

                    for c in 0 .. v.Rows - 1 do
                        TileSums.accumulate
                            (buffer.Values, source, c * length + left, sums, c * height + top, false, sums, 0)
                            (sums, 0)

                buffer),
            ignore
        )
        |> ignore

        Matrix.init v.Rows n (fun c i -> sums[c * height + i])

    /// K·v for every row v of a matrix: p × columns → p × rows.
    let multiply (tiles: UnheldKernel) (v: Matrix<float>) : Matrix<float> =
        if v.Columns <> tiles.Columns then
            invalidArg (nameof v) $"vectors of %d{v.Columns} entries for %d{tiles.Columns} columns"

        if tiles.Rows = 0 || v.Rows = 0 then
            Matrix.create v.Rows tiles.Rows (Array.zeroCreate (v.Rows * tiles.Rows))
        elif tiles.IsSymmetric then
            KernelLanes.parts tiles [| 0 .. KernelLanes.count tiles.Rows - 1 |] v |> KernelLanes.sum
        else
            between tiles v
