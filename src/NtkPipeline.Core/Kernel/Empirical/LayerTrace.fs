namespace NtkPipeline.Core

open TorchSharp

/// One linear map, as a dense layer is, as the structured kernel sees it: at rows, or at tokens. With O > 1 outputs, `Delta` holds the O blocks ∂f_o/∂z side by side,
/// each over √O, so that δδᵀ is their mean.
[<NoComparison; ReferenceEquality>]
type LayerTrace = {
    /// a, the map's input: N × fan_in, or N × T × fan_in at tokens.
    Input: torch.Tensor
    /// δ = ∂f/∂z: N × width (· outputs), or N × T × width (· outputs).
    Delta: torch.Tensor
    /// σ_w²/fan_in; 1 in the standard parameterisation.
    WeightScale: float
    /// σ_b², 1 in the standard parameterisation, 0 where there is no bias.
    BiasScale: float
}

[<RequireQualifiedAccess>]
module LayerTrace =

    let private collect
        (divisor: int64 -> float)
        (network: Network)
        (theta: DenseParameters[])
        (x: torch.Tensor)
        =
        use scope = torch.NewDisposeScope()
        use _ = torch.enable_grad ()

        let theta =
            theta |> Array.map (fun layer -> { W = layer.W.detach (); B = layer.B |> Option.map _.detach() })

        let inputs = ResizeArray<torch.Tensor>()
        let outputs = ResizeArray<torch.Tensor>()
        let scales = ResizeArray<struct (float * float)>()

        let onDense _ (prior: Prior) (a: torch.Tensor) (z: torch.Tensor) =
            // The first layer's z hangs on nothing that needs a gradient: the graph begins there.
            let z = if z.requires_grad then z else z.requires_grad_ true
            inputs.Add a
            outputs.Add z
            scales.Add(Forward.scales prior (int a.shape[int (a.dim ()) - 1]))
            z

        let y = Forward.walk network theta onDense (x.detach().clone())
        // Outputs at each token are outputs beside each other.
        let y = if y.dim () = 3L then y.reshape (y.shape[0], y.shape[1] * y.shape[2]) else y
        let count = y.shape[1]

        // By layer: the gradients of each output.
        let gradients = [|
            for o in 0L .. count - 1L ->
                torch.autograd.grad (
                    [| y.select(1, o).sum() |],
                    outputs,
                    retain_graph = (o < count - 1L),
                    allow_unused = true
                )
                |> Seq.toArray
        |]

        Array.init outputs.Count (fun k ->
            let delta =
                gradients
                |> Array.map (fun ofOutput ->
                    match ofOutput[k] with
                    | null -> torch.zeros_like outputs[k]
                    | gradient -> gradient)

            let delta =
                if count = 1L then
                    delta[0]
                else
                    // No columns at first: texts that are shorter than a window have no outputs.
                    let none = outputs[k].detach().narrow(-1L, 0L, 0L)
                    torch.cat(Array.append [| none |] delta, -1L).div_((divisor count).ToScalar())

            let struct (weight, bias) = scales[k]

            {
                Input = inputs[k].detach().alias() |> scope.MoveToOuter
                Delta = delta.detach().alias() |> scope.MoveToOuter
                WeightScale = weight * weight
                BiasScale = bias * bias
            })

    /// The traces of every linear map for the rows (or texts) of x: one forward and, an output, one backward pass for the whole batch,
    /// as rows do not interact. Autograd needs no gradient with respect to θ. The tensors belong to the caller's scope.
    let ofNetwork (network: Network) (theta: DenseParameters[]) (x: torch.Tensor) : LayerTrace[] =
        collect (fun outputs -> sqrt (float outputs)) network theta x

    /// The same with each output's block of `Delta` as it is, not over √O: for those who take the outputs apart.
    let ofOutputs (network: Network) (theta: DenseParameters[]) (x: torch.Tensor) : LayerTrace[] =
        collect (fun _ -> 1.0) network theta x
