namespace NtkPipeline.Core

/// A kernel trained for some time from f₀ = 0: stopping early is a spectral filter, as a ridge is.
type StoppingPoint = {
    Training: Training
    /// Σ (1 − decay): what Σ Λ/(Λ+λ) is for a ridge.
    EffectiveDimension: float
    TrainAccuracy: float
    TrainError: float
    /// Generalised cross-validation score; none once every direction has been learnt.
    Gcv: float option
    Validation: Scores
}

/// The path of a kernel's training, from one eigendecomposition.
[<RequireQualifiedAccess>]
module EarlyStopping =

    /// `validation` is Θ(validation, training). The smoother is H = Q diag(1 − decay) Qᵀ.
    let path
        (spectrum: Spectrum)
        (targets: float[])
        (validation: KernelMatrix)
        (validationTargets: float[])
        (trainings: Training list)
        : Result<StoppingPoint list, PipelineError> =
        let column (values: float[]) = Matrix.create values.Length 1 values
        let zeros count = column (Array.zeroCreate count)
        let n = float targets.Length

        let point (training: Training) (trained: Trained) (modes: (float * float)[]) =
            let fitted = trained.Fitted.Values
            let error = Array.map2 (fun f y -> (f - y) ** 2.0) fitted targets |> Array.average
            let left = modes |> Array.sumBy fst

            {
                Training = training
                EffectiveDimension = n - left
                TrainAccuracy = Metrics.accuracy targets fitted
                TrainError = error
                Gcv = if left / n > 1e-9 then Some(error / (left / n) ** 2.0) else None
                Validation =
                    ClosedForm.predict validation (zeros validationTargets.Length) trained
                    |> _.Values
                    |> Metrics.scores validationTargets
            }

        ClosedForm.train spectrum (zeros targets.Length) (column targets) trainings
        |> Result.bind (fun trained ->
            List.zip trainings trained
            |> FsToolkit.ErrorHandling.List.traverseResultM (fun (training, trained) ->
                ClosedForm.modes spectrum 1 training |> Result.map (point training trained)))
