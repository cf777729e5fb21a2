namespace NtkPipeline.Core

open TorchSharp

/// The tangent kernel of one finite network, Θ̂(x, z) = ∇θ f(x) · ∇θ f(z), exact by automatic differentiation. With
/// several outputs it is the mean over them, (1/O)·Σ_o ∇θ f_o(x) · ∇θ f_o(z), whose limit is the analytic kernel.
[<RequireQualifiedAccess>]
module EmpiricalNtk =

    /// ∂f_o(xᵢ)/∂θ: one row an input (and, within an input, an output), one column a parameter in the order of
    /// `Forward.tensors`. One backward pass a row and a matrix of N·O × P: obviously right, and the oracle of the others.
    let jacobian (network: Network) (theta: DenseParameters[]) (x: torch.Tensor) : torch.Tensor =
        use _ = torch.NewDisposeScope()
        use _ = torch.enable_grad ()
        let leaf (t: torch.Tensor) = t.detach().requires_grad_ true
        let theta = theta |> Array.map (fun layer -> { W = leaf layer.W; B = Option.map leaf layer.B })
        let leaves = Forward.tensors theta
        let y = (Forward.walk network theta (fun _ _ _ z -> z) (x.detach ())).reshape(-1L)
        let parameters = leaves |> Array.sumBy (fun leaf -> leaf.numel ())
        let result = torch.empty ([| y.shape[0]; parameters |], dtype = y.dtype, device = y.device)

        for i in 0L .. y.shape[0] - 1L do
            use _ = torch.NewDisposeScope()

            let gradient =
                torch.autograd.grad ([| y[i] |], leaves, retain_graph = true)
                |> Seq.map _.reshape(-1L)
                |> Seq.toArray
                |> torch.cat

            result[i].copy_ gradient |> ignore

        result.MoveToOuterDisposeScope()

    /// One backward pass for the batch: what `StructuredGram` needs.
    let trace (network: Network) (theta: DenseParameters[]) (x: torch.Tensor) : LayerTrace[] =
        LayerTrace.ofNetwork network theta x

    /// Θ̂ of the rows of x with those of z, or with themselves (both halves written from one), by the structured method.
    let gram
        (network: Network)
        (theta: DenseParameters[])
        (x: torch.Tensor)
        (z: torch.Tensor option)
        : torch.Tensor =
        use _ = torch.NewDisposeScope()
        let left = trace network theta x
        let columns = (defaultArg z x).shape[0]
        let result = torch.empty ([| x.shape[0]; columns |], dtype = x.dtype, device = x.device)

        match z with
        | None -> StructuredGram.fillSymmetric left result
        | Some z -> StructuredGram.fillBetween left (trace network theta z) result

        result.MoveToOuterDisposeScope()
