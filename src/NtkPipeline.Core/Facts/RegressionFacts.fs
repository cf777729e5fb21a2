namespace NtkPipeline.Core

/// How well real-valued outputs, cut at 0, meet labels of ±1. Accuracy and F1 (of the positive class) lie in 0 … 1, as
/// does the area under the ROC curve (ties count one half).
type Scores = { Accuracy: float; F1: float; Auc: float }

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

/// What a solve of (K + λI) α = y is worth.
type Certificate = {
    /// ‖(K + λI) α − y‖ / ‖y‖, in float64.
    Residual: float
    /// (Λ_max + λ) / (Λ_min + λ).
    ConditionNumber: float
    /// log10 of the condition number: the decimal digits of 16 that may be lost.
    DigitsLost: float
    /// Eigenvalues that rounding had made negative and that were set to 0.
    Clipped: int
    /// The most negative of them, 0 where none was.
    MostNegative: float
}

/// Exact leave-one-out of the regression on every labelled row, from which the test set is predicted.
type RefitScores = {
    Rows: int
    /// Against the targets that were learnt.
    LooAccuracy: float
    /// Against the labels as given, which differ where a text stands under both.
    LooAccuracyAsGiven: float
    /// Mean squared error, against the targets.
    LooError: float
}

/// Kernel ridge regression on the training rows, with its whole path.
type KernelRegression = {
    Path: RidgePoint[]
    Chosen: RidgePoint
    /// What was learnt: "plus-minus", "zero-one" or "balanced" targets. Outputs are brought to where 0 is the boundary; errors are
    /// in the targets' own units.
    Targets: string
    /// "cv", "loo", "gcv" or "likelihood".
    ChosenBy: string
    Folds: int
    /// mean(diag K) on the training rows.
    MeanDiagonal: float
    Certificate: Certificate
    Validation: Scores
    /// The smallest ridge of the path, for comparison: nearly ridgeless.
    SmallestRidge: float
    SmallestRidgeValidation: Scores
    /// f on the validation rows with that ridge, in their order.
    SmallestRidgeOutputs: float[]
    /// α of the chosen ridge, one a training row, for the targets as they were coded.
    Coefficients: float[]
    /// f at each training row, fitted on all the others with the chosen ridge: exact leave-one-out.
    LeftOutOutputs: float[]
    /// f on the validation rows, in their order.
    ValidationOutputs: float[]
    /// f on the test rows, refitted on all labelled rows with the chosen ridge; empty without a test set.
    TestOutputs: float[]
    /// That fit's leave-one-out; none without a test set.
    Refit: RefitScores option
}
