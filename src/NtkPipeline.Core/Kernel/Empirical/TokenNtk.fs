namespace NtkPipeline.Core

open TorchSharp

/// The tangent kernel of one finite network over texts, N × N′, or, of a network that has outputs at every place of a text,
///     Θ̂[x, z, s, t] = (1/O)·Σ_o ∇θ f_o(x)_s · ∇θ f_o(z)_t        N × N′ × T × T′
/// in the three ways of `EmpiricalNtk`, which agree.
[<RequireQualifiedAccess>]
module TokenNtk =

    /// Places that have outputs, of texts of this tensor; none above a pool.
    let private placesOf (network: Network) (texts: torch.Tensor) : int64 option =
        LinearMaps.outputPlaces (int texts.shape[1]) network |> Option.map int64

    /// The texts of a tensor and, but above a pool, the places of each that have outputs.
    let private axes (network: Network) (texts: torch.Tensor) : int64 list =
        texts.shape[0] :: Option.toList (placesOf network texts)

    /// N·T × N′·T′ to N × N′ × T × T′.
    let private apart (left: int64 list) (right: int64 list) (found: torch.Tensor) =
        match left, right with
        | [ n; s ], [ m; t ] -> found.reshape(n, s, m, t).permute(0L, 2L, 1L, 3L)
        | _ -> found

    /// The Jacobian of a batch of texts, a row each (and, within a text, each place), √(1/O) of all outputs' beside each other; and how
    /// many texts there are and at how many places they have outputs.
    let jacobian
        (network: Network)
        (theta: DenseParameters[])
        (texts: torch.Tensor)
        : torch.Tensor * int64 list =
        use _ = torch.NewDisposeScope()
        let outputs = int64 (Network.outputs network)
        let found = EmpiricalNtk.jacobian network theta texts
        let rows = found.reshape (found.shape[0] / outputs, outputs * found.shape[1])

        (rows.mul_ ((1.0 / sqrt (float outputs)).ToScalar())).MoveToOuterDisposeScope(), axes network texts

    /// J(X) J(Z)ᵀ of two such.
    let contract (left: torch.Tensor, x: int64 list) (right: torch.Tensor, z: int64 list) : torch.Tensor =
        use _ = torch.NewDisposeScope()
        (apart x z (left.mm (right.t ()))).contiguous().MoveToOuterDisposeScope()

    /// The kernel by its definition.
    let contraction
        (network: Network)
        (theta: DenseParameters[])
        (x: torch.Tensor)
        (z: torch.Tensor)
        : torch.Tensor =
        use _ = torch.NewDisposeScope()
        (contract (jacobian network theta x) (jacobian network theta z)).MoveToOuterDisposeScope()

    /// By kernel–vector products, a column of every place and output at a time.
    let byProducts
        (network: Network)
        (theta: DenseParameters[])
        (x: torch.Tensor)
        (z: torch.Tensor)
        : torch.Tensor =
        use _ = torch.NewDisposeScope()
        let multiply = EmpiricalNtk.product network theta x z
        let outputs = int64 (Network.outputs network)
        let left, right = axes network x, axes network z
        let rows, columns = List.reduce (*) left, List.reduce (*) right
        let result = torch.zeros ([| rows; columns |], dtype = x.dtype, device = x.device)
        let shape = [| yield! right; outputs |]

        for j in 0L .. columns - 1L do
            for o in 0L .. outputs - 1L do
                use _ = torch.NewDisposeScope()
                let unit = torch.zeros ([| columns; outputs |], dtype = x.dtype, device = x.device)
                unit[j, o] <- torch.ones ([||], dtype = x.dtype, device = x.device)
                let column = (multiply (unit.reshape shape)).reshape(rows, outputs)
                result.select(1, j).add_(column.select (1, o)) |> ignore

        let mean = result.div_ ((float outputs).ToScalar())
        (apart left right mean).contiguous().MoveToOuterDisposeScope()

    /// What the structured way needs of a batch of texts, and at how many places they have outputs.
    let trace
        (network: Network)
        (theta: DenseParameters[])
        (texts: torch.Tensor)
        : LayerTrace[] * int option =
        let places = LinearMaps.outputPlaces (int texts.shape[1]) network

        match places with
        | None -> LayerTrace.ofNetwork network theta texts, places
        | Some _ -> LayerTrace.ofOutputs network theta texts, places

    /// The traces of the outputs at one place, each output over √O.
    let private atPlace (network: Network) (places: int) (place: int) (traces: LayerTrace[]) =
        let root = sqrt (float (Network.outputs network))

        traces
        |> Array.map (fun trace ->
            let last = trace.Delta.dim () - 1L
            let width = trace.Delta.shape[int last] / int64 places
            let delta = trace.Delta.narrow (last, int64 place * width, width)
            { trace with Delta = delta.div (root.ToScalar()) })

    /// Writes the kernel between two batches into `target`, N × N′ [× T × T′].
    let fillBetween
        (network: Network)
        (left: LayerTrace[], s: int option)
        (right: LayerTrace[], t: int option)
        (target: torch.Tensor)
        =
        use _ = torch.NewDisposeScope()

        match s, t with
        | Some s, Some t ->
            for a in 0 .. s - 1 do
                for b in 0 .. t - 1 do
                    use _ = torch.NewDisposeScope()

                    TokenGram.fillBetween
                        (atPlace network s a left)
                        (atPlace network t b right)
                        (target.select(3, int64 b).select(2, int64 a))
        | _ -> TokenGram.fillBetween left right target

    /// Writes the kernel of a batch with itself into `target`, N × N [× T × T]: symmetric, in both ways at once.
    let fillSymmetric (network: Network) (traces: LayerTrace[], places: int option) (target: torch.Tensor) =
        use _ = torch.NewDisposeScope()

        match places with
        | None -> TokenGram.fillSymmetric traces target
        | Some places ->
            let slice a b = target.select(3, int64 b).select(2, int64 a)

            for a in 0 .. places - 1 do
                use _ = torch.NewDisposeScope()
                let ofA = atPlace network places a traces
                TokenGram.fillSymmetric ofA (slice a a)

                for b in a + 1 .. places - 1 do
                    use _ = torch.NewDisposeScope()
                    TokenGram.fillBetween ofA (atPlace network places b traces) (slice a b)
                    (slice b a).copy_((slice a b).t()) |> ignore

    /// By the structured way: one backward pass an output and place, and sums over the tokens of both texts.
    let gram
        (network: Network)
        (theta: DenseParameters[])
        (x: torch.Tensor)
        (z: torch.Tensor option)
        : torch.Tensor =
        use _ = torch.NewDisposeScope()
        let left = trace network theta x
        let others = defaultArg z x
        let inner = [ placesOf network x; placesOf network others ] |> List.choose id

        let result =
            torch.empty ([| x.shape[0]; others.shape[0]; yield! inner |], dtype = x.dtype, device = x.device)

        match z with
        | None -> fillSymmetric network left result
        | Some z -> fillBetween network left (trace network theta z) result

        result.MoveToOuterDisposeScope()
