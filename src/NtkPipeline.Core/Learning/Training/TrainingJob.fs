namespace NtkPipeline.Core

open TorchSharp

/// A network about to be trained, and all that it is watched with. Of n labelled rows the first N are trained on and the others
/// kept for validation.
[<NoEquality; NoComparison>]
type TrainingJob = {
    /// Moved in place.
    Network: Trainable
    KernelOf: KernelOf
    /// The same, as what each dense layer adds to it.
    PartsOf: PartsOf
    /// The rows as the network sees them, n × d, and those without a label.
    Labelled: torch.Tensor
    Test: torch.Tensor
    /// ±1 for each of the N rows that are trained on, and for each of the n − N others.
    TrainTargets: float[]
    ValidationLabels: float[]
    /// The infinite-width kernel of all labelled rows is `KernelFactor` × `Kernel`, n × n.
    Kernel: torch.Tensor
    KernelFactor: float
    /// f(x; θ) − f(x; θ₀) is trained, rather than f(x; θ).
    Centred: bool
    Optimiser: Optimiser
    /// η of the optimiser (or s, a parameter's step), for the loss ½·mean((f − y)²).
    Rate: float
    /// The row numbers (below N) of every batch of an epoch, counted from 1.
    Batches: int -> int[][]
    /// Epochs after which everything is measured, ascending, without 0, which always is; training ends with the last.
    Tracked: int list
    /// Those of them after which the probe kernel's eigenvalues are computed too; before training they always are.
    Spectra: int list
    /// Rows trained on, on which kernel and gates are followed.
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
    /// f on the validation rows after each of `Epochs`.
    Path: float[][]
    TestOutputs: float[]
}
