namespace NtkPipeline.Core

/// The settings of the stages that reduce rows, fit kernels and train networks, from texts that `Setting.check` has passed.
[<RequireQualifiedAccess>]
module ModelSettings =

    let private solver (values: Map<string, string>) =
        match values["reduce.solver"] with
        | "exact" -> PcaSolver.Exact
        | "randomised" -> PcaSolver.Randomised
        | _ -> PcaSolver.Auto

    let reduce (values: Map<string, string>) : ReduceDimension.Settings = {
        Dimensions =
            match values["reduce.dimensions"] with
            | "all" -> AllColumns
            | "auto" -> Best
            | _ -> Leading(Setting.whole values "reduce.dimensions")
        Solver = solver values
        Whiten = Setting.flag values "reduce.whiten"
    }

    let compareDimensions (values: Map<string, string>) : CompareDimensions.Settings = {
        Dimensions =
            if values["reduce.compare"] = "none" then
                []
            else
                Setting.wholes values "reduce.compare"
        Rows = Setting.whole values "reduce.compare-rows"
        Whiten = Setting.flag values "reduce.whiten"
        Solver = solver values
    }

    let ridge (values: Map<string, string>) : RidgeSettings = {
        Smallest = Setting.real values "ridge.smallest"
        Largest = Setting.real values "ridge.largest"
        PointsPerDecade = Setting.whole values "ridge.points-per-decade"
        ChooseBy =
            RidgeChoice.all |> List.find (fun choice -> RidgeChoice.print choice = values["ridge.choose-by"])
    }

    let private inputScale text = if text = "unit" then InputScale.Unit else InputScale.SqrtD

    /// What is trained. A text that is no such network has been refused before: that is our bug.
    let private architecture (values: Map<string, string>) =
        match Architecture.parse values["train.network"] with
        | Ok found -> found
        | Error reason -> invalidArg (nameof values) reason

    /// One entry a network, in the order in which they train: input scales, then rates, widths and seeds.
    let train (values: Map<string, string>) device : TrainSettings[] =
        let struct (architecture, alpha, isCentred) = architecture values

        let network scale rate width seed : TrainSettings = {
            Architecture = architecture
            Width = width
            Member = seed
            InputScale = inputScale scale
            LearningRate = rate
            BatchSize = Setting.whole values "train.batch-size"
            Epochs = Setting.whole values "train.epochs"
            TrackedEpochs =
                if values["train.tracked-epochs"] = "every" then
                    TrackedEpochs.Every
                else
                    TrackedEpochs.Listed(Setting.wholes values "train.tracked-epochs")
            ProbeRows = Setting.whole values "train.probe-rows"
            Centred = isCentred || Setting.flag values "train.centred"
            OutputScale = alpha * Setting.real values "train.output-scale"
            Device = device
        }

        let rate = Setting.real values "train.rate"

        [|
            for scale in Setting.texts values "train.input-scales" do
                for width in Setting.wholes values "train.widths" do
                    for seed in 0 .. Setting.whole values "train.seeds" - 1 do
                        network scale rate width seed

                for larger in Setting.reals values "train.larger-rates" do
                    for width in Setting.wholes values "train.larger-rate-widths" do
                        for seed in 0 .. Setting.whole values "train.seeds" - 1 do
                            network scale larger width seed
        |]
        |> Array.distinct

    /// The rate that networks are compared at is the one that is explained.
    let explain (values: Map<string, string>) : ExplainNetwork.Settings = {
        MainRate = Setting.real values "train.rate"
    }

    let compare (values: Map<string, string>) : CompareSettings = {
        Resamples = Setting.whole values "compare.resamples"
        LazyThreshold = Setting.real values "compare.lazy-below"
        Margin = Setting.real values "compare.margin"
        MainRate = Setting.real values "train.rate"
        SmallWidth = Setting.whole values "compare.small-width"
    }
