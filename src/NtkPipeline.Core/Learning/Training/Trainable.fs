namespace NtkPipeline.Core

open TorchSharp

/// What training needs of a network: its live parameters, f, one step of descent, and its gates where it has such.
[<NoEquality; NoComparison>]
type Trainable = {
    /// The parameters of every dense layer, W and then b where there is one, input side first; moved in place.
    Layers: torch.Tensor[][]
    /// f at rows n × d: n × 1.
    Outputs: torch.Tensor -> torch.Tensor
    /// One step of gradient descent on ½·mean((f − y)²) at this η on rows b × d with targets b × 1; gives the loss before it.
    Step: float -> torch.Tensor -> torch.Tensor -> torch.Tensor
    /// Which units are on at rows n × d; none where no activation of the network has a kink to count.
    Gates: (torch.Tensor -> torch.Tensor) option
}

[<RequireQualifiedAccess>]
module Trainable =

    let ofReluStack (stack: ReluStack) : Trainable = {
        Layers = stack.Weights |> Array.map Array.singleton
        Outputs = fun x -> ReluStack.outputs x stack
        Step = fun rate x y -> ReluStack.step rate x y stack
        Gates = Some(fun x -> ReluStack.gates x stack)
    }

    let ofGradientStack (stack: GradientStack) : Trainable = {
        Layers = stack.Theta |> Array.map (fun layer -> Forward.tensors [| layer |])
        Outputs = fun x -> GradientStack.outputs x stack
        Step = fun rate x y -> GradientStack.step rate x y stack
        Gates = GradientStack.gates stack
    }

    /// α times a network that is not centred, sharing its parameters: by hand-written passes where it is a stack of ReLU layers
    /// without biases, else by AD. The two are equal where both exist.
    let ofNetwork (network: Network) (theta: DenseParameters[]) (outputScale: float) : Trainable =
        if ReluStack.fits network then
            ReluStack.ofNetwork network theta outputScale |> ofReluStack
        else
            ofGradientStack { Network = network; Theta = theta; Scale = outputScale }
