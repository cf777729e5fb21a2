namespace NtkPipeline.Core

open TorchSharp

/// The empirical tangent kernel from layer traces, exactly and without a Jacobian:
///     Θ̂(x, z) = Σ over dense layers of (δ_x · δ_z) · (σ_w²/fan_in · a_x · a_z + σ_b²)      (Novak et al. 2022)
/// Every matrix product is of one fixed shape (rows padded with zeros), so how many rows there are, or are in hand at a time,
/// moves no bit of a tile; of a symmetric kernel only the upper half is computed, and mirrored.
[<RequireQualifiedAccess>]
module StructuredGram =

    /// Rows of one product. Blocks of rows that start at its multiples have the bits that they have in the whole.
    let tile = 256L

    /// The rows of t in blocks of `tile`, the last one padded with zeros. Full blocks are views.
    let private blocks (t: torch.Tensor) : torch.Tensor[] =
        let rows = t.shape[0]

        [|
            for start in 0L .. tile .. rows - 1L do
                if start + tile <= rows then
                    t.narrow (0, start, tile)
                else
                    let padded = torch.zeros ([| tile; t.shape[1] |], dtype = t.dtype, device = t.device)
                    padded.narrow(0, 0, rows - start).copy_(t.narrow (0, start, rows - start)) |> ignore
                    padded
        |]

    /// A layer cut into blocks of rows.
    [<NoComparison; NoEquality>]
    type private BlockedTrace = {
        Inputs: torch.Tensor[]
        Deltas: torch.Tensor[]
        WeightScale: float
        BiasScale: float
    }

    let private cut (trace: LayerTrace) : BlockedTrace = {
        Inputs = blocks trace.Input
        Deltas = blocks trace.Delta
        WeightScale = trace.WeightScale
        BiasScale = trace.BiasScale
    }

    /// One tile of Σ (δδᵀ) ∘ (weight·aaᵀ + bias).
    let private entries (left: BlockedTrace[]) (right: BlockedTrace[]) i j : torch.Tensor =
        use _ = torch.NewDisposeScope()

        let part (l: BlockedTrace) (r: BlockedTrace) =
            let inputs = l.Inputs[i].mm(r.Inputs[j].t()).mul_(l.WeightScale.ToScalar())

            if l.BiasScale <> 0.0 then
                inputs.add_ (l.BiasScale.ToScalar()) |> ignore

            if l.Deltas[i].shape[1] = 1L then
                // One unit: the product of two columns, by broadcasting.
                inputs.mul_(l.Deltas[i]).mul_(r.Deltas[j].t())
            else
                inputs.mul_ (l.Deltas[i].mm(r.Deltas[j].t()))

        let sum = part left[0] right[0]

        for k in 1 .. left.Length - 1 do
            use _ = torch.NewDisposeScope()
            sum.add_ (part left[k] right[k]) |> ignore

        sum.MoveToOuterDisposeScope()

    let private rowsOf (traces: LayerTrace[]) =
        if traces.Length = 0 then
            invalidArg (nameof traces) "a network has at least one dense layer"

        traces[0].Input.shape[0]

    /// Writes the symmetric kernel of the traces' rows into `target` (N × N).
    let fillSymmetric (traces: LayerTrace[]) (target: torch.Tensor) : unit =
        use _ = torch.NewDisposeScope()
        use _ = torch.no_grad ()
        let rows = rowsOf traces
        let cuts = traces |> Array.map cut
        let count = cuts[0].Inputs.Length

        for i in 0 .. count - 1 do
            for j in i .. count - 1 do
                use _ = torch.NewDisposeScope()
                let top, left = int64 i * tile, int64 j * tile
                let height, width = min tile (rows - top), min tile (rows - left)
                let full = (entries cuts cuts i j).narrow(0, 0, height).narrow(1, 0, width)

                let block =
                    if i = j then
                        full.triu().add(full.triu(1L).t())
                    else
                        target.narrow(0, left, width).narrow(1, top, height).copy_(full.t ()) |> ignore
                        full

                target.narrow(0, top, height).narrow(1, left, width).copy_ block |> ignore

    /// Writes the kernel between two sets of rows, traced under the same θ, into `target` (N × M).
    let fillBetween (left: LayerTrace[]) (right: LayerTrace[]) (target: torch.Tensor) : unit =
        use _ = torch.NewDisposeScope()
        use _ = torch.no_grad ()
        let rows, columns = rowsOf left, rowsOf right
        let leftCuts, rightCuts = left |> Array.map cut, right |> Array.map cut

        for i in 0 .. leftCuts[0].Inputs.Length - 1 do
            for j in 0 .. rightCuts[0].Inputs.Length - 1 do
                use _ = torch.NewDisposeScope()
                let top, start = int64 i * tile, int64 j * tile
                let height, width = min tile (rows - top), min tile (columns - start)
                let block = (entries leftCuts rightCuts i j).narrow(0, 0, height).narrow(1, 0, width)
                target.narrow(0, top, height).narrow(1, start, width).copy_ block |> ignore

    /// The symmetric kernel of float32 traces on the CPU. Beside the result, memory holds a few tiles.
    let symmetric (traces: LayerTrace[]) : Matrix<float32> =
        use _ = torch.NewDisposeScope()
        let rows = int (rowsOf traces)
        let result = Matrix.create rows rows (Array.zeroCreate (rows * rows))
        fillSymmetric traces (Tensors.ofMatrix32 result)
        result

    /// The symmetric kernel of float64 traces on the CPU.
    let symmetric64 (traces: LayerTrace[]) : Matrix<float> =
        use _ = torch.NewDisposeScope()
        let rows = int (rowsOf traces)
        let result = Matrix.create rows rows (Array.zeroCreate (rows * rows))
        fillSymmetric traces (Tensors.ofMatrix64 result)
        result

    /// The kernel between two sets of rows, of float32 traces on the CPU.
    let between (left: LayerTrace[]) (right: LayerTrace[]) : Matrix<float32> =
        use _ = torch.NewDisposeScope()
        let rows, columns = int (rowsOf left), int (rowsOf right)
        let result = Matrix.create rows columns (Array.zeroCreate (rows * columns))
        fillBetween left right (Tensors.ofMatrix32 result)
        result

    /// The kernel between two sets of rows, of float64 traces on the CPU.
    let between64 (left: LayerTrace[]) (right: LayerTrace[]) : Matrix<float> =
        use _ = torch.NewDisposeScope()
        let rows, columns = int (rowsOf left), int (rowsOf right)
        let result = Matrix.create rows columns (Array.zeroCreate (rows * columns))
        fillBetween left right (Tensors.ofMatrix64 result)
        result
