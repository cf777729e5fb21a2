namespace NtkPipeline.Core

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
    Slopes: Slope[]
    Verdicts: Verdict[]
}
