namespace NtkPipeline.Core

/// Whether new rows of numbers lie within what known rows hold. The rule: a number is outside where it is below the least or above the
/// greatest of its column among the known rows.
[<RequireQualifiedAccess>]
module OutsideRows =

    /// The columns, from 0, in which row `i` of `fresh` lies outside. Both have the same columns, and there is a known row.
    let columns (known: Matrix<float32>) (fresh: Matrix<float32>) (i: int) : int[] = [|
        for j in 0 .. known.Columns - 1 do
            let column = Seq.init known.Rows (fun row -> known[row, j])

            if fresh[i, j] < Seq.min column || fresh[i, j] > Seq.max column then
                j
    |]

    /// What is to be said beside any score of such a row; none where all its numbers lie within.
    let remark (known: Matrix<float32>) (fresh: Matrix<float32>) (i: int) : string option =
        match columns known fresh i with
        | [||] -> None
        | outside ->
            let places = outside |> Seq.truncate 8 |> Seq.map string |> String.concat ", "

            Some
                $"%d{outside.Length} of its %d{fresh.Columns} numbers lie outside what the labelled rows hold (columns %s{places}, counted from 0), so that the score is a guess beyond them"
