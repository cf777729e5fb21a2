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

    /// So many networks, if a standard error can be had of them.
    let check (samples: int) : Result<int, string> =
        if samples < 2 then
            Error $"%d{samples} random networks: a standard error needs at least 2"
        else
            Ok samples

    /// The seed of network k, counted from 0.
    let sampleSeed (seed: Seed) (k: int) : Seed = Seed.derive $"sample/%d{k}" seed

    let private estimate (tell: int -> unit) (samples: int) (sample: int -> torch.Tensor) : Estimate =
        if samples < 2 then
            invalidArg (nameof samples) "a standard error needs two samples"

        use _ = torch.NewDisposeScope()
        let mean = (sample 0).``to``(torch.float64)
        let squares = torch.zeros_like mean
        tell 1

        // Welford's recursion.
        for k in 1 .. samples - 1 do
            use _ = torch.NewDisposeScope()
            let value = (sample k).``to``(torch.float64)
            let step = value.sub mean
            mean.add_ (step.div ((float (k + 1)).ToScalar())) |> ignore
            squares.add_ (step.mul (value.sub mean)) |> ignore
            tell (k + 1)

        let variance = squares.div ((float (samples - 1) * float samples).ToScalar())

        {
            Mean = Tensors.toMatrix64 mean
            StandardError = Tensors.toMatrix64 (variance.sqrt ())
            Samples = samples
        }

    let private draw (network: Network) (seed: Seed) (x: torch.Tensor) (k: int) =
        Forward.drawFor network x (sampleSeed seed k)

    /// Θ of the rows of x with those of z, or with themselves: the mean of `samples` networks' empirical kernels. `tell` is told
    /// how many are done.
    let ntk
        (network: Network)
        (seed: Seed)
        (samples: int)
        (tell: int -> unit)
        (x: torch.Tensor)
        (z: torch.Tensor option)
        : Estimate =
        estimate tell samples (fun k -> EmpiricalNtk.gram network (draw network seed x k) x z)

    /// K of the same rows: the mean of f(x) f(z)ᵀ over `samples` networks before training, and over each one's outputs.
    let nngp
        (network: Network)
        (seed: Seed)
        (samples: int)
        (tell: int -> unit)
        (x: torch.Tensor)
        (z: torch.Tensor option)
        : Estimate =
        estimate tell samples (fun k ->
            use _ = torch.NewDisposeScope()
            let theta = draw network seed x k
            let f = Forward.applyFrom network theta theta
            let left = f x
            let right = z |> Option.map f |> Option.defaultValue left
            let product = left.mm(right.t ()).div_((float (Network.outputs network)).ToScalar())

            // A product of a matrix with its own transpose may lack symmetry by rounding.
            let found = if z.IsNone then product.triu().add_(product.triu(1L).t()) else product

            found.MoveToOuterDisposeScope())
