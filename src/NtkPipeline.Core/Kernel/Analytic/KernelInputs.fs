namespace NtkPipeline.Core

/// Refusing inputs that have no kernel, in one sentence that names x or z, the row and the column.
[<RequireQualifiedAccess>]
module KernelInputs =

    let refuse (sentence: string) : Result<'a, PipelineError> = Error(NumbersRefused $"kernel: %s{sentence}")

    /// The most rows whose kernel with themselves one of .NET's arrays holds.
    let mostRows: int = int (sqrt (float System.Array.MaxLength))

    /// Refuses a matrix of more entries than one array holds.
    let checkEntries (rows: int) (columns: int) : Result<unit, PipelineError> =
        if int64 rows * int64 columns <= int64 System.Array.MaxLength then
            Ok()
        else
            Error(
                MachineLacks
                    $"a kernel of %d{rows} × %d{columns} rows has more entries than one array holds, which is enough for %d{mostRows} rows with themselves; `ntk solve` regresses without holding it, and `ntk kernel` writes it to disk."
            )

    /// Whether rows of so many columns can meet those of z (none: themselves).
    let checkColumns (x: int) (z: int option) : Result<unit, PipelineError> =
        match z with
        | Some z when z <> x -> refuse $"x has %d{x} columns and z %d{z}; a kernel needs equal ones"
        | _ when x = 0 -> refuse "x has no columns"
        | _ -> Ok()

    /// Whether some rows of `name`, of which the first has the number `start`, hold finite numbers alone.
    let checkFinite
        (precision: Precision<'t>)
        (name: string)
        (start: int)
        (rows: Matrix<'t>)
        : Result<unit, PipelineError> =
        match rows.Values |> Array.tryFindIndex (precision.IsFinite >> not) with
        | None -> Ok()
        | Some k ->
            let row, column = start + k / rows.Columns, k % rows.Columns

            refuse
                $"%s{name} holds %g{precision.ToFloat rows.Values[k]} at row %d{row}, column %d{column} (counted from 0)"

    /// The refusal of a kernel that is not finite at a pair of "rows" or "texts".
    let refuseOverflow
        (what: string)
        (precision: Precision<'t>)
        (row: int)
        (column: int)
        : Result<'a, PipelineError> =
        refuse
            $"of %s{what} %d{row} and %d{column} (counted from 0) it exceeds what %s{precision.Name} holds; scale the inputs down"
