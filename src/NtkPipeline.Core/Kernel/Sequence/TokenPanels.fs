namespace NtkPipeline.Core

open System.Runtime.CompilerServices
open System.Runtime.Intrinsics

/// Tokens laid out for products of 6 or 8 tokens of one text with 8 columns: each product is one chain of fused multiply-adds over the
/// features in their order, so its bits depend on the two tokens alone. Equal tokens have one product with every token, themselves
/// among them, which is how a cosine of 1 is seen to be one.
type TokenPanels = {
    Features: int
    /// Each 8 columns, feature by feature.
    Values: float[]
}

[<RequireQualifiedAccess>]
module TokenPanels =

    /// The rows of a text, followed by as many of 0 as are computed together.
    let rows (tokens: Matrix<float>) : float[] =
        let values = Array.zeroCreate ((tokens.Rows + 8) * tokens.Columns)
        Array.blit tokens.Values 0 values 0 tokens.Values.Length
        values

    let create (columns: TokenColumns) (texts: Matrix<float>[]) : TokenPanels =
        let unit = TokenColumns.unit
        let features = texts[0].Columns
        let values = Array.zeroCreate (columns.Width * features)

        texts
        |> Array.iteri (fun i tokens ->
            for t in 0 .. tokens.Rows - 1 do
                let column = columns.Starts[i] + t
                let panel = column / unit * unit * features + column % unit

                for k in 0 .. features - 1 do
                    values[panel + unit * k] <- tokens.Values[t * features + k])

        { Features = features; Values = values }

    let private store (target: float[], at: int, left: Vector256<float>, right: Vector256<float>) =
        Vector256.StoreUnsafe(left, &target[at])
        Vector256.StoreUnsafe(right, &target[at + 4])

    /// Products of rows i … i+5 with the 8 columns from j on, times `scale`, into a plane of `width` columns that has `count` rows.
    let private products
        (
            rows: float[],
            count: int,
            i: int,
            panels: TokenPanels,
            j: int,
            scale: float,
            target: float[],
            width: int
        ) =
        let d = panels.Features
        let a = &rows[i * d]
        let b = &panels.Values[j * d]
        let mutable c00 = Vector256<float>.Zero
        let mutable c01 = Vector256<float>.Zero
        let mutable c10 = Vector256<float>.Zero
        let mutable c11 = Vector256<float>.Zero
        let mutable c20 = Vector256<float>.Zero
        let mutable c21 = Vector256<float>.Zero
        let mutable c30 = Vector256<float>.Zero
        let mutable c31 = Vector256<float>.Zero
        let mutable c40 = Vector256<float>.Zero
        let mutable c41 = Vector256<float>.Zero
        let mutable c50 = Vector256<float>.Zero
        let mutable c51 = Vector256<float>.Zero

        for k in 0 .. d - 1 do
            let b0 = Vector256.LoadUnsafe(&b, unativeint (8 * k))
            let b1 = Vector256.LoadUnsafe(&b, unativeint (8 * k + 4))
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

        let scale = Vector256.Create scale
        store (target, i * width + j, c00 * scale, c01 * scale)

        if i + 1 < count then
            store (target, (i + 1) * width + j, c10 * scale, c11 * scale)

        if i + 2 < count then
            store (target, (i + 2) * width + j, c20 * scale, c21 * scale)

        if i + 3 < count then
            store (target, (i + 3) * width + j, c30 * scale, c31 * scale)

        if i + 4 < count then
            store (target, (i + 4) * width + j, c40 * scale, c41 * scale)

        if i + 5 < count then
            store (target, (i + 5) * width + j, c50 * scale, c51 * scale)

    /// The same of rows i … i+7, where a vector holds 8 columns.
    let private wide
        (
            rows: float[],
            count: int,
            i: int,
            panels: TokenPanels,
            j: int,
            scale: float,
            target: float[],
            width: int
        ) =
        let d = panels.Features
        let a = &rows[i * d]
        let b = &panels.Values[j * d]
        let mutable c0 = Vector512<float>.Zero
        let mutable c1 = Vector512<float>.Zero
        let mutable c2 = Vector512<float>.Zero
        let mutable c3 = Vector512<float>.Zero
        let mutable c4 = Vector512<float>.Zero
        let mutable c5 = Vector512<float>.Zero
        let mutable c6 = Vector512<float>.Zero
        let mutable c7 = Vector512<float>.Zero

        for k in 0 .. d - 1 do
            let column = Vector512.LoadUnsafe(&b, unativeint (8 * k))
            c0 <- Vector512.FusedMultiplyAdd(Vector512.Create(Unsafe.Add(&a, k)), column, c0)
            c1 <- Vector512.FusedMultiplyAdd(Vector512.Create(Unsafe.Add(&a, k + d)), column, c1)
            c2 <- Vector512.FusedMultiplyAdd(Vector512.Create(Unsafe.Add(&a, k + 2 * d)), column, c2)
            c3 <- Vector512.FusedMultiplyAdd(Vector512.Create(Unsafe.Add(&a, k + 3 * d)), column, c3)
            c4 <- Vector512.FusedMultiplyAdd(Vector512.Create(Unsafe.Add(&a, k + 4 * d)), column, c4)
            c5 <- Vector512.FusedMultiplyAdd(Vector512.Create(Unsafe.Add(&a, k + 5 * d)), column, c5)
            c6 <- Vector512.FusedMultiplyAdd(Vector512.Create(Unsafe.Add(&a, k + 6 * d)), column, c6)
            c7 <- Vector512.FusedMultiplyAdd(Vector512.Create(Unsafe.Add(&a, k + 7 * d)), column, c7)

        let scale = Vector512.Create scale
        let inline at r = (i + r) * width + j
        Vector512.StoreUnsafe(c0 * scale, &target[at 0])

        if i + 1 < count then
            Vector512.StoreUnsafe(c1 * scale, &target[at 1])

        if i + 2 < count then
            Vector512.StoreUnsafe(c2 * scale, &target[at 2])

        if i + 3 < count then
            Vector512.StoreUnsafe(c3 * scale, &target[at 3])

        if i + 4 < count then
            Vector512.StoreUnsafe(c4 * scale, &target[at 4])

        if i + 5 < count then
            Vector512.StoreUnsafe(c5 * scale, &target[at 5])

        if i + 6 < count then
            Vector512.StoreUnsafe(c6 * scale, &target[at 6])

        if i + 7 < count then
            Vector512.StoreUnsafe(c7 * scale, &target[at 7])

    /// Products of all `count` tokens of a text (`rows`) with all columns, times `scale`, row by row.
    let multiply
        (rows: float[])
        (count: int)
        (panels: TokenPanels)
        (scale: float)
        (width: int)
        (target: float[])
        : unit =
        for j in 0 .. TokenColumns.unit .. width - TokenColumns.unit do
            if Vector512.IsHardwareAccelerated then
                for i in 0..8 .. count - 1 do
                    wide (rows, count, i, panels, j, scale, target, width)
            else
                for i in 0..6 .. count - 1 do
                    products (rows, count, i, panels, j, scale, target, width)
