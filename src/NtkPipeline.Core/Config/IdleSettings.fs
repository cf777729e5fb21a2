namespace NtkPipeline.Core

/// Settings that others leave without any effect: whoever sets one of them expects what will not happen.
[<RequireQualifiedAccess>]
module IdleSettings =

    /// Settings by their keys, when they do nothing, and why, as the end of a sentence.
    type private Rule = { Of: string -> bool; IsIdle: Map<string, string> -> bool; Why: string }

    let private keys (names: string list) key = List.contains key names
    let private below (prefix: string) (key: string) = key.StartsWith(prefix + ".")
    let private asked (values: Map<string, string>) = Setting.texts values "experiments"

    let private asksNone (names: string list) values =
        asked values |> List.forall (fun name -> not (List.contains name names))

    let private encoders values = Setting.summands values "embed.encoder"

    let private lacks (names: string list) values =
        encoders values |> List.forall (fun name -> not (List.contains name names))

    /// The first question alone has these of its networks.
    let private ofWidths = "widths seeds input-scales larger-rates larger-rate-widths stop-folds"

    /// Of the settings of its networks, those that other questions' networks take over; the rest these say themselves.
    let private takenOver: (Experiment * string) list = [
        Convergence.experiment, "network probe-rows"
        Concentration.experiment, "network probe-rows"
        OutputScale.experiment,
        "network optimiser rate batch-size epochs tracked-epochs probe-rows centred output-scale"
        Regime.experiment, "batch-size probe-rows centred"
        FeatureLearning.experiment,
        "network optimiser batch-size tracked-epochs probe-rows centred output-scale"
        GapCauses.experiment, "network optimiser centred output-scale"
        Dimension.experiment, "network optimiser rate batch-size probe-rows centred output-scale"
        Depth.experiment, "batch-size probe-rows"
        FunctionSpace.experiment, "network optimiser probe-rows output-scale"
        Transfer.experiment, "network optimiser rate tracked-epochs probe-rows centred output-scale"
        ImplicitBias.experiment, "network centred output-scale"
    ]

    /// Each setting of networks, and the questions whose networks have it.
    let private readers: (string * string list) list =
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

    let private ofQuestions = [
        for experiment in Experiments.all ->
            {
                Of = below experiment.Name
                IsIdle = asksNone [ experiment.Name ]
                Why = $"experiments does not ask %s{experiment.Name}"
            }
    ]

    let private ofNetworks = [
        for setting, names in readers do
            let list = String.concat ", " names

            {
                Of = (=) setting
                IsIdle = asksNone names
                Why = $"it is of the networks of %s{list}, and experiments asks none of these"
            }

        {
            Of = keys [ "compare.small-width" ]
            IsIdle = asksNone [ Widths.name ]
            Why = $"it is of the question %s{Widths.name}, which experiments does not ask"
        }
        {
            Of = keys [ "device"; "compare.resamples"; "compare.lazy-below"; "compare.margin" ]
            IsIdle = asked >> (=) [ "none" ]
            Why = "experiments is none, and kernel regression alone trains and compares nothing"
        }
    ]

    let private ofEncoders = [
        {
            Of = below "clean"
            IsIdle = lacks [ "lsa"; "auto" ]
            Why = "only lsa reads cleaned texts; other encoders read them as people write"
        }
        {
            Of = keys [ "embed.lsa-columns" ]
            IsIdle = lacks [ "lsa"; "auto" ]
            Why = "embed.encoder has no lsa"
        }
        {
            Of = keys [ "embed.location-tweets" ]
            IsIdle = lacks [ "location" ]
            Why = "embed.encoder has no location"
        }
        {
            Of = keys [ "embed.train-npy"; "embed.test-npy" ]
            IsIdle = lacks [ "npy" ]
            Why = "embed.encoder has no npy"
        }
        {
            Of = keys [ "embed.model" ]
            IsIdle =
                fun values ->
                    lacks [ "minilm"; "auto" ] values
                    && (asksNone [ Transformer.experiment.Name ] values
                        || Transformer.text values "encoder" <> "minilm")
            Why = "it is of minilm, which this run does not use"
        }
        {
            Of = keys [ "embed.combine"; "embed.weights"; "embed.weight-rows" ]
            IsIdle = fun values -> (encoders values).Length = 1
            Why = "it is of several encoders, and embed.encoder names one"
        }
        {
            Of = keys [ "embed.weight-rows" ]
            IsIdle = fun values -> values["embed.weights"] <> "auto"
            Why = "embed.weights gives the weights, so none are searched"
        }
    ]

    let private ofData = [
        for prefix in [ "clean"; "embed"; "reduce" ] do
            {
                Of = below prefix
                IsIdle = fun values -> values["data.features"] <> ""
                Why = "data.features gives rows of numbers, which are neither cleaned, embedded nor reduced"
            }
        {
            Of = keys [ "data.text"; "data.label"; "data.id"; "data.keyword"; "data.location" ]
            IsIdle = fun values -> values["data.features"] <> ""
            Why = "it names a column of a CSV file, and data.features gives rows of numbers"
        }
    ]

    let private ofRows = [
        {
            Of = keys [ "split.similar-above" ]
            IsIdle =
                fun values ->
                    values["split.together"] <> "similar" && asksNone [ Transfer.experiment.Name ] values
            Why = "split.together is not similar"
        }
        {
            Of = keys [ "reduce.compare-rows" ]
            IsIdle = fun values -> values["reduce.compare"] = "none"
            Why = "reduce.compare is none"
        }
        {
            Of = keys [ "reduce.solver" ]
            IsIdle = fun values -> values["reduce.compare"] = "none" && values["reduce.dimensions"] = "all"
            Why = "reduce.dimensions is all, so no components are sought"
        }
    ]

    let private ofTuning =
        let tunes name values = Setting.texts values "transformer.methods" |> List.contains name

        [
            for name, settings in
                [
                    "full", [ "transformer.rate"; "transformer.seeds" ]
                    "linearised", [ "transformer.linearised-rate" ]
                    "lora", [ "transformer.lora-rate"; "transformer.lora-rank" ]
                ] ->
                {
                    Of = keys settings
                    IsIdle = tunes name >> not
                    Why = $"transformer.methods has no %s{name}"
                }
        ]

    let private rules = ofData @ ofQuestions @ ofNetworks @ ofEncoders @ ofRows @ ofTuning

    /// Why a setting does nothing among these values, as the end of a sentence; none where it does something, or may. `auto` among the
    /// encoders may be any that it stands for: who knows which writes that name in its place.
    let why (values: Map<string, string>) (key: string) : string option =
        rules |> List.tryFind (fun rule -> rule.Of key && rule.IsIdle values) |> Option.map _.Why

    /// A sentence for each of these settings that does nothing.
    let remarks (values: Map<string, string>) (keys: string seq) : string list = [
        for key in keys do
            match why values key with
            | Some reason -> $"%s{key} has no effect here: %s{reason}"
            | None -> ()
    ]
