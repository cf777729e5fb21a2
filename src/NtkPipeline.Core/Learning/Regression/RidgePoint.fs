namespace NtkPipeline.Core

/// One ridge of a regression on its training rows, any number of outputs. Errors are means of squares in the targets' own units, over
/// rows and outputs; shares of right answers are none where targets name no classes.
type RidgePoint = {
    /// λ as added to the kernel's diagonal.
    Ridge: float
    /// λ / mean(diag K).
    RelativeRidge: float
    /// Σ Λ/(Λ+λ).
    EffectiveDimension: float
    TrainAccuracy: float option
    /// k-fold cross-validation: accuracy, F1 of one output's positive class, mean squared error; none without folds.
    CvAccuracy: float option
    CvF1: float option
    CvError: float option
    /// Exact leave-one-out: accuracy, mean squared error.
    LooAccuracy: float option
    LooError: float
    /// Generalised cross-validation score, averaged over outputs.
    Gcv: float
    /// Log marginal likelihood of y ~ N(0, K + λI), summed over outputs; none without a ridge on a singular kernel, which has no density.
    LogLikelihood: float option
}
