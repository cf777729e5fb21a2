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
        Transformer.experiment
        Sequence.experiment
    ]

    /// The same, and the one that a run asks where train.model names a file, whatever the setting `experiments` says.
    let every: Experiment list = all @ [ OwnQuestion.experiment ]

    /// What the setting `experiments` may name.
    let names: string list = Widths.name :: [ for experiment in all -> experiment.Name ]

    /// What a run asks unless it is told otherwise: whether networks are their kernel, how fast they become it, whether they learn features
    /// beside it, where the gap comes from and what the input dimension does, each in its small version.
    let usual: string list =
        Widths.name
        :: [
            for experiment in
                [
                    Convergence.experiment
                    Concentration.experiment
                    FeatureLearning.experiment
                    GapCauses.experiment
                    Dimension.experiment
                ] -> experiment.Name
        ]

    /// Those that a run asks beside its first, in their order: of one over tokens, those that have a meaning there.
    let asked (values: Map<string, string>) : Experiment list =
        let names, isOfTokens = Setting.texts values "experiments", TokenRun.isAsked values

        every
        |> List.filter (fun experiment ->
            if experiment.Name = OwnQuestion.name then
                OwnQuestion.isAsked values
            else
                List.contains experiment.Name names && (not isOfTokens || TokenRun.answers experiment.Name))
