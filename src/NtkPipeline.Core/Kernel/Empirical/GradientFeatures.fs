namespace NtkPipeline.Core

open TorchSharp

/// Rows as a finite network sees them before it is trained: linear regression on these features is what its last layer alone, or the
/// linearised network, can learn.
[<RequireQualifiedAccess>]
module GradientFeatures =

    let private ofLayer (trace: LayerTrace) =
        let rows = trace.Input.shape[0]

        let weights =
            trace.Delta
                .unsqueeze(2L)
                .mul(trace.Input.unsqueeze 1L)
                .reshape(rows, -1L)
                .mul(sqrt(trace.WeightScale).ToScalar())

        if trace.BiasScale = 0.0 then
            [| weights |]
        else
            [| weights; trace.Delta.mul (sqrt(trace.BiasScale).ToScalar()) |]

    /// J(X) = ∂f(xᵢ)/∂θ of a network with one output, N × P, in the order of `Forward.tensors`; Θ̂₀ = J Jᵀ. One pass for all rows: the
    /// gradient by a layer's weights is δ ⊗ a.
    let tangent (network: Network) (theta: DenseParameters[]) (x: torch.Tensor) : torch.Tensor =
        use _ = torch.NewDisposeScope()

        (EmpiricalNtk.trace network theta x |> Array.collect ofLayer |> fun parts -> torch.cat (parts, 1L))
            .MoveToOuterDisposeScope()

    /// What the last layer is given, times its σ_w/√fan_in, N × m: for f(x) = (1/√m) W₂ φ(W₁x/√d) the random features φ(W₁x/√d)/√m, whose
    /// kernel tends to K, that of the wide network's last layer.
    let last (network: Network) (theta: DenseParameters[]) (x: torch.Tensor) : torch.Tensor =
        use _ = torch.NewDisposeScope()
        let trace = EmpiricalNtk.trace network theta x |> Array.last
        trace.Input.mul(sqrt(trace.WeightScale).ToScalar()).MoveToOuterDisposeScope()
