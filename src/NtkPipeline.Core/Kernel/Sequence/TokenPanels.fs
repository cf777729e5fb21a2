namespace NtkPipeline.Core

open System.Runtime.CompilerServices
open System.Runtime.Intrinsics

/// Tokens laid out for products of 6 tokens of one text with 8 columns: each product is one chain of fused multiply-adds over the
/// features in their order, so its bits depend on the two tokens alone. Equal tokens have one product with every token, themselves
/// among them, which is how a cosine of 1 is seen to be one.
type TokenPanels = {
    Features: int
    /// Each 8 columns, feature by feature.
    Values: float[]
}

[<RequireQualifiedAccess>]
module TokenPanels =

    /// Rows that are computed together.
    let height = 6

    /// The rows of a text, followed by rows of 0 up to a multiple of `height`.
    let rows (tokens: Matrix<float>) : float[] =
        let padded = (tokens.Rows + height - 1) / height * height
        let values = Array.zeroCreate (padded * tokens.Columns)
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
            for i in 0..height .. count - 1 do
                products (rows, count, i, panels, j, scale, target, width)
