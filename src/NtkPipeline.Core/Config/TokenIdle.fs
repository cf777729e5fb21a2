namespace NtkPipeline.Core

/// Settings that do nothing because of tokens: what a run over tokens does not read, and what of tokens nobody asks.
[<RequireQualifiedAccess>]
module internal TokenIdle =

    let private asksSequence values = not (IdleRule.asksNone [ Sequence.experiment.Name ] values)

    /// Whether anything is done with tokens.
    let readsTokens (values: Map<string, string>) : bool = asksSequence values || TokenRun.isAsked values

    /// Tokens are LSA's words.
    let readsWords (values: Map<string, string>) : bool =
        readsTokens values && Sequence.encoder values = "lsa"

    /// Settings of the question `sequence` that a run over tokens reads too.
    let private shared =
        [ "encoder"; "vectors"; "rows"; "most-tokens"; "columns" ]
        |> List.map (fun name -> $"sequence.%s{name}")

    let private ofTokens = "train.network reads tweets as sequences of tokens"

    let rules: IdleRule list = [
        {
            Of = fun key -> List.contains key shared && key <> "sequence.vectors"
            IsIdle = readsTokens >> not
            Why = "experiments does not ask sequence, and train.network has no layer over tokens"
        }
        {
            Of = fun key -> IdleRule.below "sequence" key && not (List.contains key shared)
            IsIdle = asksSequence >> not
            Why = "experiments does not ask sequence"
        }
        {
            Of = (=) "sequence.vectors"
            IsIdle = fun values -> not (readsTokens values) || Sequence.encoder values = "lsa"
            Why =
                "sequence takes whole words with LSA's vectors, since neither sequence.encoder nor embed.encoder names minilm or arctic"
        }
        {
            Of =
                IdleRule.keys [
                    "sequence.widths"
                    "sequence.seeds"
                    "sequence.optimiser"
                    "sequence.rate"
                    "sequence.batch"
                    "sequence.epochs"
                ]
            IsIdle = Sequence.trained >> List.isEmpty
            Why = "sequence.networks is none, and kernels alone train nothing"
        }
        {
            Of = (=) "train.input-scales"
            IsIdle = TokenRun.isAsked
            Why = $"%s{ofTokens}, each of norm √d"
        }
        {
            Of = IdleRule.below "reduce"
            IsIdle = TokenRun.isAsked
            Why = $"%s{ofTokens}, whose components are sequence.columns"
        }
        {
            Of =
                IdleRule.keys [
                    "embed.combine"
                    "embed.weights"
                    "embed.weight-rows"
                    "embed.location-tweets"
                    "embed.train-npy"
                    "embed.test-npy"
                ]
            IsIdle = TokenRun.isAsked
            Why = $"%s{ofTokens}, which are of one encoder"
        }
        for experiment in Experiments.all do
            if not (TokenRun.answers experiment.Name) then
                {
                    Of = IdleRule.below experiment.Name
                    IsIdle = TokenRun.isAsked
                    Why = $"%s{ofTokens}, and that question is about networks over rows"
                }
    ]
