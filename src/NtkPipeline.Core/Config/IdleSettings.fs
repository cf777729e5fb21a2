namespace NtkPipeline.Core

/// Settings that others leave without any effect: whoever sets one of them expects what will not happen.
[<RequireQualifiedAccess>]
module IdleSettings =

    let private keys = IdleRule.keys
    let private below = IdleRule.below
    let private asked = IdleRule.asked
    let private asksNone = IdleRule.asksNone

    let private encoders values = Setting.summands values "embed.encoder"

    let private lacks (names: string list) values =
        encoders values |> List.forall (fun name -> not (List.contains name names))

    let private ofQuestions: IdleRule list = [
        for experiment in Experiments.every do
            // `TokenIdle` knows of this one's.
            if experiment.Name <> Sequence.experiment.Name then
                {
                    Of = below experiment.Name
                    IsIdle = asksNone [ experiment.Name ]
                    Why =
                        if experiment.Name = OwnQuestion.name then
                            "train.model names no file"
                        else
                            $"experiments does not ask %s{experiment.Name}"
                }
    ]

    let private ofNetworks: IdleRule list = [
        for setting, names in NetworkReaders.all do
            let list = String.concat ", " names

            {
                Of = (=) setting
                IsIdle =
                    fun values ->
                        asksNone names values && not (setting = "train.network" && TokenRun.isAsked values)
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

    let private ofEncoders: IdleRule list = [
        {
            Of = below "clean"
            IsIdle = fun values -> lacks [ "lsa"; "auto" ] values && not (TokenIdle.readsWords values)
            Why = "only lsa reads cleaned texts; other encoders read them as people write"
        }
        {
            Of = keys [ "embed.lsa-columns" ]
            IsIdle = fun values -> lacks [ "lsa"; "auto" ] values && not (TokenIdle.readsWords values)
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
                    && not (
                        TokenIdle.readsTokens values
                        && List.contains (Sequence.encoder values) [ "minilm"; "auto" ]
                    )
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

    let private ofData: IdleRule list = [
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

    let private ofRows: IdleRule list = [
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

    let private ofTuning: IdleRule list =
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

    let private rules: IdleRule list =
        ofData @ ofQuestions @ ofNetworks @ ofEncoders @ ofRows @ ofTuning @ TokenIdle.rules

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
