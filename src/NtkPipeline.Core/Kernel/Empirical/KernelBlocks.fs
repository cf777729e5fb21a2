namespace NtkPipeline.Core

open TorchSharp

/// Rows that are taken together, and what was made of them.
[<NoEquality; NoComparison>]
type KernelBlock = {
    /// The first of them in their strip.
    Start: int64
    Count: int64
    /// Their inputs, or their Jacobian.
    Content: torch.Tensor
}

/// Tiles of the empirical kernel from pairs of blocks, by the definition or by kernel–vector products. Blocks lie on one grid,
/// whatever the tiles are, so that a tile's size moves no bit. A pair of blocks gives its entries as matrices [batch × R × R']:
///     the mean over outputs   1 × n × m            each output   O × n × m            all of them   1 × nO × mO
/// of which those of a block with itself are symmetric.
[<RequireQualifiedAccess>]
module KernelBlocks =

    /// A strip of rows in blocks of `size`.
    let cut (size: int64) (prepare: torch.Tensor -> torch.Tensor) (x: torch.Tensor) : KernelBlock[] = [|
        for start in 0L .. size .. x.shape[0] - 1L do
            let count = min size (x.shape[0] - start)
            { Start = start; Count = count; Content = prepare (x.narrow (0, start, count)) }
    |]

    /// ∂f/∂θ of a block's rows: n × O × P.
    let jacobian (network: Network) (theta: DenseParameters[]) (x: torch.Tensor) : torch.Tensor =
        (EmpiricalNtk.jacobian network theta x).reshape(x.shape[0], int64 (Network.outputs network), -1L)

    /// The first column and the number of columns of one layer's parameters in a Jacobian.
    let private columnsOf (theta: DenseParameters[]) (layer: int option) : struct (int64 * int64) =
        let size layers = Forward.tensors layers |> Array.sumBy (fun t -> t.numel ())

        match layer with
        | None -> struct (0L, size theta)
        | Some k -> struct (size theta[.. k - 1], size [| theta[k] |])

    /// J Jᵀ of two blocks of Jacobians.
    let contractAll (form: KernelForm) (a: torch.Tensor) (b: torch.Tensor) : torch.Tensor =
        use _ = torch.NewDisposeScope()
        let outputs = a.shape[1]
        let flat (t: torch.Tensor) (rows: int64) = t.reshape (rows, -1L)

        let found =
            match form.Outputs with
            | Trace ->
                let product = (flat a a.shape[0]).mm((flat b b.shape[0]).t())
                product.div_((float outputs).ToScalar()).unsqueeze 0L
            | Diagonal -> (a.permute (1L, 0L, 2L)).bmm(b.permute (1L, 2L, 0L))
            | Full -> ((flat a (a.shape[0] * outputs)).mm((flat b (b.shape[0] * outputs)).t())).unsqueeze 0L

        found.MoveToOuterDisposeScope()

    /// The same by the parameters of one layer, or of all.
    let contract
        (theta: DenseParameters[])
        (form: KernelForm)
        (layer: int option)
        (a: torch.Tensor)
        (b: torch.Tensor)
        =
        use _ = torch.NewDisposeScope()
        let struct (start, length) = columnsOf theta layer

        (contractAll form (a.narrow (2, start, length)) (b.narrow (2, start, length)))
            .MoveToOuterDisposeScope()

    /// The same of two blocks of inputs, a product of the kernel with a unit vector for every column and output.
    let multiply
        (network: Network)
        (theta: DenseParameters[])
        (form: KernelForm)
        (layer: int option)
        (x: torch.Tensor)
        (z: torch.Tensor)
        : torch.Tensor =
        use _ = torch.NewDisposeScope()
        let apply = EmpiricalNtk.productOf layer network theta x z
        let rows, columns, outputs = x.shape[0], z.shape[0], int64 (Network.outputs network)

        let size =
            match form.Outputs with
            | Trace -> [| 1L; rows; columns |]
            | Diagonal -> [| outputs; rows; columns |]
            | Full -> [| 1L; rows * outputs; columns * outputs |]

        let result = torch.zeros (size, dtype = x.dtype, device = x.device)

        for j in 0L .. columns - 1L do
            for o in 0L .. outputs - 1L do
                use _ = torch.NewDisposeScope()
                let unit = torch.zeros ([| columns; outputs |], dtype = x.dtype, device = x.device)
                unit[j, o] <- torch.ones ([||], dtype = x.dtype, device = x.device)
                let column = apply unit

                match form.Outputs with
                | Trace -> result.select(0, 0L).select(1, j).add_(column.select (1, o)) |> ignore
                | Diagonal -> result.select(0, o).select(1, j).copy_(column.select (1, o)) |> ignore
                | Full -> result.select(0, 0L).select(1, j * outputs + o).copy_(column.reshape -1L) |> ignore

        match form.Outputs with
        | Trace -> result.div_ ((float outputs).ToScalar()) |> ignore
        | Diagonal
        | Full -> ()

        result.MoveToOuterDisposeScope()

    /// From matrices to rows × columns [× O [× O]].
    let private unfold
        (form: KernelForm)
        (rows: int64)
        (columns: int64)
        (found: torch.Tensor)
        : torch.Tensor =
        match form.Outputs with
        | Trace -> found.select (0, 0L)
        | Diagonal -> found.permute (1L, 2L, 0L)
        | Full ->
            found.select(0, 0L).reshape(rows, found.shape[1] / rows, columns, -1L).permute(0L, 2L, 1L, 3L)

    let private write
        form
        (sheet: torch.Tensor)
        (top: KernelBlock)
        (left: KernelBlock)
        (found: torch.Tensor)
        =
        sheet
            .narrow(0, top.Start, top.Count)
            .narrow(1, left.Start, left.Count)
            .copy_(unfold form top.Count left.Count found)
        |> ignore

    let private sheets (form: KernelForm) (target: torch.Tensor) =
        if form.IsByLayer then
            [ for k in 0 .. int target.shape[0] - 1 -> Some k, target.select (0, int64 k) ]
        else
            [ None, target ]

    /// The kernel of one strip's rows with another's.
    let fillBetween form pair (left: KernelBlock[]) (right: KernelBlock[]) (target: torch.Tensor) : unit =
        use _ = torch.NewDisposeScope()

        for layer, sheet in sheets form target do
            for a in left do
                for b in right do
                    use _ = torch.NewDisposeScope()
                    write form sheet a b (pair layer a.Content b.Content)

    /// The kernel of one strip's rows with themselves: one half is computed.
    let fillSymmetric form pair (blocks: KernelBlock[]) (target: torch.Tensor) : unit =
        use _ = torch.NewDisposeScope()

        for layer, sheet in sheets form target do
            for i in 0 .. blocks.Length - 1 do
                for j in i .. blocks.Length - 1 do
                    use _ = torch.NewDisposeScope()
                    let found: torch.Tensor = pair layer blocks[i].Content blocks[j].Content

                    if i = j then
                        write
                            form
                            sheet
                            blocks[i]
                            blocks[i]
                            (found.triu().add(found.triu(1L).transpose(-1L, -2L)))
                    else
                        write form sheet blocks[i] blocks[j] found
                        write form sheet blocks[j] blocks[i] (found.transpose (-1L, -2L))
