namespace NtkPipeline.Core

open TorchSharp

/// The NNGP kernel of one finite network: the covariance of f(x) and f(z) over its last dense layer's draw, all layers below as
/// they are,
///     K̂(x, z) = α²·(σ_w²/fan_in · a(x)·a(z) + σ_b²),
/// a being what that layer is given. It is the same in both parameterisations and for every output, and its mean over networks
/// is the covariance of their outputs; at infinite width it is the analytic K. A centred network is 0 before training, and so
/// is its K̂. (Lee et al. 2018; Novak et al. 2019)
[<RequireQualifiedAccess>]
module FeatureKernel =

    /// The prior of the last layer, if it is a dense one, whose draw the covariance is over.
    let lastLayer (network: Network) : Result<Prior, string> =
        match List.last network.Layers with
        | Dense(_, prior) -> Ok prior
        | Activate _
        | LayerNorm _
        | Residual _
        | Tokens _ ->
            Error "the NNGP kernel of a finite network needs a dense layer at the end of the network"

    /// The kernel as a sum over one layer, with δ = 1: what `StructuredGram` makes a matrix of.
    let trace (network: Network) (prior: Prior) (theta: DenseParameters[]) (x: torch.Tensor) : LayerTrace[] =
        use scope = torch.NewDisposeScope()
        use _ = torch.no_grad ()
        let inputs = ResizeArray<torch.Tensor>()

        let keep _ _ (a: torch.Tensor) (z: torch.Tensor) =
            inputs.Add a
            z

        Forward.walk network theta keep x |> ignore
        let features = inputs[inputs.Count - 1]
        let scale = if network.Centred then 0.0 else network.OutputScale * network.OutputScale

        [|
            {
                Input = features.alias () |> scope.MoveToOuter
                Delta =
                    torch.ones ([| x.shape[0]; 1L |], dtype = x.dtype, device = x.device) |> scope.MoveToOuter
                WeightScale = scale * prior.WeightVariance / float features.shape[int (features.dim ()) - 1]
                BiasScale = scale * prior.BiasVariance
            }
        |]
