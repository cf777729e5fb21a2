namespace NtkPipeline.Core

open TorchSharp

/// A bias-free ReLU network with one output, f(x) = c · W_L relu(W_{L−1} … relu(W₁ x)), whose weights (fan-out × fan-in, input
/// side first) are live tensors that descent moves in place. Since relu(s z) = s relu(z) for s > 0, the factors 1/√fan_in of
/// every layer, and the output scale α, stand together in front: c = α Π σ_w/√fan_in.
[<NoEquality; NoComparison>]
type ReluStack = { Scale: float; Weights: torch.Tensor[] }

[<RequireQualifiedAccess>]
module ReluStack =

    /// Whether a network is `dense | relu | … | dense 1` without biases, and not centred.
    let fits (network: Network) : bool =
        let rec alternates (layers: Layer list) =
            match layers with
            | [ Dense(width, prior) ] -> width = Width.one && not prior.HasBias
            | Dense(_, prior) :: Activate activation :: above ->
                activation = Relu.activation && not prior.HasBias && alternates above
            | _ -> false

        alternates network.Layers && not network.Centred

    /// The network as a stack that shares its weights: whoever moves the one moves the other. α is the network's own output
    /// scale times `outputScale`. A network that is not `dense | relu | … | dense 1` without biases, or that is centred (the
    /// stack knows no θ₀; those who follow it take the first outputs away), is a bug of the caller.
    let ofNetwork (network: Network) (theta: DenseParameters[]) (outputScale: float) : ReluStack =
        if not (fits network) then
            invalidArg
                (nameof network)
                $"%s{NetworkText.print network} is not an uncentred, bias-free stack of ReLU layers with one output"

        let priors =
            network.Layers
            |> List.choose (function
                | Dense(_, prior) -> Some prior
                | _ -> None)

        let weights = theta |> Array.map _.W

        let factors =
            Seq.map2
                (fun prior (w: torch.Tensor) ->
                    let struct (weight, _) = Forward.scales prior (int w.shape[1]) in weight)
                priors
                weights

        {
            Scale = Seq.fold (*) (outputScale * network.OutputScale) factors
            Weights = weights
        }

    /// Rows that one pass takes at a time, which bounds its memory to this many rows × the widest layer.
    let private block = 1024L

    /// x, then what every ReLU gives. All but x are new tensors.
    let private activations (x: torch.Tensor) (stack: ReluStack) =
        stack.Weights[.. stack.Weights.Length - 2]
        |> Array.scan (fun (below: torch.Tensor) weights -> below.mm(weights.t ()).relu_()) x

    /// f at the rows of `x`, n × 1, given the last activations.
    let private output (last: torch.Tensor) (stack: ReluStack) =
        last.mm((Array.last stack.Weights).t()).mul_(stack.Scale.ToScalar())

    let private inBlocks (rows: torch.Tensor -> torch.Tensor) (x: torch.Tensor) =
        torch.cat [|
            for start in 0L .. block .. max 0L (x.shape[0] - 1L) do
                use _ = torch.NewDisposeScope()
                rows(x.narrow (0L, start, min block (x.shape[0] - start))).MoveToOuterDisposeScope()
        |]

    /// f at the rows of `x`: n × 1.
    let outputs (x: torch.Tensor) (stack: ReluStack) : torch.Tensor =
        use _ = torch.NewDisposeScope()

        (x |> inBlocks (fun rows -> output (activations rows stack |> Array.last) stack))
            .MoveToOuterDisposeScope()

    /// Which units of every hidden layer, side by side, are on (> 0) at the rows of `x`: n × number of hidden units.
    let gates (x: torch.Tensor) (stack: ReluStack) : torch.Tensor =
        use _ = torch.NewDisposeScope()

        let ofRows rows =
            let hidden = (activations rows stack)[1..]
            torch.cat (hidden |> Array.map (fun a -> a.gt (0.0.ToScalar())), 1L)

        (inBlocks ofRows x).MoveToOuterDisposeScope()

    /// What every ReLU gives at the rows of `x`, without the factors 1/√fan_in of the layers below it: n × units, input
    /// side first.
    let features (x: torch.Tensor) (stack: ReluStack) : torch.Tensor[] =
        use scope = torch.NewDisposeScope()

        let blocks = [|
            for start in 0L .. block .. max 0L (x.shape[0] - 1L) do
                (activations (x.narrow (0L, start, min block (x.shape[0] - start))) stack)[1..]
        |]

        Array.transpose blocks |> Array.map (fun layer -> torch.cat (layer, 0L) |> scope.MoveToOuter)

    /// The gradient by one layer's weights: a matrix, or δᵀ a, the product of which is left to whoever needs it.
    [<RequireQualifiedAccess; NoEquality; NoComparison>]
    type private LayerGradient =
        | Whole of torch.Tensor
        | Product of delta: torch.Tensor * inputs: torch.Tensor

    /// Tells δ_lᵀ a_l for hidden layer l and all below, and what each δ is: δ_{l−1} = 1[a_l > 0] ∘ (δ_l W_l).
    let rec private descend tell (inputs: torch.Tensor[]) (stack: ReluStack) layer (delta: torch.Tensor) =
        // Before the weights move.
        let below = if layer = 0 then None else Some(delta.mm stack.Weights[layer])
        tell layer (LayerGradient.Product(delta, inputs[layer]))

        match below with
        | Some product -> descend tell inputs stack (layer - 1) (inputs[layer].sign_().mul_ product)
        | None -> ()

    /// `factor` times the gradient of ½·mean((f − y)²) over a batch, told layer by layer; once it is told, a layer's weights may be
    /// moved. Gives the loss.
    ///
    /// With a_l what layer l is given, w the last layer's weights and r = c · factor · (f − y)/b, the gradient of w is rᵀ a_L. That of
    /// the layer below it is ((1[a_L > 0] ∘ r wᵀ)ᵀ a_{L−1} = w ∘ (1[a_L > 0]ᵀ (r ∘ a_{L−1})): r and w scale the small factor and the
    /// small result, so that the large matrix between them, b × m, is passed over three times only: relu, output, gates.
    let private backward factor (x: torch.Tensor) (y: torch.Tensor) (stack: ReluStack) tell : torch.Tensor =
        let inputs = activations x stack
        let top = stack.Weights.Length - 1
        let last, output' = stack.Weights[top], Array.last inputs
        let residual = (output output' stack).sub_ y
        let loss = residual.square().mean().mul(0.5.ToScalar())
        let share = residual.mul_ ((factor * stack.Scale / float x.shape[0]).ToScalar())
        let ofLast = share.t().mm output'

        if top = 1 then
            let product = output'.sign_().t().mm(share.mul inputs[0])
            tell 0 (LayerGradient.Whole(product.mul_ (last.t ())))
        elif top > 1 then
            descend tell inputs stack (top - 1) (output'.sign_().mul_(share).mul_ last)

        tell top (LayerGradient.Whole ofLast)
        loss

    /// One step of gradient descent on ½·mean((f − y)²) over a batch: θ ← θ − η ∇θ, without the gradient of every layer being
    /// formed. `x` is b × d, `y` b × 1. Gives the loss before the step, as a tensor, so that nothing waits for it.
    let step (rate: float) (x: torch.Tensor) (y: torch.Tensor) (stack: ReluStack) : torch.Tensor =
        use _ = torch.NewDisposeScope()

        let move layer gradient =
            match gradient with
            | LayerGradient.Whole gradient -> stack.Weights[layer].sub_ gradient |> ignore
            | LayerGradient.Product(delta, inputs) ->
                stack.Weights[layer].addmm_(delta.t (), inputs, 1.0f, -1.0f) |> ignore

        (backward rate x y stack move).MoveToOuterDisposeScope()

    /// The loss ½·mean((f − y)²) over a batch, and its gradient by every layer's weights.
    let gradient (x: torch.Tensor) (y: torch.Tensor) (stack: ReluStack) : torch.Tensor * torch.Tensor[] =
        use _ = torch.NewDisposeScope()
        let found = stack.Weights |> Array.map id

        let keep layer gradient =
            found[layer] <-
                match gradient with
                | LayerGradient.Whole gradient -> gradient
                | LayerGradient.Product(delta, inputs) -> delta.t().mm inputs

        let loss = backward 1.0 x y stack keep
        loss.MoveToOuterDisposeScope(), found |> Array.map _.MoveToOuterDisposeScope()
