namespace NtkPipeline.Core

open TorchSharp


/// A network's layers with the places of their hyperparameters: log σ_w of each dense layer, and log σ_b where it has a bias.
[<RequireQualifiedAccess>]
type private LearnableLayer =
    | Dense of width: int * weight: int * bias: int option * Parameterisation
    | Activate of Activation
    | LayerNorm of eps: float
    | Residual of LearnableLayer list

/// `AnalyticNtk` as a function of tensors, differentiable in the σ_w and σ_b of every layer. Values are those of
/// `AnalyticNtk` for many pairs at once, in float64.
[<RequireQualifiedAccess>]
module TensorKernel =

    /// What stands between two layers; Θ is none where only K is wanted.
    [<NoEquality; NoComparison>]
    type private State = { Moments: PolarTensor; Theta: torch.Tensor option; Width: int }

    let rec private place (layers: Layer list) (next: int) : LearnableLayer list * int =
        List.mapFold
            (fun next layer ->
                match layer with
                | Dense(width, prior) ->
                    let bias = if prior.HasBias then Some(next + 1) else None
                    let layer = LearnableLayer.Dense(width.Value, next, bias, prior.Parameterisation)
                    layer, (if prior.HasBias then next + 2 else next + 1)
                | Activate activation -> LearnableLayer.Activate activation, next
                | LayerNorm eps -> LearnableLayer.LayerNorm eps, next
                | Residual branch ->
                    let branch, next = place branch next
                    LearnableLayer.Residual branch, next
                | Tokens layer -> Layer.refusedBefore layer)
            next
            layers

    let rec private activations (layers: Layer list) : Activation list =
        layers
        |> List.collect (fun layer ->
            match layer with
            | Activate activation -> [ activation ]
            | Residual branch -> activations branch
            | Dense _
            | LayerNorm _
            | Tokens _ -> [])

    /// Whether the network's kernel can be differentiated, or the reason why not.
    let check (network: Network) : Result<unit, string> =
        activations network.Layers
        |> List.fold (fun sound phi -> sound |> Result.bind (fun () -> TensorDual.check phi)) (Ok())

    /// The names of a network's hyperparameters and their values, in the order of the vector: logarithms of σ_w and σ_b, layer by
    /// layer in the order of the text. A layer without a bias has none to learn.
    let parameters (network: Network) : (string * float)[] = [|
        for k, (_, _, prior) in List.indexed (Network.denseLayers 1 network) do
            $"w of dense layer %d{k + 1}", log prior.WeightScale

            if prior.HasBias then
                $"b of dense layer %d{k + 1}", log prior.BiasScale
    |]

    /// The network with other hyperparameters, or the reason why there is none: a σ outside what a layer may have.
    let withParameters (values: float[]) (network: Network) : Result<Network, string> =
        let rec replace (layers: Layer list) (next: int) : Result<Layer list * int, string> =
            layers
            |> List.fold
                (fun found layer ->
                    found
                    |> Result.bind (fun (above, next) ->
                        match layer with
                        | Dense(width, prior) ->
                            let bias = if prior.HasBias then exp values[next + 1] else 0.0

                            Prior.create (exp values[next]) bias prior.Parameterisation
                            |> Result.map (fun changed ->
                                Dense(width, changed) :: above,
                                (if prior.HasBias then next + 2 else next + 1))
                        | Residual branch ->
                            replace branch next
                            |> Result.map (fun (branch, next) -> Residual branch :: above, next)
                        | Activate _
                        | LayerNorm _
                        | Tokens _ -> Ok(layer :: above, next)))
                (Ok([], next))
            |> Result.map (fun (reversed, next) -> List.rev reversed, next)

        replace network.Layers 0 |> Result.bind (fun (layers, _) -> Network.withLayers layers network)

    let private sigma (h: torch.Tensor) (at: int) : torch.Tensor = h.select(0L, int64 at).exp()

    let rec private through (h: torch.Tensor) (layers: LearnableLayer list) (state: State) : State =
        layers |> List.fold (fun below layer -> above h layer below) state

    and private above (h: torch.Tensor) (layer: LearnableLayer) (state: State) : State =
        let m = state.Moments

        match layer with
        | LearnableLayer.Dense(width, weight, bias, parameterisation) ->
            let scale = sigma h weight
            let scaled = PolarTensor.scale scale m

            let moments =
                match bias with
                | Some at -> PolarTensor.addBias (sigma h at) scaled
                | None -> scaled

            let own () =
                match parameterisation with
                | Ntk -> PolarTensor.product moments
                | Standard ->
                    let grown = PolarTensor.product m * PolarTensor.number (float state.Width)
                    if bias.IsSome then grown + PolarTensor.number 1.0 else grown

            {
                Moments = moments
                Theta = state.Theta |> Option.map (fun theta -> scale * scale * theta + own ())
                Width = width
            }
        | LearnableLayer.Activate activation -> {
            state with
                Moments = TensorDual.transport activation m
                Theta = state.Theta |> Option.map (fun theta -> theta * TensorDual.slope activation m)
          }
        | LearnableLayer.LayerNorm eps ->
            let size = m.Norms * m.Norms + PolarTensor.number eps |> PolarTensor.root |> PolarTensor.nonZero

            let normed = { m with Norms = m.Norms / size }
            let divisors = { m with Norms = size }

            {
                state with
                    Moments = normed
                    Theta = state.Theta |> Option.map (fun theta -> theta / divisors.U / divisors.V)
            }
        | LearnableLayer.Residual branch ->
            let inner = through h branch state

            {
                state with
                    Moments = PolarTensor.add m inner.Moments
                    Theta = Option.map2 (+) state.Theta inner.Theta
            }

    /// K or Θ of the pairs; `h` holds the network's hyperparameters from place `first` on.
    let values
        (kind: KernelKind)
        (network: Network)
        (features: int)
        (pairs: PolarTensor)
        (first: int)
        (h: torch.Tensor)
        : torch.Tensor =
        let layers, _ = place network.Layers first

        let state =
            through h layers {
                Moments = pairs
                Theta =
                    match kind with
                    | KernelKind.Ntk -> Some(torch.zeros_like pairs.Cos)
                    | KernelKind.Nngp -> None
                Width = features
            }

        let kernel = state.Theta |> Option.defaultWith (fun () -> PolarTensor.product state.Moments)

        let factor =
            if network.Centred && kind = KernelKind.Nngp then
                0.0
            else
                network.OutputScale * network.OutputScale

        if factor = 1.0 then kernel else kernel * PolarTensor.number factor
