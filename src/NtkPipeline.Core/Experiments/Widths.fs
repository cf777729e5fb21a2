namespace NtkPipeline.Core

/// The first question: do finite networks become their kernel as they widen? Its networks are those of the settings `train.*`.
[<RequireQualifiedAccess>]
module Widths =

    /// As the setting `experiments` names it.
    let name = "widths"

    let question = "Do finite networks become their kernel as they widen?"

    let private setting = Setting.create

    let private networks = [
        setting
            "train.network"
            Text
            Architecture.written.Text
            "What is trained, in the language of `ntk kernel`, with m for the widths and one output: dense m | erf | dense m | erf | dense 1. scale(2) and centred at its end count beside the two settings of that name. With conv, attention or a pool the whole run reads tweets as sequences of tokens, as sequence.encoder, vectors, columns, most-tokens and rows say: conv m size=3 | relu | mean-pool | dense 1."
        setting "train.widths" (WholeList(1L, 65536L)) "16, 64, 256, 1024, 4096" "Hidden widths."
        setting "train.seeds" (Whole(1L, 1000L)) "3" "Networks of each kind, with different seeds."
        setting
            "train.input-scales"
            (ChoiceList(InputScale.all |> List.map InputScale.print))
            "unit, sqrt-d"
            "Norm of the inputs: 1 (the written method) or the root of d (the lazy one)."
        setting
            "train.optimiser"
            Text
            "descent"
            "descent (minibatch SGD, or full-batch descent with train.batch-size = 0), momentum(0.9), adam, adam(0.9, 0.999, 1e-8) or sign. Rates of the first two are in units of N/Λ_max, of the others of √(N/(Λ_max P))/10, P being the number of parameters."
        setting
            "train.rate"
            (Real(1e-6, 1e6))
            "1"
            "Learning rate in units of N/Λ_max, or the optimiser's own; full-batch descent is stable below 2."
        setting
            "train.larger-rates"
            (RealList(1e-6, 1e6))
            "1.5, 2"
            "Further learning rates, tried at train.larger-rate-widths."
        setting
            "train.larger-rate-widths"
            (WordsOr([ "none" ], WholeList(1L, 65536L)))
            "16, 64"
            "The small networks that try them, or none. Where train.widths is narrowed later, those that it still has."
        setting
            "train.batch-size"
            (WholeList(0L, 1000000L))
            "256"
            "Rows a step; 0 for full-batch descent. Several make further networks, as several output scales do."
        setting "train.epochs" (Whole(1L, 100000L)) "50" "Passes over the training rows."
        setting
            "train.tracked-epochs"
            (WordsOr([ "every" ], WholeList(0L, 100000L)))
            "every"
            "Epochs after which everything is measured; the first and the last always are. every measures the effective rank after 1, 2, 5, 10, 20, 50, … alone; listed epochs all have it."
        setting
            "train.stop-folds"
            (Whole(0L, 1000L))
            "1"
            "Folds of the training rows (split.folds), held out one after another from a further network of each kind: all of that kind are judged after the epoch at which it met them best, beside the last. 0 judges after the last alone."
        setting
            "train.probe-rows"
            (Whole(2L, 100000L))
            "512"
            "Training rows on which the kernel is followed between the first and the last epoch."
        setting "train.centred" Flag "true" "Subtract each network's output at its start."
        setting "train.output-scale" (RealList(1e-6, 1e6)) "1" "α, which multiplies the network's output."
    ]

    let private comparison = [
        setting "compare.resamples" (Whole(100L, 1000000L)) "2000" "Bootstrap resamples of a confidence band."
        setting
            "compare.lazy-below"
            (Real(0.0, 10.0))
            "0.05"
            "A kernel that moved by less than this share counts as constant."
        setting
            "compare.margin"
            (Real(0.0, 1.0))
            "0.01"
            "Accuracies that differ by no more count as the same."
        setting "compare.small-width" (Whole(1L, 65536L)) "256" "Networks up to this width count as small."
    ]

    let settings: Setting list = networks @ comparison

    /// What a text that `Setting.check` and `check` have passed must be: that it is not is our bug.
    let private wanted (key: string) (found: Result<'a, string>) =
        match found with
        | Ok found -> found
        | Error reason -> invalidArg (nameof key) $"%s{key}: %s{reason}"

    let check (values: Map<string, string>) : string list = [
        yield! TokenRun.check values

        match Architecture.parse values["train.network"] with
        | Error reason when not (TokenRun.isAsked values) -> $"train.network: %s{NetworkText.inLine reason}"
        | Ok network when
            Setting.reals values "train.output-scale"
            |> List.exists (fun alpha -> network.OutputScale * alpha > 1e6)
            ->
            "train.network: its scale times train.output-scale is above 1e6"
        | Ok _
        | Error _ -> ()

        if Setting.whole values "train.stop-folds" > Setting.whole values "split.folds" then
            $"""train.stop-folds: it is more than split.folds, %s{values["split.folds"]}"""

        match Optimiser.parse values["train.optimiser"] with
        | Error reason -> $"train.optimiser: %s{reason}"
        | Ok _ -> ()
    ]

    /// What every network of the run has in common, at the first of each setting's values: what experiments vary.
    let basis (values: Map<string, string>) (device: Device) : RunSpec =
        let network = wanted "train.network" (Architecture.parse values["train.network"])
        let first read key = List.head (read values key)

        {
            Architecture =
                network
                |> Architecture.withScale (network.OutputScale * first Setting.reals "train.output-scale")
                |> Architecture.withCentring (network.Centred || Setting.flag values "train.centred")
            Width = first Setting.wholes "train.widths"
            InputScale =
                wanted "train.input-scales" (InputScale.parse (first Setting.texts "train.input-scales"))
            Optimiser = wanted "train.optimiser" (Optimiser.parse values["train.optimiser"])
            Rate = Setting.real values "train.rate"
            BatchSize = first Setting.wholes "train.batch-size"
            Epochs = Setting.whole values "train.epochs"
            Tracked = wanted "train.tracked-epochs" (TrackedEpochs.parse values["train.tracked-epochs"])
            ProbeRows = Setting.whole values "train.probe-rows"
            Member = 0
            Device = device
        }

    /// Numbers 0, 1, … of a setting's count of seeds, as places on the axis of seeds.
    let seeds (values: Map<string, string>) (key: string) : AxisValue list = [
        for number in 0 .. Setting.whole values key - 1 -> AxisValue.Number number
    ]

    /// The run's networks, in the order in which they train: for each input scale all widths at the main rate, then the small networks
    /// at larger ones; each with every seed and every value of whatever else has several.
    let points (values: Map<string, string>) (device: Device) : GridPoint[] =
        let basis = basis values device
        let numbers key = Setting.reals values key |> List.map AxisValue.Number
        let own = basis.Architecture.OutputScale / List.head (Setting.reals values "train.output-scale")

        let grid scale rates widths = {
            Base = basis
            Along = [
                Axis.inputScale, [ AxisValue.Words scale ]
                Axis.rate, numbers rates
                Axis.width, numbers widths
                Axis.seed, seeds values "train.seeds"
                Axis.outputScale,
                [
                    for alpha in Setting.reals values "train.output-scale" -> AxisValue.Number(own * alpha)
                ]
                Axis.batchSize, numbers "train.batch-size"
            ]
        }

        let scales =
            if TokenRun.isAsked values then
                [ InputScale.print InputScale.SqrtD ]
            else
                Setting.texts values "train.input-scales"

        [
            for scale in scales do
                grid scale "train.rate" "train.widths"

                if values["train.larger-rate-widths"] <> "none" then
                    grid scale "train.larger-rates" "train.larger-rate-widths"
        ]
        |> Seq.collect (Grid.points >> wanted "train")
        |> Seq.distinct
        |> Array.ofSeq

    let compare (values: Map<string, string>) : CompareSettings = {
        Resamples = Setting.whole values "compare.resamples"
        LazyThreshold = Setting.real values "compare.lazy-below"
        Margin = Setting.real values "compare.margin"
        MainRate = Setting.real values "train.rate"
        SmallWidth = Setting.whole values "compare.small-width"
    }

    /// What is expected of wide networks, in the order in which it is reported.
    let claims: Claim<NetworkEvidence> list = [
        WideReachesKernel.claim
        KernelStaysPut.claim
        SmallBeatsKernel.claim
    ]
