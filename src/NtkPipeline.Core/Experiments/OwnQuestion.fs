namespace NtkPipeline.Core

/// Is a network that somebody else has trained in the kernel regime, before and after fine-tuning on a run's data? Asked of any task where
/// the setting train.model names a file.
[<RequireQualifiedAccess>]
module OwnQuestion =

    let name = "own-model"

    let question = "Is your own model in the kernel regime, before and after fine-tuning on these data?"

    let private key name = $"own-model.%s{name}"

    let private setting name = Setting.create (key name)

    /// What is given to the model, as settings name it.
    let private auto, raw = "auto", "raw"

    let settings: Setting list = [
        Setting.create
            "train.model"
            Text
            ""
            "The file of a network that you trained, TorchScript (torch.jit.save) or ONNX: it is fine-tuned by these settings beside its tangent kernel, and a chapter says whether it stays in the kernel regime; empty for none. Outputs: one for two classes, above 0 for the second (or two, whose difference is taken), one each for more classes, one for numbers."
        setting
            "inputs"
            (Choice(auto :: raw :: [ for scale in InputScale.all -> InputScale.print scale ]))
            auto
            "What train.model is given: the run's rows at norm 1 (unit) or the root of d (sqrt-d), or raw, the encoder's own columns or the numbers of data.features as they are. auto is raw for data.features, else unit."
        setting
            "input-shape"
            Text
            ""
            "One row as train.model takes it, such as 3x32x32; empty for what an ONNX file says, else one axis."
        setting
            "rows"
            (Whole(20L, 40000L))
            "2000"
            "Fitted rows, evenly spaced, that train.model, its tangent kernel and the analytic kernel learn from, at most; of k outputs so many over k, since the tangent kernel has a row for every output."
        setting
            "probe-rows"
            (Whole(2L, 2000L))
            "64"
            "Of these, the rows on which the tangent kernel is followed, epoch by epoch."
    ]

    let isAsked (values: Map<string, string>) : bool = values["train.model"] <> ""

    let private shape (values: Map<string, string>) =
        match values[key "input-shape"] with
        | "" -> Ok None
        | text -> OwnModelFile.parseShape text |> Result.map Some

    let private check (values: Map<string, string>) = [
        match shape values with
        | Error reason -> $"own-model.input-shape: %s{reason}"
        | Ok _ -> ()

        if TokenRun.isAsked values then
            "train.model: it is given one row a text, and train.network has a layer that takes the tokens of a text together, so that this run has no such rows; leave one of the two out"
    ]

    /// In the units of `Workload`: what a file's network costs is not known before it is read, so that a row's gradient is taken to last a
    /// millisecond and one of a batch's rows a tenth of that; eigenvalues of two kernels.
    let private work (values: Map<string, string>) (basis: RunSpec) (sizes: RunSizes) : float =
        let rows = min sizes.Fitted (Setting.whole values (key "rows"))
        let folds = float (Setting.whole values "train.stop-folds")
        let epochs = float basis.Epochs
        let gradients = float (rows + sizes.Kept) + epochs * Setting.real values (key "probe-rows")
        let steps = epochs * float (rows + sizes.Kept) * (1.0 + folds + 3.0)
        0.1 * gradients + 0.01 * steps + 2.0 * Workload.eigen rows

    let experiment: Experiment = {
        Name = name
        Question = question
        Settings = settings
        Check = fun values _ -> check values
        Work = work
    }

    let private inputs (values: Map<string, string>) =
        let isNumbers = values["data.features"] <> ""

        match values[key "inputs"] with
        | "raw" -> OwnInputs.Raw
        | "auto" when isNumbers -> OwnInputs.Raw
        | "auto" -> OwnInputs.Scaled InputScale.Unit
        | scale -> InputScale.all |> List.find (fun one -> InputScale.print one = scale) |> OwnInputs.Scaled

    /// All of it from settings that were checked.
    let setup
        (values: Map<string, string>)
        (device: Device)
        (ridge: RidgeSettings)
        (task: LearningTask)
        : OwnSetup = {
        File = values["train.model"]
        RowShape = shape values |> Result.defaultValue None
        Inputs = inputs values
        AreNumbers = values["data.features"] <> ""
        Task = task
        Ridge = ridge
        Basis = Widths.basis values device
        StopFolds = Setting.whole values "train.stop-folds"
        Entries = Setting.whole values (key "rows")
        ProbeRows = Setting.whole values (key "probe-rows")
        Compare = Widths.compare values
    }
