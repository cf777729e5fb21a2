namespace NtkPipeline.Core

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

/// The finite networks against the kernel.
type Comparison = {
    /// The learning rate that widths are compared at, in units of N/Λ_max: what verdicts, charts and explanations speak of.
    MainRate: float
    /// A network whose kernel moved by less than this share counts as lazy.
    LazyThreshold: float
    Widths: WidthSummary[]
    Slopes: Slope[]
    Verdicts: Verdict[]
}
