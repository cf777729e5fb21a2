namespace NtkPipeline.Core

/// An expected observation against the numbers. `Holds` is none where the numbers cannot decide.
type Verdict = {
    Claim: string
    /// Input scale, learning rate and budget under which it was judged.
    Setting: string
    Holds: bool option
    Evidence: string
}

/// Networks that differ in their seed alone beside the kernel regression with its tuned ridge.
type AgainstKernel = {
    /// With `Member` = 0.
    Spec: RunSpec
    /// The epoch after which they are judged; none where none was chosen, and they are after the last.
    Epoch: int option
    /// Their mean accuracy on the validation rows less the kernel's there, over the runs that reached it.
    Difference: Difference
    /// The same after the last epoch, over the runs that ended; none where every one diverged.
    AtEnd: Difference option
}

/// The finite networks against the kernel.
type Comparison = {
    /// The learning rate that widths are compared at, in units of N/Λ_max: what verdicts, charts and explanations speak of.
    MainRate: float
    /// A network whose kernel moved by less than this share counts as lazy.
    LazyThreshold: float
    /// Accuracies that differ by no more than this share count as the same.
    Margin: float
    /// Of every width at the main learning rate of which a run ended.
    Differences: AgainstKernel[]
    Slopes: Slope[]
    Verdicts: Verdict[]
}
