namespace NtkPipeline.Core

open TorchSharp

/// One network that learns task after task, by full-batch steps on ½·mean((f − y)²), always from weights that are given to it. Rows are
/// numbers of `Rows`.
[<NoEquality; NoComparison>]
type TaskNetwork = {
    /// Moved in place.
    Network: Trainable
    /// As the network sees them, n × d.
    Rows: torch.Tensor
    /// What is taken from f: f(·; θ₀) where the network is centred, else 0; n × 1.
    Offset: torch.Tensor
    /// η (or s) of some rows.
    Rate: int[] -> float
    Optimiser: Optimiser
}

[<RequireQualifiedAccess>]
module TaskNetwork =

    /// A network with these parameters, that moves them. `rate` is in the optimiser's unit; `largest` gives Λ_max of some rows' kernel.
    let create
        (spec: RunSpec)
        (theta: DenseParameters[])
        (rows: torch.Tensor)
        (largest: int[] -> float)
        : TaskNetwork =
        let network = RunSpec.network spec
        let trainable = Trainable.ofNetwork network theta spec.Architecture.OutputScale
        let start = trainable.Outputs rows
        let parameters = ParameterStep.length (int rows.shape[1]) network

        {
            Network = trainable
            Rows = rows
            Offset = if spec.Architecture.Centred then start else torch.zeros_like start
            Rate =
                fun chosen ->
                    Optimiser.resolve (largest chosen) chosen.Length parameters spec.Rate spec.Optimiser
            Optimiser = spec.Optimiser
        }

    /// A copy of the weights as they are. It belongs to the caller's dispose scope.
    let weights (network: TaskNetwork) : torch.Tensor[][] =
        network.Network.Layers |> Array.map (Array.map _.clone())

    /// Takes the network back to weights that it had.
    let restore (weights: torch.Tensor[][]) (network: TaskNetwork) : unit =
        for source, target in Seq.zip (Seq.concat weights) (Seq.concat network.Network.Layers) do
            target.copy_ source |> ignore

    let private index (network: TaskNetwork) (rows: int[]) =
        torch.tensor (rows |> Array.map int64, device = network.Rows.device)

    /// f at some rows.
    let outputs (rows: int[]) (network: TaskNetwork) : float[] =
        use _ = torch.NewDisposeScope()
        let chosen = index network rows

        network.Network.Outputs(network.Rows.index_select (0L, chosen))
        - network.Offset.index_select (0L, chosen)
        |> Tensors.toArray64

    /// So many steps on some rows, from the weights as they are.
    let learn (steps: int) (rows: int[]) (targets: float[]) (network: TaskNetwork) : unit =
        use _ = torch.NewDisposeScope()
        let chosen = index network rows
        let x, offset = network.Rows.index_select (0L, chosen), network.Offset.index_select (0L, chosen)
        let y = (Tensors.ofArray64 targets).reshape(-1L, 1L).``to``(x.dtype).``to``(x.device)
        let step = network.Network.Begin network.Optimiser (network.Rate rows)
        let goal = y + offset

        for _ in 1..steps do
            use _ = torch.NewDisposeScope()
            step x goal |> ignore
