namespace NtkPipeline.Core

open TorchSharp

/// A mean over random networks, entry by entry, with its standard error.
type Estimate = {
    Mean: Matrix<float>
    /// Of the mean: the sample's standard deviation over √samples.
    StandardError: Matrix<float>
    Samples: int
}

/// The infinite-width kernels estimated from finite networks: for any network, and as a witness of the closed forms. The
/// bias is of order 1/width beside the standard error, which is of order 1/√(width · samples).
[<RequireQualifiedAccess>]
module MonteCarlo =

    let private estimate (samples: int) (sample: int -> torch.Tensor) : Estimate =
        if samples < 2 then
            invalidArg (nameof samples) "a standard error needs two samples"

        use _ = torch.NewDisposeScope()
        let mean = (sample 0).``to``(torch.float64)
        let squares = torch.zeros_like mean

        // Welford's recursion.
        for k in 1 .. samples - 1 do
            use _ = torch.NewDisposeScope()
            let value = (sample k).``to``(torch.float64)
            let step = value.sub mean
            mean.add_ (step.div ((float (k + 1)).ToScalar())) |> ignore
            squares.add_ (step.mul (value.sub mean)) |> ignore

        let variance = squares.div ((float (samples - 1) * float samples).ToScalar())

        {
            Mean = Tensors.toMatrix64 mean
            StandardError = Tensors.toMatrix64 (variance.sqrt ())
            Samples = samples
        }

    let private draw (network: Network) (seed: Seed) (x: torch.Tensor) (k: int) =
        Forward.draw network (int x.shape[1]) (Seed.derive $"sample/%d{k}" seed) x.dtype
        |> Forward.toDevice x.device

    /// Θ of the rows of x: the mean of `samples` networks' empirical kernels.
    let ntk (network: Network) (seed: Seed) (samples: int) (x: torch.Tensor) : Estimate =
        estimate samples (fun k -> EmpiricalNtk.gram network (draw network seed x k) x None)

    /// K of the rows of x: the mean of f fᵀ over `samples` networks before training, and over each one's outputs.
    let nngp (network: Network) (seed: Seed) (samples: int) (x: torch.Tensor) : Estimate =
        estimate samples (fun k ->
            use _ = torch.NewDisposeScope()
            let theta = draw network seed x k
            let f = Forward.applyFrom network theta theta x
            f.mm(f.t ()).div_((float (Network.outputs network)).ToScalar()).MoveToOuterDisposeScope())
