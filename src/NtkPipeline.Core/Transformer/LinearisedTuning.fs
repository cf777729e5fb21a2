namespace NtkPipeline.Core

open TorchSharp

/// The encoder and its head linearised in all their parameters at the pretrained ones: f(x; Δ) = f₀(x) + J(x)Δ. Its gradient by Δ is Jᵀr,
/// J at θ₀ whatever Δ is, so the same steps as those of the encoder itself can be taken in it (Lee et al. 2019, §2.2).
[<RequireQualifiedAccess>]
module LinearisedTuning =

    /// f₀ of each text, and J(x)Δ = w₀·φ̇ + ẇ·φ + ḃ.
    let private push (weights: EncoderWeights) origin (delta: Map<string, torch.Tensor>) batch =
        let ofEncoder = delta |> Map.remove TuningLayout.headWeights |> Map.remove TuningLayout.headBias

        let phi, derivative = BertTangent.push weights.Pooling weights.Shape origin ofEncoder batch

        TunableEncoder.head origin phi,
        derivative.matmul (Map.find TuningLayout.headWeights origin) + TunableEncoder.head delta phi

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
                    let f, tangent = push weights origin delta batch
                    (f + tangent).MoveToOuterDisposeScope()
            PullBack =
                fun batch ->
                    // What the derivative needs is let go before the pass begins whose activations are kept.
                    let tangent =
                        use _ = torch.NewDisposeScope()
                        use _ = torch.no_grad ()
                        (push weights origin delta batch |> snd).MoveToOuterDisposeScope()

                    let f, pull = atOrigin.PullBack batch
                    f + tangent, pull
        }
