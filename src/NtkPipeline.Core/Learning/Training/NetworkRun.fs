namespace NtkPipeline.Core

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
    /// none once those steps have made them diverge, or where the optimiser has no such companion (`Optimiser.momentum`), as have the
    /// gaps below.
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
    /// ‖θ_t − θ_0‖ / ‖θ_0‖ of every dense layer, input side first.
    WeightMovement: float[]
    /// ‖h_l(t) − h_l(0)‖_F / ‖h_l(0)‖_F of what every activation gives on the probe rows, input side first: how far the features
    /// that the network computes have moved. Empty where a layer gave nothing but 0 at first, so that there is no such share.
    FeatureMovement: float[]
    /// Share of (row, unit) pairs of the probe whose gate differs from epoch 0; none where the network has no ReLU or its like.
    FlippedGates: float option
    /// Centred kernel alignment of Θ̂_t with yyᵀ and with Θ̂_0, on the probe.
    AlignmentWithTargets: float
    AlignmentWithInitial: float
    /// Centred alignment with yyᵀ of each dense layer's part of Θ̂_t, on the probe, input side first; Θ̂_t is the sum of these parts.
    LayerAlignment: float[]
    /// exp of the entropy of the probe kernel's normalised eigenvalues; none after epochs at which they were not computed.
    EffectiveRank: float option
}

/// One finite network, trained for real and followed.
type NetworkRun = {
    Spec: RunSpec
    /// d, how many features it is given.
    Features: int
    /// η itself, for the loss ½·mean((f − y)²).
    AbsoluteRate: float
    Steps: int
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
    /// The 50 largest eigenvalues of the probe kernel, after the first and the last of those `Epochs` that have an effective rank:
    /// the last of all, unless the run diverged.
    SpectrumInitial: float[]
    SpectrumFinal: float[]
    /// f on the validation rows after the last of `Epochs`, in their order.
    ValidationOutputs: float[]
    /// f on the test rows after the last of `Epochs`; empty without a test set.
    TestOutputs: float[]
}
