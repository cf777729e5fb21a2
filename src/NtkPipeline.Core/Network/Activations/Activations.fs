namespace NtkPipeline.Core

/// All activations there are: the parser knows these names, and tests range over them.
[<RequireQualifiedAccess>]
module Activations =

    let all: ActivationEntry list = [
        Relu.entry
        LeakyRelu.entry
        SquaredRelu.entry
        Abs.entry
        Erf.entry
        Gelu.entry
        Sin.entry
        Cos.entry
        Gaussian.entry
        Rbf.entry
        ExpNormalised.entry
        Identity.entry
        Monomial.entry
        Tanh.entry
        Softplus.entry
        Silu.entry
        Logistic.entry
    ]

    /// One of each name.
    let examples: Activation list =
        all
        |> List.map (fun entry ->
            match entry with
            | Plain activation
            | OfReal(_, activation, _)
            | OfWhole(_, activation, _) -> activation)
