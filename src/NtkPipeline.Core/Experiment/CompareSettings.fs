namespace NtkPipeline.Core

/// How finite networks are held against the kernel.
type CompareSettings = {
    /// Resamples of every bootstrap.
    Resamples: int
    /// A network whose kernel moved by less than this share counts as lazy.
    LazyThreshold: float
    /// Accuracies that differ by no more than this share count as the same.
    Margin: float
    /// The learning rate that widths are compared at, in units of N/Λ_max.
    MainRate: float
    /// Networks up to this width count as small.
    SmallWidth: int
}
