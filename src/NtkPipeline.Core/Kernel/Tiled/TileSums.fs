namespace NtkPipeline.Core

open System
open System.Runtime.Intrinsics

/// What one tile adds to products K·v.
[<RequireQualifiedAccess>]
module internal TileSums =

    let private side = UnheldKernel.side

    /// How many tiles stand side by side for so many rows.
    let blocks (rows: int) : int = (rows + side - 1) / side

    /// A number of entries, up to a whole number of tiles.
    let padded (count: int) : int = blocks count * side

    /// Every row of a matrix with zeros behind it, up to a whole number of tiles.
    let pad (v: Matrix<float>) : float[] =
        let length = padded v.Columns
        let values = Array.zeroCreate (v.Rows * length)

        for c in 0 .. v.Rows - 1 do
            Array.Copy(v.Values, c * v.Columns, values, c * length, v.Columns)

        values

    /// rows += T v for the tile's rows; and where `mirrored` is not empty, mirrored += Tᵀ w for its columns. Four rows at a time, so
    /// that v and the mirrored sums are read once for the four.
    let accumulate
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
