namespace NtkPipeline.Core

/// Does feature learning help the transformer that made the features? Its own tangent kernel at the pretrained weights beside the kernel
/// of its frozen features and beside fine-tuning (Malladi et al. 2023).
[<RequireQualifiedAccess>]
module Transformer =

    let private key name = $"transformer.%s{name}"
    let private setting name = Setting.create (key name)

    let private settings = [
        setting
            "encoder"
            (Choice [ "minilm"; "arctic" ])
            "minilm"
            "The pretrained encoder; embed.model may name a folder of one's own for minilm."
        setting
            "most-tokens"
            (Whole(3L, 512L))
            "64"
            "The most tokens of a text, [CLS] and [SEP] included; more cost more."
        setting
            "tiles"
            (Whole(1L, 1000L))
            "12"
            "Parts in which gradients are made and kept; a killed run loses one at most."
        setting
            "sketch-rank"
            (Whole(1L, 4096L))
            "128"
            "Rows of the random projections of each dense layer's gradient."
        setting
            "sketch-block"
            (Whole(1L, 512L))
            "8"
            "Rows of one block of them; rank × block numbers are kept a layer."
        setting
            "sketch-rest"
            (Whole(1L, 65536L))
            "512"
            "Numbers that are kept of a layer's biases and norms; four times as many of words and of positions."
        setting
            "random-heads"
            (Whole(1L, 1000L))
            "2"
            "Heads without labels, over which the tangent kernel is averaged."
        setting
            "error-rows"
            (Whole(2L, 5000L))
            "300"
            "Fitted rows on which the sketch is held against the exact kernel."
        setting
            "layer-rows"
            (Whole(20L, 100000L))
            "2000"
            "Fitted rows on which each layer's kernel alone is regressed with."
        setting
            "probe-rows"
            (Whole(2L, 5000L))
            "200"
            "Fitted rows on which the kernel is followed through fine-tuning."
        setting "methods" (ChoiceList TuningMethod.names) "full, linearised, lora" "Ways of fine-tuning."
        setting
            "seeds"
            (Whole(1L, 1000L))
            "2"
            "Trainings of all weights, which differ in the order of the tweets; the other methods have one each."
        setting "epochs" (Whole(1L, 1000L)) "3" "Epochs at most; each is a place to stop."
        setting "batch" (Whole(1L, 4096L)) "32" "Tweets a step."
        setting "rate" (Real(1e-9, 1.0)) "5e-5" "AdamW's largest rate for all weights."
        setting "linearised-rate" (Real(1e-9, 1.0)) "5e-5" "The same for the linearised transformer."
        setting "lora-rate" (Real(1e-9, 1.0)) "5e-4" "The same for LoRA."
        setting "lora-rank" (Whole(1L, 1024L)) "8" "Rank of LoRA's changes of query and value."
        setting
            "head"
            (Choice [ "ridge"; "zero" ])
            "ridge"
            "Where the head begins: at linear probing, or at 0."
        setting
            "stop-share"
            (Real(0.01, 0.5))
            "0.1"
            "Share of the fitted rows that say when to stop, and train nothing."
    ]

    let whole (values: Map<string, string>) (name: string) : int = Setting.whole values (key name)
    let real (values: Map<string, string>) (name: string) : float = Setting.real values (key name)
    let text (values: Map<string, string>) (name: string) : string = values[key name]

    /// Where training's head begins.
    let head (values: Map<string, string>) : TuningHead =
        match TuningHead.parse (text values "head") with
        | Ok head -> head
        | Error reason -> invalidArg (nameof values) reason

    let sketch (values: Map<string, string>) : SketchSettings = {
        Rank = whole values "sketch-rank"
        Block = whole values "sketch-block"
        Rest = whole values "sketch-rest"
    }

    let methods (values: Map<string, string>) : TuningMethod list = [
        for name in Setting.texts values (key "methods") |> List.distinct do
            match TuningMethod.parse (whole values "lora-rank") name with
            | Ok method -> method
            | Error reason -> invalidArg (nameof values) reason
    ]

    let tuning (values: Map<string, string>) (method: TuningMethod) : TuningSettings = {
        TuningSettings.defaults method with
            Rate =
                match method with
                | TuningMethod.Full -> real values "rate"
                | TuningMethod.Linearised -> real values "linearised-rate"
                | TuningMethod.Lora _ -> real values "lora-rate"
            Batch = whole values "batch"
            Epochs = whole values "epochs"
    }

    /// Every training: method by method, seed by seed.
    let trainings (values: Map<string, string>) : (TuningMethod * int) list = [
        for method in methods values do
            let seeds =
                match method with
                | TuningMethod.Full -> whole values "seeds"
                | TuningMethod.Linearised
                | TuningMethod.Lora _ -> 1

            for seed in 0 .. seeds - 1 do
                method, seed
    ]

    let private check (values: Map<string, string>) (_: RunSpec) : string list = [
        match SketchSettings.check (sketch values) with
        | Ok _ -> ()
        | Error reason -> $"transformer.sketch-rank, transformer.sketch-block: %s{reason}"

        for method in methods values do
            match TuningSettings.check (tuning values method) with
            | Ok _ -> ()
            | Error reason -> $"transformer: %s{reason}"
    ]

    let question = "Is fine-tuning the transformer only its own tangent kernel, or more?"

    /// Numbers of a tweet's sketched gradient, of an encoder of six blocks.
    let columns (values: Map<string, string>) : int =
        36 * whole values "sketch-rank" * whole values "sketch-block" + 8192

    /// Of a run's tokens, 33 a tweet, one forward pass in 10⁹ operations, and what else a tweet costs in forward passes.
    let private forward = 0.7

    /// Features are made in 2.7 forward passes a tweet and head; training takes 4 a step's tweet, and twice that in linear form; Gram
    /// matrices and their regressions as they are.
    let private work (values: Map<string, string>) (_: RunSpec) (sizes: RunSizes) : float =
        let all, n = sizes.Labelled + sizes.Test, sizes.Fitted
        let columns = columns values
        let passes count rows = forward * count * float rows
        let folds = Setting.whole values "split.folds"
        let epochs = whole values "epochs"
        let kernel rows = passes 2.7 rows + Workload.product rows columns n
        let random = whole values "random-heads"
        let methods = methods values

        let afterwards =
            methods
            |> List.sumBy (fun method ->
                match method with
                | TuningMethod.Full -> passes 1.0 all + kernel all
                | TuningMethod.Linearised -> 0.0
                | TuningMethod.Lora _ -> passes 2.2 all + Workload.product all columns n)

        let training =
            trainings values
            |> List.sumBy (fun (method, _) ->
                let cost =
                    match method with
                    | TuningMethod.Full -> 4.0
                    | TuningMethod.Linearised -> 8.0
                    | TuningMethod.Lora _ -> 3.0

                passes (cost * float (epochs)) n + passes (float (epochs)) (n / 4 + sizes.Test))

        passes 1.0 all
        + float (1 + random) * kernel all
        + afterwards
        + float folds * kernel n
        + training
        + 8.0 * 6.0 * Workload.solve n

    let experiment: Experiment = {
        Name = "transformer"
        Question = question
        Settings = settings
        Check = check
        Work = work
    }
