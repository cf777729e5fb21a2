namespace NtkPipeline.Core

open System.Numerics

/// Pools over blocks: one column a text, one row.
[<RequireQualifiedAccess>]
module PoolColumns =

    let private lanes = Vector<float>.Count

    let private counted (mask: bool[]) = mask |> Seq.filter id |> Seq.length

    let private sum (block: TokenBlock) (text: int) (plane: float[]) =
        let padded = TokenColumns.up block.Columns.Masks[text].Length
        let mutable sum = Vector<float>.Zero

        for s in 0 .. block.Rows - 1 do
            let at = s * block.Width + block.Columns.Starts[text]

            for c in 0..lanes .. padded - lanes do
                sum <- sum + Vector<float>(plane, at + c)

        Vector.Sum sum

    let private diagonal (block: TokenBlock) (text: int) (plane: float[]) =
        let start = block.Columns.Starts[text]
        let mutable sum = 0.0

        for s in 0 .. block.Rows - 1 do
            sum <- sum + plane[s * block.Width + start + s]

        if block.Rows = 0 then 0.0 else sum / float block.Rows

    let private gather (units: int) (entry: int -> float[] -> float) (block: TokenBlock) : TokenBlock =
        let texts = block.Columns.Masks.Length
        let above = TokenBlock.create [| true |] (TokenColumns.gathered texts) block.HasTheta units

        for text in 0 .. texts - 1 do
            above.K[text] <- entry text block.K

            if block.HasTheta then
                above.Theta[text] <- entry text block.Theta

        TokenBlock.free block
        above

    /// Σ/(n_x n_z) over the tokens that count; 0 where there are none.
    let mean (block: TokenBlock) : TokenBlock =
        let left = max 1 (counted block.Left)

        block
        |> gather block.Units (fun text plane ->
            sum block text plane / (float left * float (max 1 (counted block.Columns.Masks[text]))))

    let total (block: TokenBlock) : TokenBlock =
        block |> gather block.Units (fun text plane -> sum block text plane)

    /// 1/T Σ_s [s, s] of texts of one length.
    let flat (block: TokenBlock) : TokenBlock =
        block |> gather (block.Units * max 1 block.Rows) (fun text plane -> diagonal block text plane)
