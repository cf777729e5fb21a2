namespace NtkPipeline.Arrays

open NtkPipeline.Core
open NtkPipeline.Runtime
open TorchSharp

/// The parameters of one dense layer: z = weight scale · W a + bias scale · b, with the scales of the network's text.
type LayerWeights = {
    /// Width × fan-in.
    W: float[,]
    /// Width numbers; none where the layer has no bias.
    B: float[]
}

[<RequireQualifiedAccess>]
module internal LayerWeights =

    /// A copy of tensors as training holds them: W, and b where there is one.
    let ofTensors (layer: torch.Tensor[]) : LayerWeights = {
        W = Tensors.toMatrix64 layer[0] |> Arrays.ofMatrix
        B = if layer.Length > 1 then Tensors.toArray64 layer[1] else [||]
    }

    /// In the caller's dispose scope.
    let toParameters (layer: LayerWeights) : DenseParameters = {
        W = layer.W |> Arrays.toMatrix |> Tensors.ofMatrix64
        B = if layer.B.Length = 0 then None else Some(Tensors.ofArray64 layer.B)
    }

/// A network that was trained on rows: what it is now, and what it was.
type TrainedModel = {
    /// Its text.
    Network: string
    /// η itself, for the loss ½·mean((f − y)²).
    Rate: float
    /// That loss on all rows before training and after each epoch; ends before the epoch of a divergence.
    Losses: float[]
    /// Whether the loss ceased to be finite or passed 10⁶ times its start; the weights are then those of that moment.
    IsDiverged: bool
    /// θ₀, every dense layer, input side first.
    InitialWeights: LayerWeights[]
    /// θ after the last epoch.
    Weights: LayerWeights[]
} with

    member private this.With
        (x: float[,], work: Network -> DenseParameters[] -> torch.Tensor -> torch.Tensor)
        : Matrix<float> =
        Arrays.checkFinite "x" x
        let features = Array2D.length2 this.Weights[0].W

        if Array2D.length2 x <> features then
            Refused.because
                $"x has %d{Array2D.length2 x} columns, and the network was trained on %d{features}"

        LibTorch.load ()
        use _ = torch.NewDisposeScope()
        use _ = torch.no_grad ()
        let network = NetworkText.parse this.Network |> Refused.orArgument "network"
        let theta = this.Weights |> Array.map LayerWeights.toParameters
        work network theta (x |> Arrays.toMatrix |> Tensors.ofMatrix64) |> Tensors.toMatrix64

    /// f at rows of as many features: T numbers.
    member this.Predict(x: float[,]) : float[] =
        let outputs =
            this.With(
                x,
                fun network theta rows ->
                    Forward.applyFrom
                        network
                        (this.InitialWeights |> Array.map LayerWeights.toParameters)
                        theta
                        rows
            )

        outputs.Values

    /// Θ̂, the tangent kernel of the network as it is now, by automatic differentiation: x is N × d, the result N × N.
    member this.TangentKernel(x: float[,]) : float[,] =
        this.With(x, (fun network theta rows -> EmpiricalNtk.gram network theta rows None))
        |> Arrays.ofMatrix
