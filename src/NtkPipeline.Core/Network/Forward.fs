namespace NtkPipeline.Core

open TorchSharp

/// The parameters of one linear map, as a dense layer is: W is width × fan_in, B is there where σ_b > 0 and has width entries.
[<NoComparison; ReferenceEquality>]
type DenseParameters = { W: torch.Tensor; B: torch.Tensor option }

/// A network of finite width as a function f(x; θ) on LibTorch's tensors; θ is one `DenseParameters` a linear map, in the
/// order of the text (input side first, a branch where it stands). x is rows, N × d, or texts: a `TextTensor`.
[<RequireQualifiedAccess>]
module Forward =

    /// θ at initialisation, each map drawn from the seed's child of its name, in float64, and then rounded, so both precisions have
    /// the same networks. Disposing of the tensors is the caller's business.
    let drawMaps (maps: LinearMap list) (seed: Seed) (dtype: torch.ScalarType) : DenseParameters[] =
        use scope = torch.NewDisposeScope()

        let normal (shape: int64[]) (deviation: float) (seed: Seed) =
            use generator = Seed.generator seed

            torch
                .randn(shape, dtype = torch.float64, generator = generator)
                .mul(deviation.ToScalar())
                .``to``(dtype)
            |> scope.MoveToOuter

        maps
        |> List.map (fun { Name = name; FanIn = fanIn; Width = width; Prior = prior } ->
            let seed = Seed.derive name seed

            let weight, bias =
                match prior.Parameterisation with
                | Ntk -> 1.0, 1.0
                | Standard -> prior.WeightScale / sqrt (float fanIn), prior.BiasScale

            {
                W = normal [| int64 width; int64 fanIn |] weight (Seed.derive "w" seed)
                B =
                    if prior.HasBias then
                        Some(normal [| int64 width |] bias (Seed.derive "b" seed))
                    else
                        None
            })
        |> Array.ofList

    /// θ of a network over rows.
    let draw (network: Network) (features: int) (seed: Seed) (dtype: torch.ScalarType) : DenseParameters[] =
        drawMaps (LinearMaps.ofRows features network) seed dtype

    /// θ on another device. Tensors that are there already are shared.
    let toDevice (device: torch.Device) (theta: DenseParameters[]) : DenseParameters[] =
        theta
        |> Array.map (fun layer -> {
            W = layer.W.``to`` device
            B = layer.B |> Option.map (fun b -> b.``to`` device)
        })

    /// θ of a network for these rows or texts, of their precision, on their device.
    let drawFor (network: Network) (x: torch.Tensor) (seed: Seed) : DenseParameters[] =
        let maps =
            if TextTensor.isTexts x then
                LinearMaps.ofTexts (TextTensor.features x) (int x.shape[1]) network
            else
                LinearMaps.ofRows (int x.shape[1]) network

        drawMaps maps seed x.dtype |> toDevice x.device

    /// σ_w/√fan_in and σ_b: what multiplies W a and b.
    let scales (prior: Prior) (fanIn: int) : struct (float * float) =
        match prior.Parameterisation with
        | Ntk -> struct (prior.WeightScale / sqrt (float fanIn), prior.BiasScale)
        | Standard -> struct (1.0, (if prior.HasBias then 1.0 else 0.0))

    /// z of one linear map for the rows of `a`.
    let private mapRows (prior: Prior) (theta: DenseParameters) (a: torch.Tensor) : torch.Tensor =
        let struct (weight, bias) = scales prior (int a.shape[1])
        let product = a.mm (theta.W.t ())
        // In place: nothing else has seen the product, and no derivative of it asks for its values.
        let z = if weight = 1.0 then product else product.mul_ (weight.ToScalar())

        match theta.B with
        | Some b -> z.add_ (if bias = 1.0 then b else b.mul (bias.ToScalar()))
        | None -> z

    /// z of one linear map for rows, or for tokens: N × T × fan_in to N × T × width.
    let private map (prior: Prior) (theta: DenseParameters) (a: torch.Tensor) : torch.Tensor =
        if a.dim () = 3L then
            let count, tokens = a.shape[0], a.shape[1]

            (mapRows prior theta (a.reshape (count * tokens, a.shape[2])))
                .reshape(count, tokens, theta.W.shape[0])
        else
            mapRows prior theta a

    /// (z − mean)/√(var + eps) over each row or token; one without variance becomes zero.
    let private layerNorm (eps: float) (z: torch.Tensor) : torch.Tensor =
        let centred = z.sub (z.mean ([| -1L |], keepdim = true))
        let variance = centred.square().mean([| -1L |], keepdim = true).add(eps.ToScalar())
        let tiny = if z.dtype = torch.float64 then 1e-300 else 1e-36
        centred.div (variance.clamp_min(tiny.ToScalar()).sqrt())

    /// α·y(x; θ), which is f(x; θ) but for the constant f₀ that a centred network takes away, and what each linear map did:
    /// `onMap k prior a z` is told the map's number, input and output, and gives the tensor to go on with; `onActivate φ z`
    /// is told what each activation is given. Of texts, a and z are N × T × units, and what z has where there is no token goes no
    /// further. The one walk over a network that every use of θ shares.
    let walkTelling
        (onActivate: Activation -> torch.Tensor -> unit)
        (network: Network)
        (theta: DenseParameters[])
        (onMap: int -> Prior -> torch.Tensor -> torch.Tensor -> torch.Tensor)
        (x: torch.Tensor)
        : torch.Tensor =
        let mutable next = 0

        let mapped (prior: Prior) (a: torch.Tensor) =
            let k = next
            next <- next + 1

            if k >= theta.Length then
                invalidArg (nameof theta) $"%d{theta.Length} maps' parameters, and the network has more maps"

            onMap k prior a (map prior theta[k] a)

        let rec layers (below: Between) (steps: Layer list) : Between =
            match steps with
            | [] -> below
            | layer :: rest -> layers (step below layer) rest

        and step (below: Between) (layer: Layer) : Between =
            let on (f: torch.Tensor -> torch.Tensor) =
                TokenForward.masked { below with Values = f below.Values }

            match layer with
            | Dense(_, prior) -> on (mapped prior)
            | Activate activation ->
                onActivate activation below.Values
                on (Activation.apply activation)
            | LayerNorm eps -> on (layerNorm eps)
            | Residual branch ->
                let above = layers below branch
                { below with Values = below.Values.add above.Values }
            | Tokens layer -> TokenForward.apply layer mapped below

        let y = (layers (TokenForward.start x) network.Layers).Values

        if next <> theta.Length then
            invalidArg (nameof theta) $"%d{theta.Length} maps' parameters for %d{next} maps"

        if network.OutputScale = 1.0 then y else y.mul (network.OutputScale.ToScalar())

    /// The walk that asks nothing of activations.
    let walk network theta onDense (x: torch.Tensor) : torch.Tensor =
        walkTelling (fun _ _ -> ()) network theta onDense x

    /// f(x; θ) for the rows of x (N × d), N × outputs, of a network that began at θ₀ = `origin`: only a centred one asks for θ₀.
    let applyFrom
        (network: Network)
        (origin: DenseParameters[])
        (theta: DenseParameters[])
        (x: torch.Tensor)
        : torch.Tensor =
        use _ = torch.NewDisposeScope()
        let output theta = walk network theta (fun _ _ _ z -> z) x

        let f = if network.Centred then (output theta).sub(output origin) else output theta
        f.MoveToOuterDisposeScope()

    /// f(x; θ) for the rows of x (N × d): N × outputs. To ask this of a centred network, which needs θ₀ too, is a bug of the
    /// caller.
    let apply (network: Network) (theta: DenseParameters[]) (x: torch.Tensor) : torch.Tensor =
        if network.Centred then
            invalidArg (nameof network) "a centred network's output needs its first parameters: use applyFrom"

        applyFrom network theta theta x

    /// Every tensor of θ, W before B.
    let tensors (theta: DenseParameters[]) : torch.Tensor[] =
        theta |> Array.collect (fun layer -> Array.append [| layer.W |] (Option.toArray layer.B))
