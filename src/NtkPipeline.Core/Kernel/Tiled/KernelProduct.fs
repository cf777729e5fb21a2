namespace NtkPipeline.Core

open System
open System.Runtime.Intrinsics
open System.Threading.Tasks

/// Products K·v of a kernel that is never held whole, for several v at once. Each tile above the diagonal is made once and used
/// twice, for its rows and for its columns. Sums are in float64 and in one order, whatever the number of threads: block
/// rows belong to `lanes` fixed parts, each of which sums by itself, and the parts are added in turn.
[<RequireQualifiedAccess>]
module KernelProduct =

    let private side = UnheldKernel.side

    let private lanes = 16

    /// Zeros behind each vector, up to a whole number of tiles.
    let private padded (count: int) = (count + side - 1) / side * side

    let private pad (v: Matrix<float>) : float[] =
        let length = padded v.Columns
        let values = Array.zeroCreate (v.Rows * length)

        for c in 0 .. v.Rows - 1 do
            Array.Copy(v.Values, c * v.Columns, values, c * length, v.Columns)

        values

    /// rows += T v for the tile's rows; and where `mirrored` is not empty, mirrored += Tᵀ w for its columns. Four rows at a time, so
    /// that v and the mirrored sums are read once for the four.
    let private accumulate
        (
            tile: float[],
            v: float[],
            vAt: int,
            rows: float[],
            rowsAt: int,
            isMirrored: bool,
            w: float[],
            wAt: int
        )
        (mirrored: float[], mirroredAt: int)
        =
        let across = &v[vAt]
        let below = &mirrored[mirroredAt]

        for r in 0..4 .. side - 4 do
            let first = &tile[r * side]
            let mutable s0 = Vector256<float>.Zero
            let mutable s1 = Vector256<float>.Zero
            let mutable s2 = Vector256<float>.Zero
            let mutable s3 = Vector256<float>.Zero

            if isMirrored then
                let w0 = Vector256.Create w[wAt + r]
                let w1 = Vector256.Create w[wAt + r + 1]
                let w2 = Vector256.Create w[wAt + r + 2]
                let w3 = Vector256.Create w[wAt + r + 3]

                for k in 0..4 .. side - 4 do
                    let x = Vector256.LoadUnsafe(&across, unativeint k)
                    let t0 = Vector256.LoadUnsafe(&first, unativeint k)
                    let t1 = Vector256.LoadUnsafe(&first, unativeint (k + side))
                    let t2 = Vector256.LoadUnsafe(&first, unativeint (k + 2 * side))
                    let t3 = Vector256.LoadUnsafe(&first, unativeint (k + 3 * side))
                    s0 <- Vector256.FusedMultiplyAdd(t0, x, s0)
                    s1 <- Vector256.FusedMultiplyAdd(t1, x, s1)
                    s2 <- Vector256.FusedMultiplyAdd(t2, x, s2)
                    s3 <- Vector256.FusedMultiplyAdd(t3, x, s3)
                    let sum = Vector256.FusedMultiplyAdd(t0, w0, Vector256.LoadUnsafe(&below, unativeint k))
                    let sum = Vector256.FusedMultiplyAdd(t1, w1, sum)
                    let sum = Vector256.FusedMultiplyAdd(t2, w2, sum)
                    Vector256.StoreUnsafe(Vector256.FusedMultiplyAdd(t3, w3, sum), &below, unativeint k)
            else
                for k in 0..4 .. side - 4 do
                    let x = Vector256.LoadUnsafe(&across, unativeint k)
                    s0 <- Vector256.FusedMultiplyAdd(Vector256.LoadUnsafe(&first, unativeint k), x, s0)

                    s1 <-
                        Vector256.FusedMultiplyAdd(Vector256.LoadUnsafe(&first, unativeint (k + side)), x, s1)

                    s2 <-
                        Vector256.FusedMultiplyAdd(
                            Vector256.LoadUnsafe(&first, unativeint (k + 2 * side)),
                            x,
                            s2
                        )

                    s3 <-
                        Vector256.FusedMultiplyAdd(
                            Vector256.LoadUnsafe(&first, unativeint (k + 3 * side)),
                            x,
                            s3
                        )

            rows[rowsAt + r] <- rows[rowsAt + r] + Vector256.Sum s0
            rows[rowsAt + r + 1] <- rows[rowsAt + r + 1] + Vector256.Sum s1
            rows[rowsAt + r + 2] <- rows[rowsAt + r + 2] + Vector256.Sum s2
            rows[rowsAt + r + 3] <- rows[rowsAt + r + 3] + Vector256.Sum s3

    /// The part that a block row belongs to: forth and back, so that long block rows and short ones meet in each part.
    let private laneOf (block: int) =
        let place = block % (2 * lanes)
        if place < lanes then place else 2 * lanes - 1 - place

    let private symmetric (tiles: UnheldKernel) (v: Matrix<float>) : Matrix<float> =
        let n, length = tiles.Rows, padded tiles.Rows
        let blocks = length / side
        let source = pad v

        let work lane =
            let sums, buffer = Array.zeroCreate<float>(v.Rows * length), UnheldKernel.newBuffer ()

            for block in 0 .. blocks - 1 do
                if laneOf block = lane then
                    let top = block * side

                    for left in top..side .. length - side do
                        tiles.Fill buffer top left

                        for c in 0 .. v.Rows - 1 do
                            let at = c * length

                            accumulate
                                (buffer.Values,
                                 source,
                                 at + left,
                                 sums,
                                 at + top,
                                 (left > top),
                                 source,
                                 at + top)
                                (sums, at + left)

            sums

        let parts = Array.zeroCreate<float[]>(min lanes blocks)
        Parallel.For(0, parts.Length, (fun lane -> parts[lane] <- work lane)) |> ignore
        let result = Array.zeroCreate<float>(v.Rows * n)

        for part in parts do
            for c in 0 .. v.Rows - 1 do
                for i in 0 .. n - 1 do
                    result[c * n + i] <- result[c * n + i] + part[c * length + i]

        Matrix.create v.Rows n result

    let private between (tiles: UnheldKernel) (v: Matrix<float>) : Matrix<float> =
        let n, height, length = tiles.Rows, padded tiles.Rows, padded tiles.Columns
        let source, sums = pad v, Array.zeroCreate<float>(v.Rows * height)

        Parallel.For(
            0,
            height / side,
            UnheldKernel.newBuffer,
            (fun block _ buffer ->
                let top = block * side

                for left in 0..side .. length - side do
                    tiles.Fill buffer top left

                    for c in 0 .. v.Rows - 1 do
                        accumulate
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
            symmetric tiles v
        else
            between tiles v
