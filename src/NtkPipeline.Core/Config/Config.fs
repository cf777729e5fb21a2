namespace NtkPipeline.Core

/// Where the rows of numbers come from.
type EncoderSettings = {
    /// One or several of "auto" (the transformer if it is there, else LSA), "lsa", "minilm", "npy", "surface", "keywords" and
    /// "location".
    Kinds: string list
    /// Of several.
    Weigh: WeighViews.Settings
    LeastLocationTweets: int
    Lsa: LsaSettings
    /// The folder of model.onnx and vocab.txt; empty for data/models/all-MiniLM-L6-v2.
    Model: string
    /// Rows made elsewhere, in the order of the tweets.
    TrainArray: string
    TestArray: string
}

/// The settings of every stage, read from text once.
type Config = {
    Seed: uint64
    Threads: int
    Device: Device
    Clean: CleanSettings
    Split: SplitTweets.Settings
    Encoder: EncoderSettings
    CompareDimensions: CompareDimensions.Settings
    Reduce: ReduceDimension.Settings
    Ridge: RidgeSettings
    Targets: TargetCoding
    Train: TrainSettings[]
    Compare: CompareSettings
    /// The settings as text, and where each came from.
    Facts: SettingFact[]
}

[<RequireQualifiedAccess>]
module Config =

    /// Every setting there is, in the order of the pipeline.
    let settings: Setting list = SettingList.all

    let private treatment values key =
        match Map.find key values with
        | "keep" -> Treatment.Keep
        | "remove" -> Treatment.Remove
        | _ -> Treatment.Mark

    let private clean (values: Map<string, string>) : CleanSettings = {
        Mojibake = Setting.flag values "clean.mojibake"
        Entities = Setting.flag values "clean.entities"
        Urls = treatment values "clean.urls"
        Mentions = treatment values "clean.mentions"
        Emoji = treatment values "clean.emoji"
        Hashtags =
            match values["clean.hashtags"] with
            | "keep" -> Hashtags.Keep
            | "split" -> Hashtags.SplitWords
            | _ -> Hashtags.DropSign
        Numbers = treatment values "clean.numbers"
        LowerCase = Setting.flag values "clean.lower-case"
        SpecialCharacters = Setting.flag values "clean.special-characters"
        Elongations = Setting.flag values "clean.elongations"
    }

    let private split (values: Map<string, string>) : SplitTweets.Settings = {
        ValidationShare = Setting.real values "split.validation-share"
        Folds = Setting.whole values "split.folds"
        Together =
            match values["split.together"] with
            | "identical" -> SameText.Identical
            | "similar" -> SameText.Similar
            | _ -> SameText.Normalised
        SimilarAbove = Setting.real values "split.similar-above"
        Contradictions =
            match values["split.contradictions"] with
            | "keep" -> KeepLabels
            | "drop" -> DropRows
            | _ -> MajorityLabel
    }

    let private encoder (values: Map<string, string>) : EncoderSettings = {
        Kinds = Setting.summands values "embed.encoder"
        Weigh = {
            Weights =
                if values["embed.weights"] = "auto" then
                    ByLeaveOneOut(Setting.whole values "embed.weight-rows")
                else
                    Given(Setting.reals values "embed.weights")
            Combining = if values["embed.combine"] = "sum" then Combining.Sum else Combining.Beside
        }
        LeastLocationTweets = Setting.whole values "embed.location-tweets"
        Lsa = { Lsa.defaults with Columns = Setting.whole values "embed.lsa-columns" }
        Model = values["embed.model"]
        TrainArray = values["embed.train-npy"]
        TestArray = values["embed.test-npy"]
    }

    let private solver (values: Map<string, string>) =
        match values["reduce.solver"] with
        | "exact" -> PcaSolver.Exact
        | "randomised" -> PcaSolver.Randomised
        | _ -> PcaSolver.Auto

    let private reduce (values: Map<string, string>) : ReduceDimension.Settings = {
        Dimensions =
            match values["reduce.dimensions"] with
            | "all" -> AllColumns
            | "auto" -> Best
            | _ -> Leading(Setting.whole values "reduce.dimensions")
        Solver = solver values
        Whiten = Setting.flag values "reduce.whiten"
    }

    let private compareDimensions (values: Map<string, string>) : CompareDimensions.Settings = {
        Dimensions =
            if values["reduce.compare"] = "none" then
                []
            else
                Setting.wholes values "reduce.compare"
        Rows = Setting.whole values "reduce.compare-rows"
        Whiten = Setting.flag values "reduce.whiten"
        Solver = solver values
    }

    let private ridge (values: Map<string, string>) : RidgeSettings = {
        Smallest = Setting.real values "ridge.smallest"
        Largest = Setting.real values "ridge.largest"
        PointsPerDecade = Setting.whole values "ridge.points-per-decade"
        ChooseBy =
            RidgeChoice.all |> List.find (fun choice -> RidgeChoice.print choice = values["ridge.choose-by"])
    }

    let private inputScale text = if text = "unit" then InputScale.Unit else InputScale.SqrtD

    /// One entry a network, in the order in which they train: input scales, then rates, widths and seeds.
    let private train (values: Map<string, string>) device : TrainSettings[] =
        let network scale rate width seed : TrainSettings = {
            Width = width
            Member = seed
            InputScale = inputScale scale
            LearningRate = rate
            BatchSize = Setting.whole values "train.batch-size"
            Epochs = Setting.whole values "train.epochs"
            TrackedEpochs = Setting.wholes values "train.tracked-epochs"
            ProbeRows = Setting.whole values "train.probe-rows"
            Centred = Setting.flag values "train.centred"
            OutputScale = Setting.real values "train.output-scale"
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

    let private compare (values: Map<string, string>) : CompareSettings = {
        Resamples = Setting.whole values "compare.resamples"
        LazyThreshold = Setting.real values "compare.lazy-below"
        Margin = Setting.real values "compare.margin"
        MainRate = Setting.real values "train.rate"
        SmallWidth = Setting.whole values "compare.small-width"
    }

    /// What no single setting can know.
    let private crossChecks (values: Map<string, string>) = [
        if Setting.real values "ridge.smallest" >= Setting.real values "ridge.largest" then
            "ridge.smallest: it must be below ridge.largest"

        let encoders = Setting.summands values "embed.encoder"

        if List.contains "npy" encoders then
            for key in [ "embed.train-npy"; "embed.test-npy" ] do
                if values[key] = "" then
                    $"%s{key}: the encoder npy needs this file"

        if encoders.Length > 1 && values["embed.weights"] <> "auto" then
            let weights = Setting.reals values "embed.weights"

            if weights.Length <> encoders.Length then
                $"embed.weights: %d{weights.Length} weights for %d{encoders.Length} encoders"
            elif List.forall ((=) 0.0) weights then
                "embed.weights: one at least must be above 0"

        if values["reduce.dimensions"] = "auto" && values["reduce.compare"] = "none" then
            "reduce.dimensions: auto needs numbers in reduce.compare"

        if values["reduce.dimensions"] = "all" && Setting.flag values "reduce.whiten" then
            "reduce.whiten: only principal components are whitened, and reduce.dimensions = all keeps the embedding's own"
    ]

    let private build (merged: Map<string, string * SettingSource>) : Result<Config, string list> =
        let values = merged |> Map.map (fun _ (value, _) -> value)

        match Device.parse values["device"], crossChecks values with
        | Ok device, [] ->
            Ok {
                Seed = uint64 values["seed"]
                Threads = Setting.whole values "threads"
                Device = device
                Clean = clean values
                Split = split values
                Encoder = encoder values
                CompareDimensions = compareDimensions values
                Reduce = reduce values
                Ridge = ridge values
                Targets =
                    TargetCoding.all
                    |> List.find (fun coding -> TargetCoding.print coding = values["ridge.targets"])
                Train = train values device
                Compare = compare values
                Facts = [|
                    for setting in settings ->
                        let value, source = merged[setting.Key]

                        {
                            Key = setting.Key
                            Value = value
                            Source =
                                match source with
                                | ByDefault -> "default"
                                | FromFile _ -> "file"
                                | FromCommandLine -> "command line"
                        }
                |]
            }
        | device, mistakes ->
            [
                match device with
                | Error mistake -> $"device: %s{mistake}"
                | Ok _ -> ()
                yield! mistakes
            ]
            |> Error

    /// Defaults ← the text of a settings file, if there is one ← `key=value` texts. Every mistake at once, each naming its key.
    let read
        (file: string | null)
        (text: string | null)
        (assignments: string seq)
        : Result<Config, string list> =
        let ofFile =
            match file, text with
            | NonNull file, NonNull text ->
                ConfigText.ofJson file text |> Result.map (fun pairs -> [ FromFile file, pairs ])
            | _ -> Ok []

        let ofLine =
            List.ofSeq assignments
            |> ConfigText.ofAssignments
            |> Result.map (fun pairs -> [ FromCommandLine, pairs ])

        match ofFile, ofLine with
        | Ok fileLayer, Ok lineLayer -> ConfigText.merge settings (fileLayer @ lineLayer) |> Result.bind build
        | Error a, Error b -> Error(a @ b)
        | Error mistakes, Ok _
        | Ok _, Error mistakes -> Error mistakes
