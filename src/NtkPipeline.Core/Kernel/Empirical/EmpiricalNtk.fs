namespace NtkPipeline.Core

open TorchSharp

/// The tangent kernel of one finite network, Θ̂(x, z) = ∇θ f(x) · ∇θ f(z), exact by automatic differentiation, in three
/// ways that agree. With several outputs it is the mean over them, (1/O)·Σ_o ∇θ f_o(x) · ∇θ f_o(z), whose limit is the
/// analytic kernel.
[<RequireQualifiedAccess>]
module EmpiricalNtk =

    let private leavesOf (theta: DenseParameters[]) : DenseParameters[] =
        let leaf (t: torch.Tensor) = t.detach().requires_grad_ true
        theta |> Array.map (fun layer -> { W = leaf layer.W; B = Option.map leaf layer.B })

    /// But for the constant of a centred network, which has no derivative.
    let private outputsOf network theta (x: torch.Tensor) : torch.Tensor =
        Forward.walk network theta (fun _ _ _ z -> z) (x.detach ())

    /// ∂f_o(xᵢ)/∂θ: one row an input (and, within an input, an output), one column a parameter in the order of
    /// `Forward.tensors`. One backward pass a row and a matrix of N·O × P: obviously right, and the oracle of the others.
    let jacobian (network: Network) (theta: DenseParameters[]) (x: torch.Tensor) : torch.Tensor =
        use _ = torch.NewDisposeScope()
        use _ = torch.enable_grad ()
        let theta = leavesOf theta
        let leaves = Forward.tensors theta
        let y = (outputsOf network theta x).reshape -1L
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

    /// Θ̂ by its definition: J(X) J(Z)ᵀ, over the number of outputs.
    let contraction
        (network: Network)
        (theta: DenseParameters[])
        (x: torch.Tensor)
        (z: torch.Tensor option)
        : torch.Tensor =
        use _ = torch.NewDisposeScope()
        let outputs = float (Network.outputs network)
        // The rows of one input's outputs stand side by side: their products add up.
        let rows (x: torch.Tensor) = (jacobian network theta x).reshape(x.shape[0], -1L)
        let left = rows x
        let right = z |> Option.map rows |> Option.defaultValue left
        (left.mm (right.t ())).div_(outputs.ToScalar()).MoveToOuterDisposeScope()

    /// `product` by the parameters of one dense layer alone, or of all.
    let productOf
        (layer: int option)
        (network: Network)
        (theta: DenseParameters[])
        (x: torch.Tensor)
        (z: torch.Tensor)
        : torch.Tensor -> torch.Tensor =
        use scope = torch.NewDisposeScope()
        use _ = torch.enable_grad ()
        let theta = leavesOf theta

        let leaves =
            match layer with
            | Some k -> Forward.tensors [| theta[k] |]
            | None -> Forward.tensors theta

        let left, right = outputsOf network theta x, outputsOf network theta z
        // uᵀ·J(X) as a function linear in u, whose derivative by u along w is J(X)·w.
        let u = torch.zeros_like(left).requires_grad_ true

        let pulled =
            torch.autograd.grad (
                [| left |],
                leaves,
                grad_outputs = [| u |],
                retain_graph = true,
                create_graph = true
            )
            |> Seq.toArray

        for kept in Array.append [| u; right |] (Array.append leaves pulled) do
            scope.MoveToOuter kept |> ignore

        fun v ->
            use _ = torch.NewDisposeScope()

            let direction =
                torch.autograd.grad ([| right |], leaves, grad_outputs = [| v |], retain_graph = true)
                |> Seq.toArray

            let result =
                torch.autograd.grad (pulled, [| u |], grad_outputs = direction, retain_graph = true)
                |> Seq.head

            result.MoveToOuterDisposeScope()

    /// Multiplies by the kernel between two sets of rows without forming it, v ↦ J(X) (J(Z)ᵀ v): one vector–Jacobian and one
    /// Jacobian–vector product. v is M × O and the result N × O, over all pairs of outputs; nothing is averaged. The graphs
    /// of both sets are built once and serve every v.
    let product
        (network: Network)
        (theta: DenseParameters[])
        (x: torch.Tensor)
        (z: torch.Tensor)
        : torch.Tensor -> torch.Tensor =
        productOf None network theta x z

    /// Θ̂ by kernel–vector products, a column of every output at a time.
    let byProducts
        (network: Network)
        (theta: DenseParameters[])
        (x: torch.Tensor)
        (z: torch.Tensor option)
        : torch.Tensor =
        use _ = torch.NewDisposeScope()
        let z = defaultArg z x
        let multiply = product network theta x z
        let rows, columns, outputs = x.shape[0], z.shape[0], int64 (Network.outputs network)
        let result = torch.zeros ([| rows; columns |], dtype = x.dtype, device = x.device)

        for j in 0L .. columns - 1L do
            for o in 0L .. outputs - 1L do
                use _ = torch.NewDisposeScope()
                let unit = torch.zeros ([| columns; outputs |], dtype = x.dtype, device = x.device)
                unit[j, o] <- torch.ones ([||], dtype = x.dtype, device = x.device)
                result.select(1, j).add_((multiply unit).select(1, o)) |> ignore

        result.div_((float outputs).ToScalar()).MoveToOuterDisposeScope()

    /// One backward pass for the batch: what `StructuredGram` needs.
    let trace (network: Network) (theta: DenseParameters[]) (x: torch.Tensor) : LayerTrace[] =
        LayerTrace.ofNetwork network theta x

    /// Each dense layer's part of Θ̂ of the rows with themselves, in the order of the parameters: what is left of Θ̂ where that
    /// layer's alone are trained. They add up to `gram`, bit by bit if they are added in their order.
    let parts (network: Network) (theta: DenseParameters[]) (x: torch.Tensor) : torch.Tensor[] =
        use scope = torch.NewDisposeScope()

        trace network theta x
        |> Array.map (fun layer ->
            let part = torch.empty ([| x.shape[0]; x.shape[0] |], dtype = x.dtype, device = x.device)
            TokenGram.fillSymmetric [| layer |] part
            scope.MoveToOuter part)

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
        | None -> TokenGram.fillSymmetric left result
        | Some z -> TokenGram.fillBetween left (trace network theta z) result

        result.MoveToOuterDisposeScope()
