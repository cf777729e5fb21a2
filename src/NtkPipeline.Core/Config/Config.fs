namespace NtkPipeline.Core

/// The settings of every stage, read from text once.
type Config = {
    Seed: uint64
    Threads: int
    Device: Device
    /// Bytes that a run may take; none: those of the machine.
    Memory: int64 option
    /// Whether networks read tweets as sequences of tokens (`TokenRun`).
    IsOfTokens: bool
    /// Labelled tweets that are drawn; none: all are taken.
    Sample: int option
    Data: DataSettings
    Clean: CleanSettings
    Split: SplitTweets.Settings
    Encoder: EncoderSettings
    CompareDimensions: CompareDimensions.Settings
    Reduce: ReduceDimension.Settings
    Ridge: RidgeSettings
    Targets: TargetCoding
    /// The run's own networks, in the order in which they train; none where the first question is not asked.
    Train: GridPoint[]
    /// The further networks that choose their epochs, each with the fold of the training rows that it holds out.
    Choosing: (GridPoint * int)[]
    /// The further questions that are asked, in their order.
    Experiments: Experiment list
    Explain: ExplainNetwork.Settings
    Compare: CompareSettings
    /// The settings as texts that were checked: what experiments read theirs from.
    Values: Map<string, string>
    /// The same, and where each came from.
    Facts: SettingFact[]
}

[<RequireQualifiedAccess>]
module Config =

    /// Every setting there is, in the order of the pipeline.
    let settings: Setting list = SettingList.all

    /// What no single setting can know.
    let private crossChecks (values: Map<string, string>) = [
        yield! Widths.check values
        yield! DataSettings.check values

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

        if List.contains "npy" encoders && values["data.sample"] <> "all" then
            "data.sample: the encoder npy has a row for every tweet of the file, so it takes all; draw the sample of tweets and rows beforehand"

        if values["reduce.dimensions"] = "auto" && values["reduce.compare"] = "none" then
            "reduce.dimensions: auto needs numbers in reduce.compare"

        if values["reduce.dimensions"] = "all" && Setting.flag values "reduce.whiten" then
            "reduce.whiten: only principal components are whitened, and reduce.dimensions = all keeps the embedding's own"
    ]

    let private asks (name: string) (values: Map<string, string>) =
        Setting.texts values "experiments" |> List.contains name

    /// What experiments find wrong with their own settings, which they may hold against the run's networks.
    let private experimentChecks (values: Map<string, string>) device = [
        for experiment in Experiments.asked values do
            yield! experiment.Check values (Widths.basis values device)
    ]

    let private sample (values: Map<string, string>) =
        [
            if values["data.sample"] <> "all" then
                Setting.whole values "data.sample"
            if TokenRun.isAsked values then
                TokenRun.sample values
        ]
        |> List.sort
        |> List.tryHead

    let private build (merged: Map<string, string * SettingSource>) : Result<Config, string list> =
        let merged = NarrowedGrid.apply merged
        let values = merged |> Map.map (fun _ (value, _) -> value)

        let device = Device.parse values["device"]

        let mistakes =
            match device, crossChecks values with
            | Ok device, [] -> experimentChecks values device
            | _, mistakes -> mistakes

        match device, mistakes with
        | Ok device, [] ->
            let networks = if asks Widths.name values then Widths.points values device else [||]

            Ok {
                Seed = uint64 values["seed"]
                Threads = Setting.whole values "threads"
                Device = device
                Memory = ByteSize.parse values["memory"] |> Result.toOption
                IsOfTokens = TokenRun.isAsked values
                Sample = sample values
                Data = DataSettings.read values
                Clean = TextSettings.clean values
                Split = TextSettings.split values
                Encoder = TextSettings.encoder values
                CompareDimensions = ModelSettings.compareDimensions values
                Reduce =
                    match ModelSettings.reduce values, merged["reduce.dimensions"] with
                    // Nobody asked for so many: of few rows or columns, as many as there are.
                    | { Dimensions = Leading most } as reduce, (_, ByDefault) -> {
                        reduce with
                            Dimensions = UpTo most
                      }
                    | reduce, _ -> reduce
                Ridge = ModelSettings.ridge values
                Targets =
                    TargetCoding.all
                    |> List.find (fun coding -> TargetCoding.print coding = values["ridge.targets"])
                Train = networks
                Choosing = ChooseEpochs.networks (Setting.whole values "train.stop-folds") networks
                Experiments = Experiments.asked values
                Explain = ModelSettings.explain values
                Compare = Widths.compare values
                Values = values
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
