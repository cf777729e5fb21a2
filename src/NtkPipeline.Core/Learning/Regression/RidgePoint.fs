namespace NtkPipeline.Core

/// One ridge of the regression path, on the training rows.
type RidgePoint = {
    /// λ as added to the kernel's diagonal.
    Ridge: float
    /// λ / mean(diag K).
    RelativeRidge: float
    /// Σ Λ/(Λ+λ).
    EffectiveDimension: float
    TrainAccuracy: float
    /// Stratified, duplicate-aware k-fold cross-validation: accuracy, F1, mean squared error.
    CvAccuracy: float
    CvF1: float
    CvError: float
    /// Exact leave-one-out: accuracy, mean squared error.
    LooAccuracy: float
    LooError: float
    /// Generalised cross-validation score.
    Gcv: float
    /// Log marginal likelihood of y ~ N(0, K + λI).
    LogLikelihood: float
}
