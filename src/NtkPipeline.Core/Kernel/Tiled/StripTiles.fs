namespace NtkPipeline.Core

open System
open FsToolkit.ErrorHandling

/// From strips of rows to tiles: what is made of a strip once, and of two such, or of one with itself. `'s` is what rows are of,
/// `'t` what entries are of.
[<NoEquality; NoComparison>]
type StripWay<'s, 'p, 't> = {
    /// What refusals call the inputs: "rows" or "texts".
    Inputs: string
    /// Opened for a row of tiles, and within it for each tile: what was made meanwhile goes with it.
    Scope: unit -> IDisposable
    Prepare: Matrix<'s> -> 'p
    /// A tile's entries in C order, from its height and width and the two strips.
    Between: int -> int -> 'p -> 'p -> 't[]
    Symmetric: int -> 'p -> 't[]
}

/// Kernels in tiles from rows that memory need not hold: of each row of tiles the rows are prepared once.
[<RequireQualifiedAccess>]
module StripTiles =

    let private checkOverflow what (precision: Precision<'t>) (inner: int list) (tile: Tile<'t>) =
        match tile.Values |> Array.tryFindIndex (precision.IsFinite >> not) with
        | None -> Ok()
        | Some k ->
            let pair = k / List.fold (*) 1 inner
            let row, column = tile.Top + pair / tile.Width % tile.Height, tile.Left + pair % tile.Width
            KernelInputs.refuseOverflow what precision row column

    /// Whether the rows have a kernel: refused are columns that do not fit, and entries that are not finite. `visit` is told the
    /// rows of x and then those of z, block by block, with the number of each block's first row.
    let check
        (precision: Precision<'s>)
        (visit: int -> Matrix<'s> -> unit)
        (x: RowSource<'s>)
        (z: RowSource<'s> option)
        : Result<unit, PipelineError> =
        let checkRows name first (rows: RowSource<'s>) =
            rows
            |> RowSource.visit 1024 (fun start part ->
                KernelInputs.checkFinite precision name start part
                |> Result.map (fun () -> visit (first + start) part))

        result {
            do! KernelInputs.checkColumns x.ColumnCount (z |> Option.map _.ColumnCount)
            do! checkRows "x" 0 x
            do! z |> Option.map (checkRows "z" x.RowCount) |> Option.defaultValue (Ok())
        }

    /// The kernel of the rows of x with those of z (none: with themselves) in tiles of `side` rows and columns. `sheets` and
    /// `inner` are the array's other axes: see `KernelTiles`.
    let create
        (precision: Precision<'t>)
        (sheets: int option)
        (inner: int list)
        (side: int)
        (x: RowSource<'s>)
        (z: RowSource<'s> option)
        (way: StripWay<'s, 'p, 't>)
        : KernelTiles<'t> =
        let others = defaultArg z x
        let strip (rows: RowSource<'s>) start = rows.Read start (min side (rows.RowCount - start))

        let computeRow top lefts receive =
            use _ = way.Scope()

            strip x top
            |> Result.bind (fun rows ->
                let height, above = rows.Rows, way.Prepare rows

                (Ok(), lefts)
                ||> List.fold (fun sound left ->
                    use _ = way.Scope()

                    result {
                        do! sound

                        let! width, values =
                            if z.IsNone && left = top then
                                Ok(height, way.Symmetric height above)
                            else
                                strip others left
                                |> Result.map (fun rows ->
                                    rows.Rows, way.Between height rows.Rows above (way.Prepare rows))

                        let tile = {
                            Top = top
                            Left = left
                            Height = height
                            Width = width
                            Values = values
                        }

                        do! checkOverflow way.Inputs precision inner tile
                        do! receive tile
                    }))

        {
            RowCount = x.RowCount
            ColumnCount = others.RowCount
            Sheets = sheets
            Inner = inner
            IsSymmetric = z.IsNone
            Side = side
            ComputeRow = computeRow
        }
