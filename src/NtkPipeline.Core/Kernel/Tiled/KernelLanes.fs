namespace NtkPipeline.Core

open System
open System.Threading.Tasks

/// Whoever makes the parts of products with one symmetric kernel, here or on other machines.
type IKernelLanes =
    /// The parts of K·v for every row v of a matrix, of all lanes in their order; refused where they cannot be had any more.
    abstract Parts: v: Matrix<float> -> Result<Matrix<float>[], PipelineError>

/// Products K·v with a symmetric kernel, in parts. Each tile above the diagonal is made once and used twice, for its rows and for its
/// columns. Block rows belong to fixed lanes, each of which sums by itself, in float64 and in one order, and the lanes' parts are
/// added in turn. So neither the number of threads matters nor who makes a part: any division of the lanes among machines of one kind
/// gives the same bits.
[<RequireQualifiedAccess>]
module KernelLanes =

    let private side = UnheldKernel.side

    let private most = 16

    /// How many lanes a kernel of so many rows has: 16, or fewer where it has fewer block rows.
    let count (rows: int) : int = min most (TileSums.blocks rows)

    /// The lane that a block row belongs to: forth and back, so that long block rows and short ones meet in each lane.
    let private laneOf (block: int) =
        let place = block % (2 * most)
        if place < most then place else 2 * most - 1 - place

    let private blocksOf (rows: int) (lane: int) =
        [| 0 .. TileSums.blocks rows - 1 |] |> Array.filter (fun block -> laneOf block = lane)

    /// How many tiles a lane of a kernel of so many rows makes.
    let tiles (rows: int) (lane: int) : int64 =
        blocksOf rows lane |> Array.sumBy (fun block -> int64 (TileSums.blocks rows - block))

    /// Bytes that holding every tile of some lanes takes.
    let bytes (source: KernelSource) (rows: int) (lanes: int seq) : int64 =
        lanes |> Seq.sumBy (fun lane -> tiles rows lane * KeptTiles.bytes source)

    /// A lane's part of K·v for every row v of a matrix: p × rows.
    let private part (kernel: UnheldKernel) (v: Matrix<float>) (source: float[]) (lane: int) : Matrix<float> =
        let n, length = kernel.Rows, TileSums.padded kernel.Rows
        let sums, buffer = Array.zeroCreate<float>(v.Rows * length), UnheldKernel.newBuffer ()

        for block in blocksOf n lane do
            let top = block * side

            for left in top..side .. length - side do
                kernel.Fill buffer top left

                for c in 0 .. v.Rows - 1 do
                    let at = c * length

                    TileSums.accumulate
                        (buffer.Values, source, at + left, sums, at + top, (left > top), source, at + top)
                        (sums, at + left)

        if length = n then
            Matrix.create v.Rows n sums
        else
            let trimmed = Array.zeroCreate (v.Rows * n)

            for c in 0 .. v.Rows - 1 do
                Array.Copy(sums, c * length, trimmed, c * n, n)

            Matrix.create v.Rows n trimmed

    /// The parts of some lanes, in the order asked for, of K·v for every row v of a matrix: p × rows each.
    let parts (kernel: UnheldKernel) (lanes: int[]) (v: Matrix<float>) : Matrix<float>[] =
        if not kernel.IsSymmetric then
            invalidArg (nameof kernel) "only a symmetric kernel has lanes"

        if v.Columns <> kernel.Columns then
            invalidArg (nameof v) $"vectors of %d{v.Columns} entries for %d{kernel.Columns} columns"

        let source = TileSums.pad v
        let found = Array.zeroCreate<Matrix<float>> lanes.Length

        Parallel.For(0, lanes.Length, (fun place -> found[place] <- part kernel v source lanes[place]))
        |> ignore

        found

    /// K·v from the parts of all lanes, in the lanes' order.
    let sum (parts: Matrix<float>[]) : Matrix<float> =
        let result = Array.zeroCreate<float> parts[0].Values.Length

        for part in parts do
            if (part.Rows, part.Columns) <> (parts[0].Rows, parts[0].Columns) then
                invalidArg (nameof parts) "the parts are not of one product"

            for k in 0 .. result.Length - 1 do
                result[k] <- result[k] + part.Values[k]

        Matrix.create parts[0].Rows parts[0].Columns result
