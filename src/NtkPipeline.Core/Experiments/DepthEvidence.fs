namespace NtkPipeline.Core

/// Kernel or network of a family at one depth against one of the fewest layers.
type DepthDifference = {
    Family: DepthFamily
    Layers: int
    Fewest: int
    Accuracy: float
    Difference: Difference
}

/// What the chapter on depth rests on.
type DepthEvidence = {
    Margin: float
    Majority: float
    BiasVariance: float
    /// By family and layers, and by σ_w² and layers.
    Families: (DepthFamily * int * DepthKernel)[]
    Phases: (float * int * DepthKernel)[]
    Scales: DepthScaleCheck[]
    KernelOutcomes: DepthOutcome[]
    NetworkOutcomes: DepthOutcome[]
    /// Mean training accuracy of the same networks, in the order of `NetworkOutcomes`.
    TrainAccuracies: float[]
    KernelDifferences: DepthDifference[]
    NetworkDifferences: DepthDifference[]
    /// Networks that diverged.
    Diverged: int
    KernelBudget: string
    NetworkBudget: string
}
