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
    /// f at each training row, fitted on all the others with the chosen ridge: exact leave-one-out.
    LeftOutOutputs: float[]
    /// f on the validation rows, in their order.
    ValidationOutputs: float[]
    /// f on the test rows, refitted on all labelled rows with the chosen ridge; empty without a test set.
    TestOutputs: float[]
    /// That fit's leave-one-out; none without a test set.
    Refit: RefitScores option
}

/// How far two functions lie apart on some rows.
type Gap = { Rms: float; Sup: float }

/// What is measured of one network after one epoch (epoch 0 is the initialisation).
type EpochMeasures = {
    Epoch: int
    /// Optimiser steps so far.
    Step: int
    /// ½·mean((f − y)²) on the training rows.
    TrainLoss: float
    TrainAccuracy: float
    Validation: Scores
    /// Validation accuracy of the infinite-width kernel and of the linearised network, trained by the very same steps;
    /// none once those steps have made them diverge, as do the gaps below.
    KernelAccuracy: float option
    LinearisedAccuracy: float option
    /// ‖Θ̂_t − Θ̂_0‖_F / ‖Θ̂_0‖_F on the probe rows.
    DeltaTheta: float
    /// f_t against the infinite-width kernel, trained by the very same steps.
    GapToKernelTrain: Gap option
    GapToKernelValidation: Gap option
    /// f_t against the network linearised at θ₀, trained by the very same steps.
    GapToLinearisedTrain: Gap option
    GapToLinearisedValidation: Gap option
    /// ‖W_t − W_0‖ / ‖W_0‖ of every layer, input side first.
    WeightMovement: float[]
    /// Share of (row, unit) pairs of the probe whose ReLU gate differs from epoch 0.
    FlippedGates: float
    /// Centred kernel alignment of Θ̂_t with yyᵀ and with Θ̂_0, on the probe.
    AlignmentWithTargets: float
    AlignmentWithInitial: float
    /// exp of the entropy of the probe kernel's normalised eigenvalues.
    EffectiveRank: float
}

/// One finite network, trained for real and followed.
type NetworkRun = {
    Width: int
    /// Which of the seeds this is, from 0.
    Member: int
    /// "unit" (‖x‖ = 1, the written method) or "sqrt-d" (‖x‖ = √d).
    InputScale: string
    /// In units of N/Λ_max of the infinite-width kernel at this input scale; 2 is full-batch descent's stability limit.
    LearningRate: float
    /// η itself, for the loss ½·mean((f − y)²).
    AbsoluteRate: float
    /// 0 stands for full-batch descent.
    BatchSize: int
    Steps: int
    Centred: bool
    OutputScale: float
    Parameters: int64
    TrainRows: int
    ProbeRows: int
    /// ‖Θ̂_0 − Θ‖_F / ‖Θ‖_F on all training rows.
    InitKernelError: float
    /// ‖Θ̂_T − Θ̂_0‖_F / ‖Θ̂_0‖_F on all training rows after the last epoch; none when the run diverged.
    DeltaTheta: float option
    /// The epoch in which the loss ceased to be finite or passed 10⁶ times its start; `Epochs` ends before it.
    Diverged: int option
    Epochs: EpochMeasures[]
    /// The 50 largest eigenvalues of the probe kernel, after the first and the last of `Epochs`.
    SpectrumInitial: float[]
    SpectrumFinal: float[]
    /// f on the validation rows after the last of `Epochs`, in their order.
    ValidationOutputs: float[]
    /// f on the test rows after the last of `Epochs`; empty without a test set.
    TestOutputs: float[]
}

/// A mean over seeds. The standard deviation is the sample's (n − 1), none for a single seed.
type Aggregate = { Mean: float; StandardDeviation: float option; Count: int }

/// All seeds of one (input scale, width, learning rate). The aggregates are over the runs that did not diverge.
type WidthSummary = {
    InputScale: string
    Width: int
    LearningRate: float
    Runs: int
    Diverged: int
    Accuracy: Aggregate option
    F1: Aggregate option
    Auc: Aggregate option
    DeltaTheta: Aggregate option
    InitKernelError: Aggregate
    /// rms on the validation rows after the last epoch.
    GapToKernel: Aggregate option
    GapToLinearised: Aggregate option
}

/// A power law q ∝ m^slope, fitted over widths ≥ 128 by least squares on logarithms, with a 95% band over seeds.
type Slope = {
    Quantity: string
    InputScale: string
    Slope: float
    Lower: float
    Upper: float
    Widths: int[]
}

/// An expected observation against the numbers. `Holds` is none where the numbers cannot decide.
type Verdict = {
    Claim: string
    /// Input scale, learning rate and budget under which it was judged.
    Setting: string
    Holds: bool option
    Evidence: string
}

/// A kernel matrix made small enough to look at: training rows sorted by target, blocks of them averaged.
type KernelPicture = {
    /// Blocks on a side, and how many of them hold negative targets; these come first.
    Size: int
    Negative: int
    /// Block means over mean(diag K), row by row.
    Values: float[]
    /// Eigenvalues of the training rows' kernel, largest first.
    Eigenvalues: float[]
}

/// A labelled tweet that all the others contradict.
type SuspectTweet = {
    Id: int
    /// Other people's words: escaped wherever they are shown.
    Text: string
    Positive: bool
    /// f at the tweet, fitted on all other training rows: on the other side of 0 than its label.
    LeftOut: float
}

/// The finite networks against the kernel.
type Comparison = { Widths: WidthSummary[]; Slopes: Slope[]; Verdicts: Verdict[] }

/// One setting of a run: "default", "file" or "command line" is where its value came from.
type SettingFact = { Key: string; Value: string; Source: string }

/// All that a run found out: what a report is made of. Holds no time and no date, so that the same run gives the same bytes.
type Findings = {
    Seed: uint64
    Data: DataFacts
    Features: FeatureFacts
    /// Of several encoders side by side.
    Combination: CombinationFacts option
    Dimensions: DimensionFacts
    Kernel: KernelRegression
    /// Candidates for a wrong label among the training rows, clearest first.
    Suspects: SuspectTweet[]
    /// The kernel regression's probabilities: fitted on training rows left out, judged on the validation rows.
    Calibration: Calibrated
    Picture: KernelPicture
    Networks: NetworkRun[]
    Comparison: Comparison
    Settings: SettingFact[]
}
