namespace NtkPipeline.Core

open TorchSharp

/// One step on ½·mean((f − y)²) over rows b × d with targets b × 1; gives the loss before it, as a tensor, so that nothing waits
/// for it.
type TrainingStep = torch.Tensor -> torch.Tensor -> torch.Tensor

/// What training needs of a network: its live parameters, f, its steps, and its gates where it has such.
[<NoEquality; NoComparison>]
type Trainable = {
    /// The parameters of every dense layer, W and then b where there is one, input side first; moved in place.
    Layers: torch.Tensor[][]
    /// f at rows n × d: n × 1.
    Outputs: torch.Tensor -> torch.Tensor
    /// Begins training by an optimiser at this η (or s). What the steps remember belongs to the caller's dispose scope.
    Begin: Optimiser -> float -> TrainingStep
    /// Which units are on at rows n × d; none where no activation of the network has a kink to count.
    Gates: (torch.Tensor -> torch.Tensor) option
    /// What every activation gives at rows n × d, n × its units, input side first; each up to a constant factor, which no relative
    /// movement sees.
    Features: torch.Tensor -> torch.Tensor[]
}

[<RequireQualifiedAccess>]
module Trainable =

    /// Steps of any optimiser from a function that gives loss and gradients.
    let private byGradients gradient (parameters: torch.Tensor[]) optimiser rate : TrainingStep =
        let move = GradientSteps.start optimiser rate parameters

        fun x y ->
            use _ = torch.NewDisposeScope()
            let (loss: torch.Tensor, gradients) = gradient x y
            move gradients
            loss.MoveToOuterDisposeScope()

    /// Plain descent needs no gradient of its own: layers are moved as the pass comes by.
    let ofReluStack (stack: ReluStack) : Trainable =
        let start optimiser rate : TrainingStep =
            match optimiser with
            | Optimiser.Descent -> fun x y -> ReluStack.step rate x y stack
            | Optimiser.Momentum _
            | Optimiser.Adam _
            | Optimiser.SignDescent ->
                byGradients (fun x y -> ReluStack.gradient x y stack) stack.Weights optimiser rate

        {
            Layers = stack.Weights |> Array.map Array.singleton
            Outputs = fun x -> ReluStack.outputs x stack
            Begin = start
            Gates = Some(fun x -> ReluStack.gates x stack)
            Features = fun x -> ReluStack.features x stack
        }

    let ofGradientStack (stack: GradientStack) : Trainable = {
        Layers = stack.Theta |> Array.map (fun layer -> Forward.tensors [| layer |])
        Outputs = fun x -> GradientStack.outputs x stack
        Begin = byGradients (fun x y -> GradientStack.gradient x y stack) (Forward.tensors stack.Theta)
        Gates = GradientStack.gates stack
        Features = fun x -> GradientStack.features x stack
    }

    /// α times a network that is not centred, sharing its parameters: by hand-written passes where it is a stack of ReLU layers
    /// without biases, else by AD. The two are equal where both exist.
    let ofNetwork (network: Network) (theta: DenseParameters[]) (outputScale: float) : Trainable =
        if ReluStack.fits network then
            ReluStack.ofNetwork network theta outputScale |> ofReluStack
        else
            ofGradientStack { Network = network; Theta = theta; Scale = outputScale }
