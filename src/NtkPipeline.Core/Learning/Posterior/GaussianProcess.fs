namespace NtkPipeline.Core

open TorchSharp

/// What a Gaussian process says about some rows.
type Posterior = {
    /// Rows × outputs.
    Mean: Matrix<float>
    /// Symmetric; its diagonal is never negative. All outputs have the same.
    Covariance: Matrix<float>
} with

    /// The pointwise standard deviations.
    member this.StandardDeviations = Array.init this.Mean.Rows (fun i -> sqrt this.Covariance[i, i])

/// The kernels of T rows that are asked about, N being the training rows: T × N and T × T.
type Asked = { Cross: KernelMatrix; Own: KernelMatrix }

/// Posteriors of Gaussian processes, and the law of infinitely wide networks after training.
[<RequireQualifiedAccess>]
module GaussianProcess =

    let private checkShape (spectrum: Spectrum) (asked: Asked) (targets: Matrix<float>) =
        let t, n = KernelMatrix.rows asked.Cross, KernelMatrix.columns asked.Cross

        if n <> spectrum.Rows || targets.Rows <> n || KernelMatrix.rows asked.Own <> t then
            invalidArg (nameof asked) $"a %d{t} × %d{n} kernel does not fit %d{targets.Rows} targets"

    /// Rounding may leave a variance just below 0; it is 0 then. One further below is refused.
    let private posterior name (prior: float[]) (mean: torch.Tensor) (covariance: torch.Tensor) =
        use _ = torch.NewDisposeScope()
        let symmetric = (covariance + covariance.t ()).mul(torch.tensor 0.5) |> Tensors.toMatrix64
        let allowed = 1e-9 * Array.fold max 0.0 prior

        match [| 0 .. symmetric.Rows - 1 |] |> Array.tryFind (fun i -> symmetric[i, i] < -allowed) with
        | Some i ->
            Error(
                NumbersRefused
                    $"%s{name}: the variance of row %d{i} is %g{symmetric[i, i]}; its kernels do not fit together"
            )
        | None ->
            for i in 0 .. symmetric.Rows - 1 do
                let place = i * symmetric.Columns + i
                symmetric.Values[place] <- max 0.0 symmetric.Values[place]

            Ok { Mean = Tensors.toMatrix64 mean; Covariance = symmetric }

    /// Regression y = f(x) + noise with a prior covariance K and noise variance σ²: mean K* (K + σ²)⁻¹ y, covariance
    /// K** − K* (K + σ²)⁻¹ K*ᵀ. With the NNGP kernel or with the tangent kernel as K; `spectrum` is that of K on the training rows.
    /// Without noise a singular K gives the limit σ² → 0. Targets are N × outputs.
    let regression
        (name: string)
        (spectrum: Spectrum)
        (noise: float)
        (targets: Matrix<float>)
        (asked: Asked)
        : Result<Posterior, PipelineError> =
        checkShape spectrum asked targets

        SolveTrust.inverse name spectrum noise
        |> Result.bind (fun inverse ->
            use _ = torch.NewDisposeScope()
            let rootD = (Tensors.ofArray64 inverse).sqrt()
            let q = Spectrum.vectors spectrum
            let half = (KernelMatrix.toTensor asked.Cross).mm(q) * rootD
            let mean = half.mm (q.t().mm(Tensors.ofMatrix64 targets) * rootD.unsqueeze 1L)
            let covariance = KernelMatrix.toTensor asked.Own - half.mm (half.t ())
            posterior name (KernelMatrix.diagonal asked.Own) mean covariance)

    /// Infinitely wide networks, drawn at random (f₀ ~ N(0, K)) and then trained: with A = Θ* Θ⁻¹(I − decay), their mean is A y and
    /// their covariance K** − A K*ᵀ − K* Aᵀ + A K Aᵀ (Lee et al. 2019, eq. 16). `spectrum` is that of Θ, `nngp` is K on
    /// the training rows; `tangent` is Θ(asked, training).
    let ensemble
        (name: string)
        (spectrum: Spectrum)
        (nngp: KernelMatrix)
        (training: Training)
        (targets: Matrix<float>)
        (tangent: KernelMatrix)
        (asked: Asked)
        : Result<Posterior, PipelineError> =
        checkShape spectrum asked targets

        ClosedForm.modes spectrum targets.Columns training
        |> Result.bind (fun modes ->
            use _ = torch.NewDisposeScope()
            let q = Spectrum.vectors spectrum
            let weights = modes |> Array.map snd |> Tensors.ofArray64
            let a = ((KernelMatrix.toTensor tangent).mm(q) * weights).mm(q.t ())
            let crossed = a.mm ((KernelMatrix.toTensor asked.Cross).t())
            let spread = a.mm(KernelMatrix.toTensor nngp).mm(a.t ())
            let covariance = KernelMatrix.toTensor asked.Own - crossed - crossed.t () + spread
            posterior name (KernelMatrix.diagonal asked.Own) (a.mm (Tensors.ofMatrix64 targets)) covariance)
