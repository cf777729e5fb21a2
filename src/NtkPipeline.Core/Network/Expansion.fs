namespace NtkPipeline.Core

open TorchSharp

/// A network's Taylor expansion about θ₀. Of order 1 it is the linearised network,
///     f_lin(x; θ) = f(x; θ₀) + ∂f/∂θ(x; θ₀)·(θ − θ₀),
/// whose tangent kernel is that of f at θ₀, whatever θ.
[<RequireQualifiedAccess>]
module Expansion =

    /// θ₀ + t·(θ − θ₀).
    let private along
        (origin: DenseParameters[])
        (theta: DenseParameters[])
        (t: torch.Tensor)
        : DenseParameters[] =
        let between (a: torch.Tensor) (b: torch.Tensor) = a.add (b.sub(a).mul t)

        (origin, theta) ||> Array.map2 (fun a b -> { W = between a.W b.W; B = Option.map2 between a.B b.B })

    /// The expansion's terms at θ for the rows of x: 1/i!·dⁱ/dtⁱ f(x; θ₀ + t(θ − θ₀)) at t = 0, for i from 0 to `order`.
    let terms
        (order: int)
        (network: Network)
        (origin: DenseParameters[])
        (theta: DenseParameters[])
        (x: torch.Tensor)
        : torch.Tensor[] =
        use _ = torch.NewDisposeScope()
        let zero = torch.zeros ([||], dtype = x.dtype, device = x.device)
        let f t = Forward.applyFrom network origin (along origin theta t) x

        let term i =
            let factorial = Seq.fold (fun product k -> product * float k) 1.0 (seq { 1..i })
            (Differentiate.diffn i f zero).div(factorial.ToScalar()).MoveToOuterDisposeScope()

        Array.init (order + 1) term

    /// The expansion of order k at θ: the sum of its terms up to k. It is differentiable by θ, so it can be trained.
    let taylor
        (order: int)
        (network: Network)
        (origin: DenseParameters[])
        (theta: DenseParameters[])
        (x: torch.Tensor)
        : torch.Tensor =
        use _ = torch.NewDisposeScope()

        (terms order network origin theta x |> Array.reduce (fun a b -> a.add b)).MoveToOuterDisposeScope()

    /// f_lin(x; θ): the expansion of order 1.
    let linearised network origin theta x : torch.Tensor = taylor 1 network origin theta x
