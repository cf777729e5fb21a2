namespace NtkPipeline.Core

open TorchSharp

/// A network about to be trained, and all that it is watched with: n labelled rows, of which some are trained on.
[<NoEquality; NoComparison>]
type Followed = {
    /// Moved in place.
    Stack: ReluStack
    KernelOf: KernelOf
    /// The rows as the network sees them, n × d, and those without a label.
    Labelled: torch.Tensor
    Test: torch.Tensor
    /// ±1 for each labelled row: what is trained on, and what validation is scored by.
    Targets: float[]
    Labels: float[]
    Train: int[]
    Validation: int[]
    /// The infinite-width kernel of all labelled rows is `KernelFactor` × `Kernel`.
    Kernel: torch.Tensor
    KernelFactor: float
    /// f(x; θ) − f(x; θ₀) is trained, rather than f(x; θ).
    Centred: bool
    /// η, for the loss ½·mean((f − y)²).
    Rate: float
    /// The row numbers of every batch of an epoch, counted from 1.
    Batches: int -> int[][]
    /// Epochs after which everything is measured, ascending, without 0, which always is; training ends with the last.
    Tracked: int list
    ProbeRows: int
}

/// What was seen of a network while it was trained.
type Following = {
    Epochs: EpochMeasures[]
    Steps: int
    Diverged: int option
    InitKernelError: float
    DeltaTheta: float option
    SpectrumInitial: float[]
    SpectrumFinal: float[]
    ValidationOutputs: float[]
    TestOutputs: float[]
}
