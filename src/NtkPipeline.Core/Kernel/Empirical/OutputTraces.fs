namespace NtkPipeline.Core

open TorchSharp

/// The structured kernel with its outputs and layers taken apart. A tile is a tensor [layers ×] rows × columns [× O [× O]], and
/// each of its slices is one call of `StructuredGram`, whose bits it has.
[<RequireQualifiedAccess>]
module OutputTraces =

    /// Rows that share one forward and one backward pass. Strips begin at its multiples, so that a row's bits do not depend on
    /// how many rows a strip has.
    let block = StructuredGram.tile

    /// The traces of many rows, `block` of them at a time, each put at once where it belongs.
    let ofRows (trace: torch.Tensor -> LayerTrace[]) (x: torch.Tensor) : LayerTrace[] =
        let rows = x.shape[0]

        if rows <= block then
            trace x
        else
            let first = trace (x.narrow (0, 0L, block))

            let room (part: torch.Tensor) =
                torch.empty ([| rows; part.shape[1] |], dtype = part.dtype, device = part.device)

            let whole =
                first
                |> Array.map (fun part -> { part with Input = room part.Input; Delta = room part.Delta })

            let put start (parts: LayerTrace[]) =
                for whole, part in Seq.zip whole parts do
                    let count = part.Input.shape[0]
                    whole.Input.narrow(0, start, count).copy_ part.Input |> ignore
                    whole.Delta.narrow(0, start, count).copy_ part.Delta |> ignore

            put 0L first

            for start in block..block .. rows - 1L do
                use _ = torch.NewDisposeScope()
                put start (trace (x.narrow (0, start, min block (rows - start))))

            whole

    /// What `ofRows` is to be given for a form.
    let tracer
        (form: KernelForm)
        (network: Network)
        (theta: DenseParameters[])
        : torch.Tensor -> LayerTrace[] =
        match form.Outputs with
        | Trace -> LayerTrace.ofNetwork network theta
        | Diagonal
        | Full -> LayerTrace.ofOutputs network theta

    let private endsInDense (network: Network) =
        match List.last network.Layers with
        | Dense _ -> true
        | Activate _
        | LayerNorm _
        | Residual _
        | Tokens _ -> false

    /// The traces of output o alone. A dense layer on top of all has δ = α at its own unit and 0 elsewhere.
    let private ofOutput (network: Network) (outputs: int) (o: int) (traces: LayerTrace[]) =
        traces
        |> Array.mapi (fun k trace ->
            let width = trace.Delta.shape[1] / int64 outputs

            let delta =
                if k = traces.Length - 1 && endsInDense network then
                    trace.Delta.narrow (1, int64 o * width + int64 o, 1L)
                else
                    trace.Delta.narrow (1, int64 o * width, width)

            // Products of what lies in one piece are of one kind, whatever the number of rows.
            { trace with Delta = delta.contiguous () })

    /// Calls `fill` on each slice of a tile with the layers that it is made of, and the outputs of its two sides, if one.
    let private slices
        (form: KernelForm)
        (network: Network)
        (layers: int)
        (target: torch.Tensor)
        (fill: int[] -> (int * int) option -> torch.Tensor -> unit)
        =
        let outputs = Network.outputs network

        let ofSheet (chosen: int[]) (sheet: torch.Tensor) =
            // Different outputs share no parameter of a dense layer on top.
            let apart o p =
                if o <> p && endsInDense network then
                    chosen |> Array.filter (fun k -> k < layers - 1)
                else
                    chosen

            match form.Outputs with
            | Trace -> fill chosen None sheet
            | Diagonal ->
                for o in 0 .. outputs - 1 do
                    fill chosen (Some(o, o)) (sheet.select (2, int64 o))
            | Full ->
                for o in 0 .. outputs - 1 do
                    for p in 0 .. outputs - 1 do
                        fill (apart o p) (Some(o, p)) (sheet.select(3, int64 p).select(2, int64 o))

        if form.IsByLayer then
            for layer in 0 .. layers - 1 do
                ofSheet [| layer |] (target.select (0, int64 layer))
        else
            ofSheet (Array.init layers id) target

    let private pick network (layers: int[]) (output: int option) (traces: LayerTrace[]) =
        let traces =
            match output with
            | Some o -> ofOutput network (Network.outputs network) o traces
            | None -> traces

        layers |> Array.map (fun k -> traces[k])

    /// The kernel of the rows of one strip with those of another.
    let fillBetween
        (form: KernelForm)
        (network: Network)
        (left: LayerTrace[])
        (right: LayerTrace[])
        (target: torch.Tensor)
        =
        use _ = torch.NewDisposeScope()

        slices form network left.Length target (fun layers outputs slice ->
            if layers.Length = 0 then
                slice.zero_ () |> ignore
            else
                StructuredGram.fillBetween
                    (pick network layers (Option.map fst outputs) left)
                    (pick network layers (Option.map snd outputs) right)
                    slice)

    /// The kernel of the rows of one strip with themselves: Θ̂_op is Θ̂_po turned over.
    let fillSymmetric (form: KernelForm) (network: Network) (traces: LayerTrace[]) (target: torch.Tensor) =
        use _ = torch.NewDisposeScope()

        let fill layers outputs (slice: torch.Tensor) =
            match outputs with
            | _ when Array.isEmpty layers -> slice.zero_ () |> ignore
            | Some(o, p) when o <> p ->
                StructuredGram.fillBetween
                    (pick network layers (Some o) traces)
                    (pick network layers (Some p) traces)
                    slice
            | None
            | Some _ ->
                StructuredGram.fillSymmetric (pick network layers (Option.map fst outputs) traces) slice

        slices form network traces.Length target fill

        if form.Outputs = Full then
            let outputs = Network.outputs network
            let axis = if form.IsByLayer then 1L else 0L
            let slice o p = target.select(axis + 3L, int64 p).select(axis + 2L, int64 o)

            let part (t: torch.Tensor) top height left width =
                t.narrow(axis, top, height).narrow(axis + 1L, left, width)

            let rows = target.shape[int axis]

            // Blocks below the diagonal are those above it turned over, as from tiles of any side.
            for o in 0 .. outputs - 1 do
                for p in 0 .. outputs - 1 do
                    if o <> p then
                        let turned top height left width =
                            (part (slice p o) left width top height).transpose(-1L, -2L)

                        for top in 0L .. block .. rows - 1L do
                            let height = min block (rows - top)

                            if top > 0L then
                                (part (slice o p) top height 0L top).copy_(turned top height 0L top) |> ignore

                            if o > p then
                                (part (slice o p) top height top height).copy_(turned top height top height)
                                |> ignore
