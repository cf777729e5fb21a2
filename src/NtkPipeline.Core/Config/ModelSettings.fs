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

    /// What a text of which `Setting.check` and the cross-checks have passed must be: that it is not is our bug.
    let private wanted (key: string) (found: Result<'a, string>) =
        match found with
        | Ok found -> found
        | Error reason -> invalidArg (nameof key) $"%s{key}: %s{reason}"

    let private numbers values key = Setting.reals values key |> List.map AxisValue.Number

    /// What every network of the run has in common, at the first of each setting's values.
    let basis (values: Map<string, string>) device : RunSpec =
        let architecture = wanted "train.network" (Architecture.parse values["train.network"])

        {
            Architecture =
                architecture
                |> Architecture.withScale (
                    architecture.OutputScale * List.head (Setting.reals values "train.output-scale")
                )
                |> Architecture.withCentring (architecture.Centred || Setting.flag values "train.centred")
            Width = List.head (Setting.wholes values "train.widths")
            InputScale =
                wanted
                    "train.input-scales"
                    (InputScale.parse (List.head (Setting.texts values "train.input-scales")))
            Rate = Setting.real values "train.rate"
            BatchSize = Setting.wholes values "train.batch-size" |> List.head
            Epochs = Setting.whole values "train.epochs"
            Tracked = wanted "train.tracked-epochs" (TrackedEpochs.parse values["train.tracked-epochs"])
            ProbeRows = Setting.whole values "train.probe-rows"
            Member = 0
            Device = device
        }

    /// The run's networks, in the order in which they train: input scales, then rates, widths, seeds and whatever else has several
    /// values.
    let grids (values: Map<string, string>) device : Grid list =
        let basis = basis values device
        let architecture = wanted "train.network" (Architecture.parse values["train.network"])

        let along scale rates widths = {
            Base = basis
            Along = [
                Axis.inputScale, [ AxisValue.Words scale ]
                Axis.rate, numbers values rates
                Axis.width, numbers values widths
                Axis.seed,
                [
                    for number in 0 .. Setting.whole values "train.seeds" - 1 -> AxisValue.Number number
                ]
                Axis.outputScale,
                [
                    for scale in Setting.reals values "train.output-scale" ->
                        AxisValue.Number(architecture.OutputScale * scale)
                ]
                Axis.batchSize, numbers values "train.batch-size"
            ]
        }

        [
            for scale in Setting.texts values "train.input-scales" do
                along scale "train.rate" "train.widths"
                along scale "train.larger-rates" "train.larger-rate-widths"
        ]

    let train (values: Map<string, string>) device : GridPoint[] =
        grids values device |> Seq.collect (Grid.points >> wanted "train") |> Seq.distinct |> Array.ofSeq

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
