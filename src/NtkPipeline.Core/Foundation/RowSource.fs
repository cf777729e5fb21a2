namespace NtkPipeline.Core

/// Rows that are read when they are wanted: those of a matrix, or of a file that memory need not hold.
[<NoEquality; NoComparison>]
type RowSource<'t> = {
    RowCount: int
    ColumnCount: int
    /// The rows from `start` on, `count` of them.
    Read: int -> int -> Result<Matrix<'t>, PipelineError>
}

[<RequireQualifiedAccess>]
module RowSource =

    /// The rows of a matrix in memory.
    let ofMatrix (m: Matrix<'t>) : RowSource<'t> = {
        RowCount = m.Rows
        ColumnCount = m.Columns
        Read =
            fun start count ->
                Ok(Matrix.create count m.Columns (Array.sub m.Values (start * m.Columns) (count * m.Columns)))
    }

    /// The rows named by `indices`, in that order.
    let gather (indices: int[]) (source: RowSource<'t>) : Result<Matrix<'t>, PipelineError> =
        (Ok [], indices)
        ||> Array.fold (fun found i ->
            found
            |> Result.bind (fun rows ->
                source.Read i 1 |> Result.map (fun (row: Matrix<'t>) -> row.Values :: rows)))
        |> Result.map (List.rev >> Array.ofList >> Matrix.ofRows source.ColumnCount)

    /// Reads all rows, `count` at a time, and tells `visit` the first row's number and the rows.
    let visit
        (count: int)
        (visit: int -> Matrix<'t> -> Result<unit, PipelineError>)
        (source: RowSource<'t>)
        : Result<unit, PipelineError> =
        (Ok(), seq { 0..count .. source.RowCount - 1 })
        ||> Seq.fold (fun sound start ->
            sound
            |> Result.bind (fun () -> source.Read start (min count (source.RowCount - start)))
            |> Result.bind (visit start))
