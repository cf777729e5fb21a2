namespace NtkPipeline.Core

open System
open System.Numerics
open System.Runtime.InteropServices
open System.Threading.Tasks

/// What one thread works in.
[<NoEquality; NoComparison>]
type TileBuffer = {
    Single: float32[]
    /// The tile's entries, row by row, `UnheldKernel.side` a row.
    Values: float[]
}

/// A kernel matrix that is not held: its entries are made again, tile by tile, whenever they are wanted.
[<NoEquality; NoComparison>]
type UnheldKernel = {
    Rows: int
    Columns: int
    /// Rows and columns are the same inputs, so that tiles above the diagonal say all.
    IsSymmetric: bool
    /// Writes the entries of rows `top` … and columns `left` …, both multiples of `UnheldKernel.side`. What lies beyond the
    /// matrix is finite and means nothing.
    Fill: TileBuffer -> int -> int -> unit
}

/// Kernels by tiles. With a table, an entry is what `Gram`'s float32 matrix holds, to the bit; without one it is that of the
/// float64 matrix. It depends on its two rows alone.
[<RequireQualifiedAccess>]
module UnheldKernel =

    /// Rows and columns of a tile.
    let side = PackedRows.block

    let newBuffer () : TileBuffer = {
        Single = Array.zeroCreate (side * side)
        Values = Array.zeroCreate (side * side)
    }

    let private widen (buffer: TileBuffer) =
        let singles = MemoryMarshal.Cast<float32, Vector<float32>>(Span<float32>(buffer.Single))
        let doubles = MemoryMarshal.Cast<float, Vector<float>>(Span<float>(buffer.Values))

        for k in 0 .. singles.Length - 1 do
            doubles[2 * k] <- Vector.WidenLower singles[k]
            doubles[2 * k + 1] <- Vector.WidenUpper singles[k]

    let private filler (source: KernelSource) exact (xs: KernelRows) (zs: KernelRows) =
        match source.Plan with
        | Some plan ->
            let fill =
                TableGram.tile
                    plan
                    (fun i j -> float32 (exact i j))
                    (xs.Units, xs.Packed)
                    (zs.Units, zs.Packed)

            fun (buffer: TileBuffer) top left ->
                fill top left buffer.Single
                widen buffer
        | None ->
            fun (buffer: TileBuffer) top left ->
                for i in top .. min xs.Count (top + side) - 1 do
                    let target = (i - top) * side - left

                    for j in left .. min zs.Count (left + side) - 1 do
                        buffer.Values[target + j] <- exact i j

    /// The kernel of the rows with themselves.
    let symmetric (source: KernelSource) (xs: KernelRows) : UnheldKernel = {
        Rows = xs.Count
        Columns = xs.Count
        IsSymmetric = true
        Fill = filler source (fun i j -> source.Entry(UnitRows.within xs.Units i j)) xs xs
    }

    /// The kernel between two sets of rows.
    let between (source: KernelSource) (xs: KernelRows) (zs: KernelRows) : UnheldKernel = {
        Rows = xs.Count
        Columns = zs.Count
        IsSymmetric = false
        Fill = filler source (fun i j -> source.Entry(UnitRows.between xs.Units i zs.Units j)) xs zs
    }

    /// The whole matrix: for blocks of a few columns.
    let whole (tiles: UnheldKernel) : Matrix<float> =
        let values = Array.zeroCreate<float>(tiles.Rows * tiles.Columns)

        Parallel.For(
            0,
            (tiles.Rows + side - 1) / side,
            newBuffer,
            (fun block _ buffer ->
                let top = block * side

                for left in 0..side .. tiles.Columns - 1 do
                    tiles.Fill buffer top left
                    let width = min side (tiles.Columns - left)

                    for r in 0 .. min side (tiles.Rows - top) - 1 do
                        Array.Copy(buffer.Values, r * side, values, (top + r) * tiles.Columns + left, width)

                buffer),
            ignore
        )
        |> ignore

        Matrix.create tiles.Rows tiles.Columns values
