namespace NtkPipeline.Core

open System

/// A dense matrix in row-major order: entry (i, j) is `Values[i * Columns + j]`.
type Matrix<'t> = {
    Rows: int
    Columns: int
    Values: 't[]
} with

    member this.Item
        with get (i: int, j: int) = this.Values[i * this.Columns + j]

/// Building, slicing and checking matrices. Sizes that disagree are a bug of the caller: `ArgumentException`.
[<RequireQualifiedAccess>]
module Matrix =

    /// The matrix that has `values` as its entries, row by row. The array is shared, not copied.
    let create (rows: int) (columns: int) (values: 't[]) : Matrix<'t> =
        if rows < 0 || columns < 0 || values.LongLength <> int64 rows * int64 columns then
            invalidArg (nameof values) $"%d{values.LongLength} values cannot be %d{rows} × %d{columns}"

        { Rows = rows; Columns = columns; Values = values }

    let init (rows: int) (columns: int) (entry: int -> int -> 't) : Matrix<'t> =
        create rows columns (Array.init (rows * columns) (fun k -> entry (k / columns) (k % columns)))

    /// The rows, one array each, as one matrix. All must have one length.
    let ofRows (columns: int) (rows: 't[][]) : Matrix<'t> = create rows.Length columns (Array.concat rows)

    /// Row i, without a copy.
    let row (i: int) (m: Matrix<'t>) : ReadOnlySpan<'t> = ReadOnlySpan(m.Values, i * m.Columns, m.Columns)

    /// The rows named by `indices`, in that order.
    let gatherRows (indices: int[]) (m: Matrix<'t>) : Matrix<'t> =
        let values = Array.zeroCreate (indices.Length * m.Columns)

        indices
        |> Array.iteri (fun k i -> Array.Copy(m.Values, i * m.Columns, values, k * m.Columns, m.Columns))

        create indices.Length m.Columns values

    /// The entries at (rows × columns), in the order of the indices.
    let gather (rows: int[]) (columns: int[]) (m: Matrix<'t>) : Matrix<'t> =
        let values = Array.zeroCreate (rows.Length * columns.Length)

        rows
        |> Array.iteri (fun k i ->
            let source = i * m.Columns
            let target = k * columns.Length

            for j in 0 .. columns.Length - 1 do
                values[target + j] <- m.Values[source + columns[j]])

        create rows.Length columns.Length values

    let map (mapping: 'a -> 'b) (m: Matrix<'a>) : Matrix<'b> =
        create m.Rows m.Columns (Array.map mapping m.Values)

    /// One matrix above the other. Both must have the same columns.
    let stack (above: Matrix<'t>) (below: Matrix<'t>) : Matrix<'t> =
        if above.Columns <> below.Columns then
            invalidArg (nameof below) $"%d{below.Columns} columns cannot stand below %d{above.Columns}"

        create (above.Rows + below.Rows) above.Columns (Array.append above.Values below.Values)

    /// The first entry that is not a finite number, as (row, column).
    let firstNonFinite (m: Matrix<float>) : (int * int) option =
        match m.Values |> Array.tryFindIndex (Double.IsFinite >> not) with
        | Some k -> Some(k / m.Columns, k % m.Columns)
        | None -> None

    /// The first entry that is not a finite number, as (row, column).
    let firstNonFinite32 (m: Matrix<float32>) : (int * int) option =
        match m.Values |> Array.tryFindIndex (Single.IsFinite >> not) with
        | Some k -> Some(k / m.Columns, k % m.Columns)
        | None -> None
