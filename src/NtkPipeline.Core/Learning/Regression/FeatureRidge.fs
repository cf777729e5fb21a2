namespace NtkPipeline.Core

open TorchSharp

/// Linear regression f(x) = φ(x)·w on some rows, and what it says of others.
type FeatureFit = {
    /// λ, absolute, and over the mean of diag(ΦΦᵀ).
    Ridge: float
    RelativeRidge: float
    /// Σ s²/(s²+λ); the rank without a ridge.
    EffectiveDimension: float
    /// ‖w‖.
    Norm: float
    /// f on the fitted rows and on the others.
    Fitted: float[]
    Outputs: float[]
}

/// Linear regression on N × P features by their singular value decomposition. With K = ΦΦᵀ it is kernel regression with K (Θ̂₀ where the
/// features are a network's gradients), ridge for ridge.
[<RequireQualifiedAccess>]
module FeatureRidge =

    /// In LibTorch's own memory: aligned the same way in every run, so that products have the same bits.
    let private column (values: float[]) : torch.Tensor = (Tensors.ofArray64 values).unsqueeze(1L).clone()

    let private fit
        ridge
        dimension
        (spectrum: FeatureSpectrum)
        (others: torch.Tensor)
        (w: torch.Tensor)
        : FeatureFit =
        let n = float spectrum.Kernel.Rows
        let mean = Array.sum spectrum.Kernel.Computed / n

        {
            Ridge = ridge
            RelativeRidge = ridge / mean
            EffectiveDimension = dimension
            Norm = w.norm().item<float>()
            Fitted = spectrum.Features.mm w |> Tensors.toArray64
            Outputs = others.mm w |> Tensors.toArray64
        }

    /// Without a ridge: of all w that miss the targets least, the one of least norm, w = V S⁻¹ Uᵀ y over the singular values above the
    /// cut-off. It is what gradient descent from 0 tends to. `others` are T × P.
    let leastNorm (spectrum: FeatureSpectrum) (targets: float[]) (others: torch.Tensor) : FeatureFit =
        use _ = torch.NewDisposeScope()
        let y = column targets
        let along = spectrum.Left.t().mm y / (Tensors.ofArray64 spectrum.Singular).unsqueeze 1L
        spectrum.Right.mm along |> fit 0.0 (float spectrum.Rank) spectrum others

    /// What each ridge of a grid is worth by exact leave-one-out, or by generalised cross-validation.
    let private scores (choice: RidgeChoice) (path: RidgePath) =
        match choice with
        | RidgeChoice.Gcv -> path.Gcv
        | RidgeChoice.LeaveOneOut
        | RidgeChoice.LeaveOneOutAccuracy
        | RidgeChoice.CrossValidation
        | RidgeChoice.CrossValidationAccuracy
        | RidgeChoice.Likelihood ->
            Array.init path.Ridges.Length (fun p ->
                RidgePath.leaveOneOut p path |> Array.averageBy (fun e -> e * e))

    /// With the best ridge of a grid (relative to the mean of diag(ΦΦᵀ)), chosen on the fitted rows alone: by generalised cross-validation
    /// if that is asked for, else by the mean square of the exact leave-one-out residuals. Of equals the larger is taken.
    let tuned
        (settings: RidgeSettings)
        (spectrum: FeatureSpectrum)
        (targets: float[])
        (others: torch.Tensor)
        : FeatureFit =
        use _ = torch.NewDisposeScope()
        let mean = Array.sum spectrum.Kernel.Computed / float spectrum.Kernel.Rows
        let ridges = RidgeSettings.grid settings |> Array.map ((*) mean)
        let path = RidgePath.along spectrum.Kernel targets ridges
        let best = scores settings.ChooseBy path |> Seq.indexed |> Seq.rev |> Seq.minBy snd |> fst
        let alpha = RidgePath.column best path.Coefficients |> column

        spectrum.Features.t().mm alpha |> fit ridges[best] path.EffectiveDimension[best] spectrum others
