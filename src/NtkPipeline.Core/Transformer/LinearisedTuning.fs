namespace NtkPipeline.Core

open TorchSharp

/// The encoder and its head linearised in all their parameters at the pretrained ones: f(x; Δ) = f₀(x) + J(x)Δ. Its gradient by Δ is Jᵀr,
/// J at θ₀ whatever Δ is, so the same steps as those of the encoder itself can be taken in it. (Lee et al. 2019, §2.2.)
[<RequireQualifiedAccess>]
module LinearisedTuning =

    /// φ of each text and its derivative along Δ: φ's derivative by u of uᵀ∂φ/∂θ·Δ, by two reverse passes.
    let private push (weights: EncoderWeights) (origin: Map<string, torch.Tensor>) directions batch =
        use _ = torch.NewDisposeScope()
        use _ = torch.enable_grad ()
        let names = EncoderShape.parameters weights.Shape |> List.map fst |> Array.ofList

        let leaves =
            names |> Array.map (fun name -> name, origin[name].detach().requires_grad_ true) |> Map.ofArray

        let phi =
            BertEncoder.embed weights.Pooling weights.Shape (BertEncoder.layers weights.Shape leaves) batch

        let u = torch.zeros_like(phi).requires_grad_ true

        let slopes =
            torch.autograd.grad (
                [| phi |],
                names |> Array.map (fun name -> leaves[name]),
                [| u |],
                create_graph = true
            )

        let along =
            Seq.map2
                (fun name (slope: torch.Tensor) ->
                    (slope * (directions: Map<string, torch.Tensor>)[name]).sum())
                names
                slopes
            |> Seq.reduce (fun a b -> a + b)

        let derivative = torch.autograd.grad ([| along |], [| u |]) |> Seq.head
        phi.detach().MoveToOuterDisposeScope(), derivative.detach().MoveToOuterDisposeScope()

    /// J(x)Δ of each text: w₀·φ̇ + ẇ·φ + ḃ.
    let private tangent weights (origin: Map<string, torch.Tensor>) (delta: Map<string, torch.Tensor>) batch =
        let phi, derivative = push weights origin delta batch
        derivative.matmul origin[TuningLayout.headWeights] + TunableEncoder.head delta phi

    /// f of the numbers Δ around the parameters θ₀, head included.
    let tunable
        (weights: EncoderWeights)
        (origin: Map<string, torch.Tensor>)
        (delta: Map<string, torch.Tensor>)
        : Tunable =
        let atOrigin = TunableEncoder.full weights origin

        {
            Outputs =
                fun batch ->
                    use _ = torch.NewDisposeScope()
                    use _ = torch.no_grad ()

                    (atOrigin.Outputs batch + tangent weights origin delta batch).MoveToOuterDisposeScope()
            PullBack =
                fun batch ->
                    let f, pull = atOrigin.PullBack batch
                    f + tangent weights origin delta batch, pull
        }
