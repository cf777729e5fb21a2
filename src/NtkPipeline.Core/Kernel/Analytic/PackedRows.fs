namespace NtkPipeline.Core

open System
open System.Runtime.CompilerServices
open System.Runtime.InteropServices
open System.Runtime.Intrinsics

/// Rows laid out for products of 6 rows with 16: each entry is one chain of fused multiply-adds over the columns in their
/// order, so its bits depend on the two rows alone, in whatever block, on whatever core. (LibTorch's products promise that
/// only for one shape of matrix.) Rows are padded with zeros to a multiple of `PackedRows.block`.
type PackedRows = {
    Count: int
    Columns: int
    /// Row by row.
    Rows: float32[]
    /// Panels of 16 rows, each column by column.
    Panels: float32[]
}

[<RequireQualifiedAccess>]
module PackedRows =

    /// Rows of one piece of work: 16 groups of 6, 6 panels of 16.
    let block = 96

    let ofMatrix (m: Matrix<float>) : PackedRows =
        let padded = (m.Rows + block - 1) / block * block
        let d = m.Columns
        let rows = Array.zeroCreate (padded * d)
        let panels = Array.zeroCreate (padded * d)

        for i in 0 .. m.Rows - 1 do
            let panel = i / 16 * 16 * d + i % 16

            for k in 0 .. d - 1 do
                let value = float32 (m.Values[i * d + k])
                rows[i * d + k] <- value
                panels[panel + 16 * k] <- value

        { Count = m.Rows; Columns = d; Rows = rows; Panels = panels }

    /// The products of rows i … i+5 of `left` with rows j … j+15 of `right` (j a multiple of 16): 6 × 16, row by row.
    let multiply (left: PackedRows, i: int, right: PackedRows, j: int, target: Span<float32>) : unit =
        let d = left.Columns
        let a = &left.Rows[i * d]
        let b = &right.Panels[j * d]
        let mutable c00 = Vector256<float32>.Zero
        let mutable c01 = Vector256<float32>.Zero
        let mutable c10 = Vector256<float32>.Zero
        let mutable c11 = Vector256<float32>.Zero
        let mutable c20 = Vector256<float32>.Zero
        let mutable c21 = Vector256<float32>.Zero
        let mutable c30 = Vector256<float32>.Zero
        let mutable c31 = Vector256<float32>.Zero
        let mutable c40 = Vector256<float32>.Zero
        let mutable c41 = Vector256<float32>.Zero
        let mutable c50 = Vector256<float32>.Zero
        let mutable c51 = Vector256<float32>.Zero

        for k in 0 .. d - 1 do
            let b0 = Vector256.LoadUnsafe(&b, unativeint (16 * k))
            let b1 = Vector256.LoadUnsafe(&b, unativeint (16 * k + 8))
            let x = Vector256.Create(Unsafe.Add(&a, k))
            c00 <- Vector256.FusedMultiplyAdd(x, b0, c00)
            c01 <- Vector256.FusedMultiplyAdd(x, b1, c01)
            let x = Vector256.Create(Unsafe.Add(&a, k + d))
            c10 <- Vector256.FusedMultiplyAdd(x, b0, c10)
            c11 <- Vector256.FusedMultiplyAdd(x, b1, c11)
            let x = Vector256.Create(Unsafe.Add(&a, k + 2 * d))
            c20 <- Vector256.FusedMultiplyAdd(x, b0, c20)
            c21 <- Vector256.FusedMultiplyAdd(x, b1, c21)
            let x = Vector256.Create(Unsafe.Add(&a, k + 3 * d))
            c30 <- Vector256.FusedMultiplyAdd(x, b0, c30)
            c31 <- Vector256.FusedMultiplyAdd(x, b1, c31)
            let x = Vector256.Create(Unsafe.Add(&a, k + 4 * d))
            c40 <- Vector256.FusedMultiplyAdd(x, b0, c40)
            c41 <- Vector256.FusedMultiplyAdd(x, b1, c41)
            let x = Vector256.Create(Unsafe.Add(&a, k + 5 * d))
            c50 <- Vector256.FusedMultiplyAdd(x, b0, c50)
            c51 <- Vector256.FusedMultiplyAdd(x, b1, c51)

        let out = &MemoryMarshal.GetReference target
        Vector256.StoreUnsafe(c00, &out, 0un)
        Vector256.StoreUnsafe(c01, &out, 8un)
        Vector256.StoreUnsafe(c10, &out, 16un)
        Vector256.StoreUnsafe(c11, &out, 24un)
        Vector256.StoreUnsafe(c20, &out, 32un)
        Vector256.StoreUnsafe(c21, &out, 40un)
        Vector256.StoreUnsafe(c30, &out, 48un)
        Vector256.StoreUnsafe(c31, &out, 56un)
        Vector256.StoreUnsafe(c40, &out, 64un)
        Vector256.StoreUnsafe(c41, &out, 72un)
        Vector256.StoreUnsafe(c50, &out, 80un)
        Vector256.StoreUnsafe(c51, &out, 88un)
