namespace NtkPipeline.Core

open TorchSharp

/// A network linearised at θ₀, at given rows: f_lin(X; θ₀ + δ) = f(X; θ₀) + J(X) δ, with J(X) only known by its products. δ is
/// one tensor for each of `Forward.tensors`.
[<NoEquality; NoComparison>]
type Linearised = {
    /// f(X; θ₀), or what stands for it: N × outputs. 0 for a centred network.
    Start: torch.Tensor
    /// δ ↦ J(X) δ, N × outputs (jvp).
    Push: torch.Tensor[] -> torch.Tensor
    /// v ↦ J(X)ᵀ v, one tensor for each of θ's, for v of N × outputs (vjp).
    Pull: torch.Tensor -> torch.Tensor[]
}

/// Training a linearised network itself, weight by weight: the third way to what `ClosedForm` gives from an
/// eigendecomposition and `FunctionDescent` from a kernel's rows.
[<RequireQualifiedAccess>]
module Linearised =

    /// The linearisation at θ₀ = `theta`. The graph of f and that of its transposed product are built once and serve every
    /// product; their tensors belong to the caller's dispose scope. J(X) δ is the derivative by u of (J(X)ᵀ u)·δ.
    let at (network: Network) (theta: DenseParameters[]) (x: torch.Tensor) : Linearised =
        use scope = torch.NewDisposeScope()
        use _ = torch.enable_grad ()
        let leaf (t: torch.Tensor) = t.detach().clone().requires_grad_ true
        let theta = theta |> Array.map (fun layer -> { W = leaf layer.W; B = Option.map leaf layer.B })
        let leaves = Forward.tensors theta
        let f = Forward.walk network theta (fun _ _ _ z -> z) (x.detach ())
        let u = torch.zeros_like(f).requires_grad_ true

        let pulled =
            torch.autograd.grad (
                [| f |],
                leaves,
                grad_outputs = [| u |],
                retain_graph = true,
                create_graph = true
            )
            |> Seq.toArray

        for kept in Array.concat [ [| f; u |]; leaves; pulled ] do
            scope.MoveToOuter kept |> ignore

        {
            Start = (if network.Centred then torch.zeros_like f else f.detach().alias()) |> scope.MoveToOuter
            Push =
                fun delta ->
                    use _ = torch.NewDisposeScope()

                    (torch.autograd.grad (pulled, [| u |], grad_outputs = delta, retain_graph = true)
                     |> Seq.head)
                        .MoveToOuterDisposeScope()
            Pull =
                fun v ->
                    use _ = torch.NewDisposeScope()

                    torch.autograd.grad ([| f |], leaves, grad_outputs = [| v |], retain_graph = true)
                    |> Seq.map _.MoveToOuterDisposeScope()
                    |> Seq.toArray
        }

    /// δ = 0.
    let unmoved (theta: DenseParameters[]) : torch.Tensor[] =
        Forward.tensors theta |> Array.map torch.zeros_like

    /// f_lin(X; θ₀ + δ): N × outputs.
    let outputs (delta: torch.Tensor[]) (linearised: Linearised) : torch.Tensor =
        use _ = torch.NewDisposeScope()
        (linearised.Start + linearised.Push delta).MoveToOuterDisposeScope()

    /// One step of gradient descent with rate η on ½·mean((f_lin − y)²) over the rows that `batch` numbers; δ moves in place.
    /// `targets` is N × outputs.
    let step
        (rate: float)
        (targets: torch.Tensor)
        (batch: torch.Tensor)
        (delta: torch.Tensor[])
        (linearised: Linearised)
        : unit =
        use _ = torch.NewDisposeScope()
        let rows (t: torch.Tensor) = t.index_select (0L, batch)
        let residual = rows (outputs delta linearised) - rows targets
        let share = residual.mul_ ((rate / float (residual.numel ())).ToScalar())
        let spread = torch.zeros_like(linearised.Start).index_add_(0L, batch, share, 1.0.ToScalar())

        Array.iter2
            (fun (d: torch.Tensor) (g: torch.Tensor) -> d.sub_ g |> ignore)
            delta
            (linearised.Pull spread)

    /// One step for each batch.
    let descend
        (rate: float)
        (targets: torch.Tensor)
        (batches: torch.Tensor seq)
        (delta: torch.Tensor[])
        (linearised: Linearised)
        : unit =
        for batch in batches do
            step rate targets batch delta linearised
