namespace NtkPipeline.Core

/// Does word order help? Kernels and finite networks that read a tweet as a sequence of tokens: order-blind, by convolution, by attention
/// (Hron et al. 2020).
[<RequireQualifiedAccess>]
module Sequence =

    let private key name = $"sequence.%s{name}"
    let private setting name = Setting.create (key name)

    let private network model text doc = setting (SequenceModel.setting model) Text text doc

    let private settings = [
        setting
            "encoder"
            (Choice [ "auto"; "minilm"; "arctic"; "lsa" ])
            "auto"
            "What tokens are of: the word pieces of a pretrained encoder, or whole words with LSA's vectors, which needs no model; auto is the first of minilm and arctic in embed.encoder, else lsa."
        setting
            "vectors"
            (Choice [ "words"; "states" ])
            "words"
            "Of a pretrained encoder: its word embeddings, which know nothing of the tweet around them, or its last hidden states, which have read all of it."
        setting
            "rows"
            (Whole(20L, 1000000L))
            "2000"
            "Fitted tweets at most, evenly spaced among all; a kernel of texts takes as their number squared."
        setting
            "most-tokens"
            (Whole(3L, 512L))
            "64"
            "The most tokens of a text, of word pieces [CLS] and [SEP] included; a kernel takes as their number squared."
        setting
            "columns"
            (WordsOr([ "all" ], Whole(1L, 4096L)))
            "128"
            "Principal components of the fitted tweets' tokens that are kept, or all columns, centred; a token has norm √d then."
        network
            SequenceModel.Mean
            "mean-pool | dense m | relu | dense 1"
            "The network that is given the mean of the tokens."
        network
            SequenceModel.Tokens
            "dense m | relu | mean-pool | dense 1"
            "The network that takes each token by itself."
        network
            SequenceModel.Convolution
            "conv m size=3 | relu | mean-pool | dense 1"
            "The convolutional network, in the language of `ntk kernel`, with m for its widths and one output."
        network
            SequenceModel.Attention
            "dense m | attention 4 | relu | mean-pool | dense 1"
            "The network with attention."
        setting
            "networks"
            (WordsOr([ "none" ], ChoiceList [ "mean"; "tokens"; "convolution"; "attention" ]))
            "mean, convolution, attention"
            "Those that are trained at finite width beside their kernels, or none."
        setting "widths" (WholeList(1L, 65536L)) "64, 256" "Their widths, m."
        setting "seeds" (Whole(1L, 1000L)) "2" "Networks of each kind, with different seeds."
        setting
            "optimiser"
            Text
            "descent"
            "What trains them: descent, momentum(0.9), adam or sign, as in train.optimiser."
        setting "rate" (Real(1e-6, 1e6)) "1" "Their learning rate, in the unit of train.rate."
        setting "batch" (Whole(0L, 1000000L)) "64" "Tweets a step; 0 for full-batch descent."
        setting
            "epochs"
            (Whole(1L, 100000L))
            "20"
            "Passes over the fitted tweets at most; the first fold, which the networks are then also trained on, chooses among them."
    ]

    let whole (values: Map<string, string>) (name: string) : int = Setting.whole values (key name)
    let real (values: Map<string, string>) (name: string) : float = Setting.real values (key name)
    let text (values: Map<string, string>) (name: string) : string = values[key name]

    /// "minilm", "arctic", "lsa", or "auto" for whichever of minilm and lsa can be had.
    let encoder (values: Map<string, string>) : string =
        match text values "encoder" with
        | "auto" ->
            Setting.summands values "embed.encoder"
            |> List.tryFind (fun name -> List.contains name [ "auto"; "minilm"; "arctic" ])
            |> Option.defaultValue "lsa"
        | named -> named

    /// Columns that are kept; none: all.
    let columns (values: Map<string, string>) : int option =
        if text values "columns" = "all" then None else Some(whole values "columns")

    /// A model's network. That its text is none has been refused by `check`.
    let architecture (values: Map<string, string>) (model: SequenceModel) : Architecture =
        match Architecture.parse (text values (SequenceModel.setting model)) with
        | Ok architecture -> architecture
        | Error reason -> invalidArg (nameof values) reason

    /// Models of which finite networks are trained.
    let trained (values: Map<string, string>) : SequenceModel list =
        let named = Setting.texts values (key "networks")
        SequenceModel.all |> List.filter (fun model -> List.contains (SequenceModel.id model) named)

    let private optimiser (values: Map<string, string>) = Optimiser.parse (text values "optimiser")

    /// Every network that is trained, centred: model by model, width by width, seed by seed. `basis` is what all networks of a run have in
    /// common.
    let specs (values: Map<string, string>) (basis: RunSpec) : (SequenceModel * RunSpec) list = [
        for model in trained values do
            for width in Setting.wholes values (key "widths") do
                for seed in 0 .. whole values "seeds" - 1 do
                    model,
                    {
                        basis with
                            Architecture = architecture values model |> Architecture.withCentring true
                            Width = width
                            InputScale = InputScale.SqrtD
                            Optimiser =
                                match optimiser values with
                                | Ok optimiser -> optimiser
                                | Error reason -> invalidArg (nameof values) reason
                            Rate = real values "rate"
                            BatchSize = whole values "batch"
                            Epochs = whole values "epochs"
                            // Every epoch is looked at, on rows of its own (`HeldOutTraining`).
                            Tracked = TrackedEpochs.Every
                            ProbeRows = 1
                            Member = seed
                    }
    ]

    /// The network whose kernel is the model's.
    let limit (values: Map<string, string>) (model: SequenceModel) : Network =
        architecture values model |> Architecture.limit Width.one

    let private check (values: Map<string, string>) (_: RunSpec) : string list = [
        for name in SequenceModel.all |> List.map SequenceModel.setting |> List.distinct do
            match TokenRun.unfit (text values name) with
            | Some reason -> $"%s{key name}: %s{reason}"
            | None -> ()

        match optimiser values with
        | Ok _ -> ()
        | Error reason -> $"sequence.optimiser: %s{reason}"
    ]

    let question = "Does word order help, and does attention help more than convolution?"

    let private work (values: Map<string, string>) (basis: RunSpec) (sizes: RunSizes) : float =
        let sizes = { sizes with Fitted = min sizes.Fitted (whole values "rows") }
        let features = columns values |> Option.defaultValue 384

        SequenceWork.kernels SequenceModel.all.Length features sizes
        + SequenceWork.training (specs values basis |> List.map snd) features sizes

    let experiment: Experiment = {
        Name = "sequence"
        Question = question
        Settings = settings
        Check = check
        Work = work
    }
