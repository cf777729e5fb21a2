namespace NtkPipeline.Core

/// The questions that a run can ask beside its first (`Widths`).
[<RequireQualifiedAccess>]
module Experiments =

    let all: Experiment list = [
        Convergence.experiment
        Concentration.experiment
        OutputScale.experiment
        Regime.experiment
        FeatureLearning.experiment
        GapCauses.experiment
        Dimension.experiment
        Depth.experiment
        DoubleDescent.experiment
        FunctionSpace.experiment
        Transfer.experiment
        ImplicitBias.experiment
        LearnedKernels.experiment
    ]

    /// What the setting `experiments` may name.
    let names: string list = Widths.name :: [ for experiment in all -> experiment.Name ]
