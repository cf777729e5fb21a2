namespace NtkPipeline.Core

open TorchSharp

/// The empirical tangent kernel from layer traces, exactly and without a Jacobian:
///     Θ̂(x, z) = Σ over dense layers of (δ_x · δ_z) · (σ_w²/fan_in · a_x · a_z + σ_b²)      (Novak et al. 2022)
/// Every matrix product is of one fixed shape (rows padded with zeros; many products to a call, which keeps all cores busy),
/// so how many rows there are moves no bit of a tile; of a symmetric kernel only the upper half is computed, and mirrored.
[<RequireQualifiedAccess>]
module StructuredGram =

    /// Rows of one product. Blocks of rows that start at its multiples have the bits that they have in the whole.
    let tile = 256L

    /// A tensor's rows in blocks of `tile`: the full ones as a view (blocks × tile × columns), then what is left, padded.
    let private blocks (t: torch.Tensor) : torch.Tensor[] =
        let rows, columns = t.shape[0], t.shape[1]
        let full = rows / tile
        let left = rows - full * tile

        [|
            if full > 0L then
                t.narrow(0, 0L, full * tile).reshape(full, tile, columns)
            if left > 0L then
                let padded = torch.zeros ([| 1L; tile; columns |], dtype = t.dtype, device = t.device)
                padded.select(0, 0L).narrow(0, 0L, left).copy_(t.narrow (0, full * tile, left)) |> ignore
                padded
        |]

    /// A layer cut into blocks of rows.
    [<NoComparison; NoEquality>]
    type private BlockedTrace = {
        Inputs: torch.Tensor[]
        Deltas: torch.Tensor[]
        /// δ = 1, as of a network's last layer: nothing to multiply by.
        IsUnit: bool
        WeightScale: float
        BiasScale: float
    }

    let private cut (trace: LayerTrace) : BlockedTrace = {
        Inputs = blocks trace.Input
        Deltas = blocks trace.Delta
        IsUnit = trace.Delta.shape[1] = 1L && trace.Delta.eq(1.0.ToScalar()).all().item<bool>()
        WeightScale = trace.WeightScale
        BiasScale = trace.BiasScale
    }

    /// Σ (δδᵀ) ∘ (weight·aaᵀ + bias) of one block of the left rows, given by its part and place in it, with the blocks of a
    /// part of the right rows from one of them on: blocks × tile × tile.
    let private entries
        (left: BlockedTrace[])
        (struct (leftPart, leftBlock): struct (int * int64))
        (right: BlockedTrace[])
        (part: int)
        (from: int64)
        : torch.Tensor =
        use _ = torch.NewDisposeScope()

        /// scale·abᵀ; scaling the one block first is cheaper than scaling all products.
        let products (scale: float) (a: torch.Tensor[]) (b: torch.Tensor[]) =
            let a = a[leftPart].select(0, leftBlock).unsqueeze 0L
            let a = if scale = 1.0 then a else a.mul (scale.ToScalar())
            let b = b[part].narrow(0, from, b[part].shape[0] - from).transpose(1L, 2L)
            // One unit: columns times rows, by broadcasting.
            if a.shape[2] = 1L then a.mul b else a.expand(b.shape[0], -1L, -1L).bmm b

        let ofLayer (l: BlockedTrace) (r: BlockedTrace) =
            let inputs = products l.WeightScale l.Inputs r.Inputs

            if l.BiasScale <> 0.0 then
                inputs.add_ (l.BiasScale.ToScalar()) |> ignore

            if l.IsUnit && r.IsUnit then
                inputs
            else
                inputs.mul_ (products 1.0 l.Deltas r.Deltas)

        let sum = ofLayer left[0] right[0]

        for k in 1 .. left.Length - 1 do
            use _ = torch.NewDisposeScope()
            sum.add_ (ofLayer left[k] right[k]) |> ignore

        sum.MoveToOuterDisposeScope()

    let private rowsOf (traces: LayerTrace[]) =
        if traces.Length = 0 then
            invalidArg (nameof traces) "a network has at least one dense layer"

        traces[0].Input.shape[0]

    /// The first row of a part.
    let private startOf (cuts: BlockedTrace[]) (part: int) =
        Seq.sumBy (fun k -> tile * cuts[0].Inputs[k].shape[0]) (seq { 0 .. part - 1 })

    /// (part, block in it, first row) of every block.
    let private blocksOf (cuts: BlockedTrace[]) = [|
        for part in 0 .. cuts[0].Inputs.Length - 1 do
            for block in 0L .. cuts[0].Inputs[part].shape[0] - 1L do
                struct (part, block, startOf cuts part + block * tile)
    |]

    /// Writes blocks × tile × tile entries to rows `top` … and columns `start` … of the target, turned over if asked.
    let private write
        (target: torch.Tensor)
        top
        start
        (height: int64)
        (width: int64)
        isTurned
        (entries: torch.Tensor)
        =
        use _ = torch.NewDisposeScope()
        let count = entries.shape[0]
        // Only the last block can be narrower, and it stands alone.
        let each = if count = 1L then width else tile
        let kept = entries.narrow(1, 0L, height).narrow(2, 0L, each)

        if isTurned then
            let region = target.narrow(0, start, width).narrow(1, top, height)
            region.view(count, each, height).copy_(kept.transpose (1L, 2L)) |> ignore
        else
            let region = target.narrow(0, top, height).narrow(1, start, width)
            region.view(height, count, each).copy_(kept.transpose (0L, 1L)) |> ignore

    /// Writes the symmetric kernel of the traces' rows into `target` (N × N).
    let fillSymmetric (traces: LayerTrace[]) (target: torch.Tensor) : unit =
        use _ = torch.NewDisposeScope()
        use _ = torch.no_grad ()
        let rows = rowsOf traces
        let cuts = traces |> Array.map cut

        for struct (part, block, top) in blocksOf cuts do
            for other in part .. cuts[0].Inputs.Length - 1 do
                use _ = torch.NewDisposeScope()
                let from = if other = part then block else 0L
                let start = startOf cuts other + from * tile
                let height = min tile (rows - top)
                let found = entries cuts (struct (part, block)) cuts other from
                let width = min (found.shape[0] * tile) (rows - start)

                if other = part then
                    let diagonal = found.select (0, 0L)
                    diagonal.copy_ (diagonal.triu().add(diagonal.triu(1L).t())) |> ignore

                write target top start height width false found

                if start <> top || found.shape[0] > 1L then
                    write target top start height width true found

    /// Writes the kernel between two sets of rows, traced under the same θ, into `target` (N × M).
    let fillBetween (left: LayerTrace[]) (right: LayerTrace[]) (target: torch.Tensor) : unit =
        use _ = torch.NewDisposeScope()
        use _ = torch.no_grad ()
        let rows, columns = rowsOf left, rowsOf right
        let leftCuts, rightCuts = left |> Array.map cut, right |> Array.map cut

        for struct (part, block, top) in blocksOf leftCuts do
            for other in 0 .. rightCuts[0].Inputs.Length - 1 do
                use _ = torch.NewDisposeScope()
                let start = startOf rightCuts other
                let found = entries leftCuts (struct (part, block)) rightCuts other 0L
                let width = min (found.shape[0] * tile) (columns - start)
                write target top start (min tile (rows - top)) width false found

    /// The symmetric kernel of float32 traces on the CPU. Beside the result, memory holds a few tiles.
    let symmetric (traces: LayerTrace[]) : Matrix<float32> =
        use _ = torch.NewDisposeScope()
        let rows = int (rowsOf traces)
        let result = Matrix.create rows rows (Array.zeroCreate (rows * rows))
        fillSymmetric traces (Tensors.ofMatrix32 result)
        result
