namespace NtkPipeline.Core

open TorchSharp

/// The tangent kernel of one finite network over many texts with themselves, as training follows it: `TokenGram`'s token sums, or, where
/// that is less work, the products of each text's gradients,
///     Θ̂(x, z) = Σ over maps of ⟨G_x, G_z⟩,    G_x = Σ_t δ_{x,t} a_{x,t}ᵀ · σ_w/√fan_in,    and with a bias σ_b² (Σ_t δ_{x,t})·(Σ_t δ_{z,t}),
/// some columns of G at a time. Texts pass through the network some at a time, so that memory holds traces and no graph of all of them.
[<RequireQualifiedAccess>]
module TextGram =

    /// Numbers that one step may hold beside the traces.
    let private most = 4_000_000L

    /// Texts that pass at a time where each has so many places and the widest map so many units.
    let private side (places: int64) (units: int64) = max 1L (most / max 1L (places * units))

    let private units (theta: DenseParameters[]) =
        theta |> Array.fold (fun most layer -> max most (max layer.W.shape[0] layer.W.shape[1])) 1L

    let private spans side (count: int64) = [
        for start in 0L .. side .. count - 1L -> start, min side (count - start)
    ]

    /// What a function of texts gives, some texts at a time: the first axis of its result is theirs.
    let inBlocks (theta: DenseParameters[]) (f: torch.Tensor -> torch.Tensor) (x: torch.Tensor) =
        use _ = torch.NewDisposeScope()

        match spans (side x.shape[1] (units theta)) x.shape[0] with
        | []
        | [ _ ] -> (f x).MoveToOuterDisposeScope()
        | several ->
            torch
                .cat(
                    [|
                        for start, count in several do
                            use _ = torch.NewDisposeScope()
                            (f (x.narrow (0L, start, count))).MoveToOuterDisposeScope()
                    |]
                )
                .MoveToOuterDisposeScope()

    /// `LayerTrace.ofNetwork`, some texts at a time. The tensors belong to the caller's scope.
    let trace (network: Network) (theta: DenseParameters[]) (x: torch.Tensor) : LayerTrace[] =
        match spans (side x.shape[1] (units theta)) x.shape[0] with
        | []
        | [ _ ] -> LayerTrace.ofNetwork network theta x
        | several ->
            let room (part: torch.Tensor) =
                let shape = Array.append [| x.shape[0] |] (Array.tail part.shape)
                torch.empty (shape, dtype = part.dtype, device = part.device)

            let mutable whole: LayerTrace[] = [||]

            for start, count in several do
                use scope = torch.NewDisposeScope()
                let parts = LayerTrace.ofNetwork network theta (x.narrow (0L, start, count))

                if whole.Length = 0 then
                    whole <-
                        parts
                        |> Array.map (fun part -> {
                            part with
                                Input = scope.MoveToOuter(room part.Input)
                                Delta = scope.MoveToOuter(room part.Delta)
                        })

                for part, all in Array.zip parts whole do
                    all.Input.narrow(0L, start, count).copy_ part.Input |> ignore
                    all.Delta.narrow(0L, start, count).copy_ part.Delta |> ignore

            whole

    /// Whether gradients take fewer operations a pair of texts than their tokens' pairs do.
    let private byGradients (trace: LayerTrace) =
        trace.Input.dim () = 3L
        && (let places, fanIn, width =
                float trace.Input.shape[1], float trace.Input.shape[2], float trace.Delta.shape[2]

            fanIn * width < places * places * (fanIn + width))

    /// Rows of a block of products of which the part on and above the diagonal is computed.
    let private tall = 512L

    /// Adds G Gᵀ, symmetric to the bit.
    let private add (g: torch.Tensor) (target: torch.Tensor) =
        let n = g.shape[0]

        for start, count in spans tall n do
            use _ = torch.NewDisposeScope()
            let top = g.narrow (0L, start, count)
            let own = top.mm (top.t ())

            target.narrow(0L, start, count).narrow(1L, start, count).add_(own.triu().add(own.triu(1L).t()))
            |> ignore

            if start + count < n then
                let rest = n - start - count
                let found = top.mm (g.narrow(0L, start + count, rest).t())
                target.narrow(0L, start, count).narrow(1L, start + count, rest).add_ found |> ignore
                target.narrow(0L, start + count, rest).narrow(1L, start, count).add_(found.t ()) |> ignore

    let private fillByGradients (trace: LayerTrace) (target: torch.Tensor) =
        use _ = torch.NewDisposeScope()
        use _ = torch.no_grad ()
        target.zero_ () |> ignore
        let texts, fanIn, width = trace.Input.shape[0], trace.Input.shape[2], trace.Delta.shape[2]
        let scale = sqrt trace.WeightScale

        for start, count in spans (max 1L (4L * most / max 1L (texts * fanIn))) width do
            use _ = torch.NewDisposeScope()
            let delta = trace.Delta.narrow(2L, start, count).transpose(1L, 2L)
            let gradients = delta.bmm(trace.Input).reshape(texts, count * fanIn)
            add (gradients.mul_ (scale.ToScalar())) target

        if trace.BiasScale <> 0.0 then
            add (trace.Delta.sum([| 1L |]).mul_((sqrt trace.BiasScale).ToScalar())) target

    /// What each map's parameters add to the kernel, N × N, in their order, in the caller's scope.
    let parts (network: Network) (theta: DenseParameters[]) (x: torch.Tensor) : torch.Tensor[] =
        use scope = torch.NewDisposeScope()

        trace network theta x
        |> Array.map (fun trace ->
            let part = torch.empty ([| x.shape[0]; x.shape[0] |], dtype = x.dtype, device = x.device)

            if byGradients trace then
                fillByGradients trace part
            else
                TokenGram.fillSymmetric [| trace |] part

            scope.MoveToOuter part)

    /// The kernel, N × N, symmetric to the bit.
    let gram (network: Network) (theta: DenseParameters[]) (x: torch.Tensor) : torch.Tensor =
        use _ = torch.NewDisposeScope()
        let parts = parts network theta x

        for part in parts[1..] do
            parts[0].add_ part |> ignore

        parts[0].MoveToOuterDisposeScope()

    /// The kernel between two sets of texts, N × M, which may have different numbers of places.
    let between
        (network: Network)
        (theta: DenseParameters[])
        (x: torch.Tensor)
        (z: torch.Tensor)
        : torch.Tensor =
        use _ = torch.NewDisposeScope()
        let result = torch.empty ([| x.shape[0]; z.shape[0] |], dtype = x.dtype, device = x.device)
        TokenGram.fillBetween (trace network theta x) (trace network theta z) result
        result.MoveToOuterDisposeScope()
