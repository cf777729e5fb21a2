namespace NtkPipeline.Core

open System
open System.Runtime.Intrinsics

/// Some tokens as they are given: of one text, or of several beside each other as columns.
[<NoEquality; NoComparison>]
type GivenTokens = {
    /// K(x, x) of each.
    Moments: float[]
    /// A hash of each one's numbers: of near copies, those with one hash are the same.
    Marks: int[]
}

/// Tokens that are nearly copies of each other without being the same: their moments may be the same to the last bit, so that no layer
/// above could tell them apart.
[<RequireQualifiedAccess>]
module NearCopies =

    /// So much of their size do moments of near copies differ at most; of others, layers see it.
    let private edge = 1e-10

    /// A hash of a token's numbers.
    let mark (values: ReadOnlySpan<float>) : int =
        let mutable hash = HashCode()

        for value in values do
            hash.Add value

        hash.ToHashCode()

    /// Of a text's tokens and its own block.
    let given (tokens: Matrix<float>) (alone: TokenBlock) : GivenTokens =
        let start = alone.Columns.Starts[0]

        {
            Moments = Array.init tokens.Rows (fun s -> alone.K[s * alone.Width + start + s])
            Marks = Array.init tokens.Rows (fun s -> mark (Matrix.row s tokens))
        }

    /// Texts beside each other.
    let beside (columns: TokenColumns) (texts: GivenTokens[]) : GivenTokens =
        let marks = Array.zeroCreate columns.Width

        texts
        |> Array.iteri (fun i text -> Array.blit text.Marks 0 marks columns.Starts[i] text.Marks.Length)

        {
            Moments = TokenColumns.place columns (texts |> Array.map _.Moments)
            Marks = marks
        }

    /// Tells `suspect` the columns of tokens that are near copies of one of the rows.
    let find (rows: GivenTokens) (columns: GivenTokens) (suspect: int -> unit) (block: TokenBlock) : unit =
        for s in 0 .. block.Rows - 1 do
            if rows.Moments[s] > 0.0 then
                let own = Vector512.Create rows.Moments[s]
                let least = own * Vector512.Create edge

                for c in 0 .. TokenColumns.unit .. block.Width - TokenColumns.unit do
                    let other = Vector512.Abs(Vector512.LoadUnsafe &columns.Moments[c] - own)
                    let product = Vector512.Abs(Vector512.LoadUnsafe &block.K[s * block.Width + c] - own)
                    let gap = Vector512.Max(other, product)

                    if Vector512.LessThanOrEqualAny(gap, least) then
                        for lane in 0 .. TokenColumns.unit - 1 do
                            if gap[lane] <= least[lane] && columns.Marks[c + lane] <> rows.Marks[s] then
                                suspect (c + lane)
