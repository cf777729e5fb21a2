namespace NtkPipeline.Core

open TorchSharp

/// The parameters of one dense layer: W is width × fan_in, B is there where σ_b > 0 and has width entries.
[<NoComparison; ReferenceEquality>]
type DenseParameters = { W: torch.Tensor; B: torch.Tensor option }

/// A network of finite width as a function f(x; θ) on LibTorch's tensors; θ is one `DenseParameters` a dense layer, in the
/// order of the text (input side first, a branch where it stands).
[<RequireQualifiedAccess>]
module Forward =

    /// θ at initialisation. The layer numbered k (from 0) is drawn from `Seed.derive "dense/k"`, in float64, and then rounded,
    /// so both precisions have the same networks. Disposing of the tensors is the caller's business.
    let draw (network: Network) (features: int) (seed: Seed) (dtype: torch.ScalarType) : DenseParameters[] =
        use scope = torch.NewDisposeScope()

        let normal (shape: int64[]) (deviation: float) (seed: Seed) =
            use generator = Seed.generator seed

            torch
                .randn(shape, dtype = torch.float64, generator = generator)
                .mul(deviation.ToScalar())
                .``to``(dtype)
            |> scope.MoveToOuter

        Network.denseLayers features network
        |> List.mapi (fun k (fanIn, width, prior) ->
            let seed = Seed.derive $"dense/%d{k}" seed

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

    /// θ on another device. Tensors that are there already are shared.
    let toDevice (device: torch.Device) (theta: DenseParameters[]) : DenseParameters[] =
        theta
        |> Array.map (fun layer -> {
            W = layer.W.``to`` device
            B = layer.B |> Option.map (fun b -> b.``to`` device)
        })

    /// σ_w/√fan_in and σ_b: what multiplies W a and b.
    let scales (prior: Prior) (fanIn: int) : struct (float * float) =
        match prior.Parameterisation with
        | Ntk -> struct (prior.WeightScale / sqrt (float fanIn), prior.BiasScale)
        | Standard -> struct (1.0, (if prior.HasBias then 1.0 else 0.0))

    /// z of one dense layer for the rows of `a`.
    let private dense (prior: Prior) (theta: DenseParameters) (a: torch.Tensor) : torch.Tensor =
        let struct (weight, bias) = scales prior (int a.shape[1])
        let product = a.mm (theta.W.t ())
        // In place: nothing else has seen the product, and no derivative of it asks for its values.
        let z = if weight = 1.0 then product else product.mul_ (weight.ToScalar())

        match theta.B with
        | Some b -> z.add_ (if bias = 1.0 then b else b.mul (bias.ToScalar()))
        | None -> z

    /// (z − mean)/√(var + eps) over each row; a row without variance becomes zero.
    let private layerNorm (eps: float) (z: torch.Tensor) : torch.Tensor =
        let centred = z.sub (z.mean ([| 1L |], keepdim = true))
        let variance = centred.square().mean([| 1L |], keepdim = true).add(eps.ToScalar())
        let tiny = if z.dtype = torch.float64 then 1e-300 else 1e-36
        centred.div (variance.clamp_min(tiny.ToScalar()).sqrt())

    /// α·y(x; θ), which is f(x; θ) but for the constant f₀ that a centred network takes away, and what each dense layer did:
    /// `onDense k prior a z` is told the layer's number, input and output, and gives the tensor to go on with; `onActivate φ z`
    /// is told what each activation is given. The one walk over a network that every use of θ shares.
    let walkTelling
        (onActivate: Activation -> torch.Tensor -> unit)
        (network: Network)
        (theta: DenseParameters[])
        (onDense: int -> Prior -> torch.Tensor -> torch.Tensor -> torch.Tensor)
        (x: torch.Tensor)
        : torch.Tensor =
        let mutable next = 0

        let rec layers (below: torch.Tensor) (steps: Layer list) : torch.Tensor =
            match steps with
            | [] -> below
            | Dense(_, prior) :: rest ->
                let k = next
                next <- next + 1
                layers (onDense k prior below (dense prior theta[k] below)) rest
            | Activate activation :: rest ->
                onActivate activation below
                layers (Activation.apply activation below) rest
            | LayerNorm eps :: rest -> layers (layerNorm eps below) rest
            | Residual branch :: rest ->
                let above = layers below branch
                layers (below.add above) rest
            | Tokens layer :: _ -> Layer.refusedBefore layer

        let y = layers x network.Layers

        if next <> theta.Length then
            invalidArg (nameof theta) $"%d{theta.Length} layers of parameters for %d{next} dense layers"

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
