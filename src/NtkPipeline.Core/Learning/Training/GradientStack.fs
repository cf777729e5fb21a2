namespace NtkPipeline.Core

open TorchSharp

/// Any network with one output, over rows or texts, not centred, whose live parameters are moved in place by gradients: one backward pass of AD a step.
[<NoEquality; NoComparison>]
type GradientStack = {
    Network: Network
    /// Shares its tensors with whoever made them.
    Theta: DenseParameters[]
    /// α, times the network's own output scale.
    Scale: float
}

[<RequireQualifiedAccess>]
module GradientStack =

    /// Rows that one pass takes at a time, which bounds its memory.
    let private block = 1024L

    let private inBlocks (rows: torch.Tensor -> torch.Tensor) (x: torch.Tensor) =
        use _ = torch.NewDisposeScope()
        use _ = torch.no_grad ()

        (torch.cat [|
            for start in 0L .. block .. max 0L (x.shape[0] - 1L) do
                use _ = torch.NewDisposeScope()
                rows(x.narrow (0L, start, min block (x.shape[0] - start))).MoveToOuterDisposeScope()
        |])
            .MoveToOuterDisposeScope()

    let private output stack (theta: DenseParameters[]) (x: torch.Tensor) =
        (Forward.walk stack.Network theta (fun _ _ _ z -> z) x).mul(stack.Scale.ToScalar())

    /// f at the rows of `x`: n × 1.
    let outputs (x: torch.Tensor) (stack: GradientStack) : torch.Tensor =
        x |> inBlocks (output stack stack.Theta)

    /// Activations that have gates: linear on either side of 0, and not the same there.
    let private hasGates (activation: Activation) =
        match Activation.linearPieces activation with
        | ValueSome(struct (right, left)) -> right <> left
        | ValueNone -> false

    /// Which units stand above 0 where a piecewise linear activation is given them, layer beside layer, n × number of such units;
    /// none where the network has no such activation.
    let gates (stack: GradientStack) : (torch.Tensor -> torch.Tensor) option =
        let rec any (layers: Layer list) =
            layers
            |> List.exists (function
                | Activate activation -> hasGates activation
                | Residual branch -> any branch
                | Dense _
                | LayerNorm _
                | Tokens _ -> false)

        let ofRows x =
            let found = ResizeArray<torch.Tensor>()

            let see activation (z: torch.Tensor) =
                if hasGates activation then
                    // At all places of a text, beside each other.
                    found.Add(z.gt(0.0.ToScalar()).flatten 1L)

            Forward.walkTelling see stack.Network stack.Theta (fun _ _ _ z -> z) x |> ignore
            torch.cat (found.ToArray(), 1L)

        if any stack.Network.Layers then Some(inBlocks ofRows) else None

    /// What every activation gives at the rows of `x`: n × its units, in the order of the text.
    let features (x: torch.Tensor) (stack: GradientStack) : torch.Tensor[] =
        use scope = torch.NewDisposeScope()
        use _ = torch.no_grad ()
        let found = ResizeArray<torch.Tensor>()
        let see activation (z: torch.Tensor) = found.Add(Activation.apply activation z)
        Forward.walkTelling see stack.Network stack.Theta (fun _ _ _ z -> z) x |> ignore
        found.ToArray() |> Array.map scope.MoveToOuter

    /// The loss ½·mean((f − y)²) over a batch, as a tensor, so that nothing waits for it, and its gradient by every tensor of
    /// `Forward.tensors`. `x` is b × d, `y` b × 1.
    let gradient (x: torch.Tensor) (y: torch.Tensor) (stack: GradientStack) : torch.Tensor * torch.Tensor[] =
        use _ = torch.NewDisposeScope()
        use _ = torch.enable_grad ()
        let leaf (t: torch.Tensor) = t.detach().requires_grad_ true

        let theta = stack.Theta |> Array.map (fun layer -> { W = leaf layer.W; B = Option.map leaf layer.B })
        let loss = (output stack theta x).sub(y).square().mean().mul(0.5.ToScalar())
        let gradients = torch.autograd.grad ([| loss |], Forward.tensors theta)

        loss.detach().MoveToOuterDisposeScope(),
        gradients |> Seq.map _.MoveToOuterDisposeScope() |> Array.ofSeq
