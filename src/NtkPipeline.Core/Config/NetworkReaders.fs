namespace NtkPipeline.Core

/// Which questions' networks have which settings of `train`.
[<RequireQualifiedAccess>]
module NetworkReaders =

    /// The first question alone has these of its networks.
    let private ofWidths = "widths seeds input-scales larger-rates larger-rate-widths"

    /// Of the settings of its networks, those that other questions' networks take over; the rest these say themselves.
    let private takenOver: (Experiment * string) list = [
        Convergence.experiment, "network probe-rows"
        Concentration.experiment, "network probe-rows"
        OutputScale.experiment,
        "network optimiser rate batch-size epochs tracked-epochs stop-folds probe-rows centred output-scale"
        Regime.experiment, "batch-size stop-folds probe-rows centred"
        FeatureLearning.experiment,
        "network optimiser batch-size tracked-epochs probe-rows centred output-scale"
        GapCauses.experiment, "network optimiser centred output-scale"
        Dimension.experiment, "network optimiser rate batch-size stop-folds probe-rows centred output-scale"
        Depth.experiment, "batch-size probe-rows"
        FunctionSpace.experiment, "network optimiser probe-rows output-scale"
        Transfer.experiment, "network optimiser rate tracked-epochs probe-rows centred output-scale"
        ImplicitBias.experiment, "network centred output-scale"
        OwnQuestion.experiment, "optimiser rate batch-size epochs tracked-epochs stop-folds"
    ]

    /// Each setting of networks, and the questions whose networks have it.
    let all: (string * string list) list =
        let words (text: string) = text.Split ' ' |> List.ofArray

        [
            for setting in
                takenOver |> List.collect (snd >> words) |> List.append (words ofWidths) |> List.distinct ->
                $"train.%s{setting}",
                Widths.name
                :: [
                    for experiment, taken in takenOver do
                        if List.contains setting (words taken) then
                            experiment.Name
                ]
        ]
