namespace NtkPipeline.Core

/// The most memory that a run holds at once, from its settings and how many tweets there are: that of its whole kernels, which all else
/// stays below.
[<RequireQualifiedAccess>]
module RunMemory =

    /// What a run's process has beside its kernels: .NET, LibTorch, the sentence encoder at work, texts and embeddings.
    let private beside = 7e8

    let private product (bytes: float) (a: int) (b: int) = bytes * float a * float b

    /// What the question of the transformer holds by itself at its most, with what is garbage meanwhile, as measured: sketched gradients of all
    /// rows beside two kernels while a third is made of them; kernels and the factors of a regression; or a step of fine-tuning.
    let private transformer (config: Config) (sizes: RunSizes) =
        let whole = Transformer.whole config.Values
        let all, columns = sizes.Labelled + sizes.Test, Transformer.columns config.Values
        let kernel = product 4.0 sizes.Labelled all
        let layered = min sizes.Fitted (whole "layer-rows") + sizes.Kept
        let gradients = product 2.0 (all + layered) columns + product 8.0 512 columns + 2.0 * kernel
        let regression = 2.0 * kernel + product 20.0 sizes.Labelled sizes.Labelled
        let training = 1e9 + 7e5 * float (whole "batch") * float (min 64 (whole "most-tokens"))
        max training (6e8 + max gradients regression)

    /// What the question of texts as sequences holds: vectors of tokens and tiles of pairs of them, one kernel with its eigenvectors, or a
    /// network in training.
    let private sequence (config: Config) (sizes: RunSizes) =
        let n = min sizes.Fitted (Sequence.whole config.Values "rows")
        let features = Sequence.columns config.Values |> Option.defaultValue 384
        let specs = Sequence.specs config.Values (Widths.basis config.Values config.Device) |> List.map snd

        8e8
        + max
            (product 8.0 n (n + sizes.Kept) + KernelMemory.decompose 4 n)
            (SequenceWork.trained specs features { sizes with Fitted = n })

    /// What the question of one's own model holds: gradients of rows, its tangent kernel in float64 with its eigenvectors, and the other kernel's.
    let private ownModel (config: Config) (sizes: RunSizes) =
        let n = min sizes.Fitted (Setting.whole config.Values "own-model.rows")
        2.0 * OwnGram.memory + product 16.0 n (n + sizes.Kept) + KernelMemory.decompose 8 n

    let private asksFor (experiment: Experiment) (config: Config) =
        config.Experiments |> List.exists (fun asked -> asked.Name = experiment.Name)

    /// A kernel that the run keeps: of the labelled rows, of the test rows with them, float32, and the fitted rows' eigenvectors.
    let private kept (sizes: RunSizes) =
        product 4.0 sizes.Labelled (sizes.Labelled + sizes.Test) + product 8.0 sizes.Fitted sizes.Fitted

    let private asks (config: Config) = config.Train.Length > 0 || not config.Experiments.IsEmpty

    /// Kernels that are kept: where regression adds the encoders', their sum and, for networks, that of all features.
    let private kernels (config: Config) =
        let isSum = config.Encoder.Kinds.Length > 1 && config.Encoder.Weigh.Combining = Combining.Sum

        if isSum && asks config then 2.0 else 1.0

    /// Kernels of the rows that are fitted again for the test rows, where these are not all.
    let private regathered (config: Config) (sizes: RunSizes) =
        match config.Split.Contradictions with
        | DropRows -> product 4.0 sizes.Labelled (sizes.Labelled + sizes.Test)
        | KeepLabels
        | MajorityLabel -> 0.0

    /// Bytes at the peak of each part of a run.
    let private parts (config: Config) (sizes: RunSizes) : float list =
        let n, all, test = sizes.Fitted, sizes.Labelled, sizes.Test
        let held = kernels config * kept sizes
        let gathered = product 4.0 n (n + sizes.Kept)
        let ofEigenvalues = KernelMemory.decompose 4 n

        [
            // The last kernel's eigenvectors are not there yet.
            held - product 8.0 n n + ofEigenvalues
            held + gathered + KernelMemory.folded 4 n config.Split.Folds
            if test > 0 then
                held + gathered + regathered config sizes + KernelMemory.factored 0 all + product 8.0 test all
            if asks config then
                // Other networks' kernels, one at a time.
                held + product 4.0 all all + ofEigenvalues
            if config.Encoder.Kinds.Length > 1 then
                // Of each trial, what the one before has left.
                3.0 * product 4.0 n n + KernelMemory.factored 4 n
            if config.IsOfTokens then
                let specs = config.Train |> Array.map _.Spec |> List.ofArray
                // Kernels before and after training, the limit's and what is being added, beside what a network has at tokens.
                held + 4.0 * product 4.0 all all + SequenceWork.memory specs sizes.Features sizes
            if asksFor Transformer.experiment config then
                held + transformer config sizes
            if asksFor Sequence.experiment config then
                held + sequence config sizes
            if asksFor OwnQuestion.experiment config then
                held + ownModel config sizes
        ]

    /// Bytes at the run's peak.
    let peak (config: Config) (sizes: RunSizes) : float = beside + List.max (parts config sizes)

    /// Stages that hold texts alone, by the first part of their names.
    let private ofTexts =
        set [
            "read-tweets"
            "read-labels"
            "draw-tweets"
            "split-tweets"
            "clean-tweets"
            "tokenise-tweets"
        ]

    /// What a stage declares, by its name: bytes at its peak in a process of its own, from above. All but those that hold texts alone may
    /// hold the run's kernels, and declare what the run does.
    let ofStage (config: Config) (sizes: RunSizes) (name: string) : float =
        if ofTexts.Contains(name.Split('/')[0]) then beside else peak config sizes

    /// A sample of `labelled` tweets that fits into so many bytes, in round numbers; none where the test rows alone are too many.
    let largestSample (bytes: float) (config: Config) (labelled: int) (test: int) : int option =
        let fits count =
            count <= KernelInputs.mostRows && peak config (RunWork.sizes config count test) <= bytes

        let rec search low high =
            if high - low <= 1 then
                low
            else
                let middle = (low + high) / 2
                if fits middle then search middle high else search low middle

        let most = search 0 (labelled + 1)
        let step = pown 10 (max 0 (int (floor (log10 (float (max most 1)))) - 1))
        let round = most / step * step
        if round < 20 then None else Some round

    /// What a run of so many tweets needs, and how to go on where that is too much.
    let need (limit: MemoryLimit) (config: Config) (labelled: int) (test: int) : MemoryNeed =
        let sizes = RunWork.sizes config labelled test

        let sample =
            match largestSample (MemoryLimit.bytes limit) config labelled test with
            | Some count -> $"--set data.sample=%d{count} runs on so many of them, drawn at random, and "
            | None -> ""

        {
            Work = $"the kernels of this run's %d{sizes.Labelled} labelled tweets"
            Bytes = peak config sizes
            WayOn = $"%s{sample}`ntk embed` with `ntk solve` regresses on any number of rows"
        }

    /// The peak before anything runs, or a refusal: of what does not fit, and of kernels that no array holds.
    let check
        (limit: MemoryLimit)
        (config: Config)
        (labelled: int)
        (test: int)
        : Result<MemoryNeed, PipelineError> =
        let need = need limit config labelled test
        let sizes = RunWork.sizes config labelled test

        match MemoryNeed.check limit need with
        | Error refusal -> Error refusal
        | Ok() when sizes.Labelled > KernelInputs.mostRows ->
            Error(
                MachineLacks
                    $"%s{MemoryNeed.print need}, and no array holds a kernel of more than %d{KernelInputs.mostRows} rows; %s{need.WayOn}."
            )
        | Ok() -> Ok need
