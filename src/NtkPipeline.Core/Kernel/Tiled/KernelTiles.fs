namespace NtkPipeline.Core

open System

/// A rectangle of a kernel array: of every sheet the rows from `Top` on and the columns from `Left` on, in C order
/// (sheet, row, column, what a pair has).
[<NoEquality; NoComparison>]
type Tile<'t> = { Top: int; Left: int; Height: int; Width: int; Values: 't[] }

/// A kernel array as something to be computed in tiles, so that it may be larger than memory. Tiles lie on a grid of
/// `Side` rows and columns; the size moves no bit of any entry.
[<NoEquality; NoComparison>]
type KernelTiles<'t> = {
    RowCount: int
    ColumnCount: int
    /// The array's first axis, where it has one beside rows and columns.
    Sheets: int option
    /// The array's last axes: what one pair of inputs has.
    Inner: int list
    /// The rows with themselves: only tiles on and above the diagonal are computed, and stand for their mirror images.
    IsSymmetric: bool
    Side: int
    /// Computes the tiles of the row of tiles that begins at a row, at these columns, and hands each to a function.
    ComputeRow: int -> int list -> (Tile<'t> -> Result<unit, PipelineError>) -> Result<unit, PipelineError>
}

[<RequireQualifiedAccess>]
module KernelTiles =

    /// The array's shape.
    let shape (tiles: KernelTiles<'t>) : int64 list =
        List.map int64 (Option.toList tiles.Sheets @ [ tiles.RowCount; tiles.ColumnCount ] @ tiles.Inner)

    let private starts (side: int) (count: int) = [ 0..side .. count - 1 ]

    /// The rows of tiles, each with the columns at which its tiles begin, in the order of computing.
    let grid (tiles: KernelTiles<'t>) : (int * int list) list = [
        for top in starts tiles.Side tiles.RowCount do
            top,
            starts tiles.Side tiles.ColumnCount
            |> List.filter (fun left -> not tiles.IsSymmetric || left >= top)
    ]

    /// How many tiles there are to compute.
    let count (tiles: KernelTiles<'t>) : int = grid tiles |> List.sumBy (fun (_, lefts) -> lefts.Length)

    /// Computes all tiles but the first `skipped`, in order.
    let run
        (skipped: int)
        (receive: Tile<'t> -> Result<unit, PipelineError>)
        (tiles: KernelTiles<'t>)
        : Result<unit, PipelineError> =
        let rec go skipped rows =
            match rows with
            | [] -> Ok()
            | (_, lefts: int list) :: rest when skipped >= lefts.Length -> go (skipped - lefts.Length) rest
            | (top, lefts) :: rest ->
                tiles.ComputeRow top (List.skip skipped lefts) receive |> Result.bind (fun () -> go 0 rest)

        go skipped (grid tiles)

    /// Tells `write` every run of consecutive entries of the array that the tile gives, its mirror image among them: the
    /// place of the first entry in the array, and the values' array, start and count in it.
    let spread (tiles: KernelTiles<'t>) (write: int64 -> 't[] -> int -> int -> unit) (tile: Tile<'t>) : unit =
        let inner = List.fold (*) 1 tiles.Inner
        let sheets = defaultArg tiles.Sheets 1

        let place sheet row column =
            ((int64 sheet * int64 tiles.RowCount + int64 row) * int64 tiles.ColumnCount + int64 column)
            * int64 inner

        let line = tile.Width * inner

        for sheet in 0 .. sheets - 1 do
            for r in 0 .. tile.Height - 1 do
                write
                    (place sheet (tile.Top + r) tile.Left)
                    tile.Values
                    ((sheet * tile.Height + r) * line)
                    line

        if tiles.IsSymmetric && tile.Left > tile.Top then
            // Θ̂_op(x, z) = Θ̂_po(z, x): what a pair has is turned over as well.
            let turned =
                match tiles.Inner with
                | [ a; b ] -> Array.init inner (fun k -> k % a * b + k / a)
                | _ -> Array.init inner id

            let column = Array.zeroCreate<'t>(tile.Height * inner)

            for sheet in 0 .. sheets - 1 do
                for c in 0 .. tile.Width - 1 do
                    for r in 0 .. tile.Height - 1 do
                        let source = ((sheet * tile.Height + r) * tile.Width + c) * inner

                        for k in 0 .. inner - 1 do
                            column[r * inner + k] <- tile.Values[source + turned[k]]

                    write (place sheet (tile.Left + c) tile.Top) column 0 column.Length

    /// The whole array, in C order, into one that is there, from a place on.
    let copyTo (values: 't[]) (start: int64) (tiles: KernelTiles<'t>) : Result<unit, PipelineError> =
        let write (place: int64) (source: 't[]) from count =
            Array.Copy(source, int64 from, values, start + place, int64 count)

        tiles
        |> run 0 (fun tile ->
            spread tiles write tile
            Ok())

    /// The whole array in memory, in C order.
    let toArray (tiles: KernelTiles<'t>) : Result<'t[], PipelineError> =
        let size = shape tiles |> List.fold (*) 1L

        if size > int64 Array.MaxLength then
            invalidArg (nameof tiles) $"%d{size} entries are more than an array holds"

        let values = Array.zeroCreate (int size)
        copyTo values 0L tiles |> Result.map (fun () -> values)
