namespace NtkPipeline.Core

open System
open System.Numerics
open System.Runtime.InteropServices
open System.Threading.Tasks

/// Input rows, prepared for kernels with other rows.
type KernelRows = {
    Units: UnitRows
    /// Their directions in float32.
    Packed: PackedRows
} with

    member this.Count = this.Units.Norms.Length

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

/// A network's kernel on some set of inputs: what tiles are made of.
[<NoEquality; NoComparison>]
type KernelSource = {
    /// The definition, in float64.
    Entry: Moments -> float
    /// The cosine table of float32 products, if one holds for these inputs.
    Plan: TableGram.Plan option
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

    let rows (x: Matrix<float>) : KernelRows =
        let units = UnitRows.ofMatrix x
        { Units = units; Packed = PackedRows.ofMatrix units.Units }

    /// Some of the rows.
    let gather (indices: int[]) (rows: KernelRows) : KernelRows =
        let units = {
            Norms = indices |> Array.map (fun i -> rows.Units.Norms[i])
            Units = Matrix.gatherRows indices rows.Units.Units
        }

        { Units = units; Packed = PackedRows.ofMatrix units.Units }

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
    let symmetric (source: KernelSource) (xs: KernelRows) : UnheldKernel =
        let exact i j =
            source.Entry(
                if i = j then
                    Moments.same xs.Units.Norms[i]
                else
                    UnitRows.moments xs.Units (min i j) xs.Units (max i j)
            )

        {
            Rows = xs.Count
            Columns = xs.Count
            IsSymmetric = true
            Fill = filler source exact xs xs
        }

    /// The kernel between two sets of rows.
    let between (source: KernelSource) (xs: KernelRows) (zs: KernelRows) : UnheldKernel = {
        Rows = xs.Count
        Columns = zs.Count
        IsSymmetric = false
        Fill = filler source (fun i j -> source.Entry(UnitRows.moments xs.Units i zs.Units j)) xs zs
    }

    /// K(x, x) of every row, in float64.
    let diagonal (source: KernelSource) (xs: KernelRows) : float[] =
        xs.Units.Norms |> Array.map (Moments.same >> source.Entry)

    /// Whether entries of tiles, taken at regular steps, are the definition's to within 2e-6·√(K_xx K_zz).
    let private agrees (source: KernelSource) (xs: KernelRows) =
        let tiles, buffer, diagonal = symmetric source xs, newBuffer (), diagonal source xs
        let count = 61

        seq { 0 .. count - 1 }
        |> Seq.forall (fun sample ->
            let i = int (int64 sample * int64 (xs.Count - 1) / int64 count)
            let j = int (int64 (sample * 37 % count) * int64 (xs.Count - 1) / int64 count)
            tiles.Fill buffer (i / side * side) (j / side * side)
            let found = buffer.Values[i % side * side + j % side]

            let expected =
                if i = j then
                    diagonal[i]
                else
                    source.Entry(UnitRows.moments xs.Units i xs.Units j)

            abs (found - expected) <= 2e-6 * sqrt (diagonal[i] * diagonal[j]))

    let private checkInputs (x: Matrix<float>) =
        match Matrix.firstNonFinite x with
        | _ when x.Rows = 0 || x.Columns = 0 ->
            Error(
                NumbersRefused
                    $"kernel: the inputs are %d{x.Rows} × %d{x.Columns}, so there is nothing to compare"
            )
        | Some(row, column) ->
            Error(
                NumbersRefused
                    $"kernel: the inputs hold %g{x[row, column]} at row %d{row}, column %d{column} (counted from 0)"
            )
        | None -> Ok()

    /// By Cauchy and Schwarz, every entry is finite where the diagonal is.
    let private checkDiagonal (most: float) (values: float[]) =
        match values |> Array.tryFindIndex (fun value -> not (value <= most)) with
        | None -> Ok()
        | Some row ->
            Error(
                NumbersRefused
                    $"kernel: of row %d{row} (counted from 0) with itself it is %g{values[row]}, more than can be computed with; scale the inputs down"
            )

    /// A network's kernel for these inputs, and the inputs prepared. `isSingle`: float32 by the cosine table, wherever one holds and
    /// stands the check on sampled pairs; else, and with `isSingle` off, the definition in float64.
    let create
        (kind: KernelKind)
        (network: Network)
        (isSingle: bool)
        (x: Matrix<float>)
        : Result<KernelSource * KernelRows, PipelineError> =
        checkInputs x
        |> Result.bind (fun () ->
            let xs = rows x
            let entry = KernelKind.entry kind network x.Columns xs.Units.Norms
            let definition = { Entry = entry; Plan = None }

            let source =
                if isSingle then
                    TableGram.plan network entry xs.Units.Norms
                    |> Option.map (fun plan -> { definition with Plan = Some plan })
                    |> Option.filter (fun source -> agrees source xs)
                    |> Option.defaultValue definition
                else
                    definition

            let most = if source.Plan.IsSome then float Single.MaxValue else 1e150

            diagonal source xs |> checkDiagonal most |> Result.map (fun () -> source, xs))

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
