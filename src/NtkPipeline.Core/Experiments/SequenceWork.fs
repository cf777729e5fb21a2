namespace NtkPipeline.Core

/// What kernels of texts and their finite networks have to do, as `Workload` counts, before the texts are read.
[<RequireQualifiedAccess>]
module SequenceWork =

    /// Tokens of a tweet on average, and places of the longest one, at all of which networks compute.
    let private tokens, places = 31.0, 62

    /// Operations that a pair of tokens takes beside its product, and how much longer all of them take than a plain product's.
    let private beside, slower = 100.0, 6.5

    /// So many kernels, each of the pairs of tokens that meet, and their regressions.
    let kernels (count: int) (features: int) (sizes: RunSizes) : float =
        let fitted, kept = tokens * float sizes.Fitted, tokens * float sizes.Kept
        let pairs = fitted * (0.5 * fitted + kept)

        float count * (pairs * (2.0 * float features + beside) * slower / 1e9 + Workload.eigen sizes.Fitted)

    /// A run's kernel of labelled tweets with themselves, and of the others with these.
    let labelled (features: int) (sizes: RunSizes) : float =
        0.5 * (tokens * float sizes.Labelled) ** 2.0 * (2.0 * float features + beside) * slower / 1e9

    let test (features: int) (sizes: RunSizes) : float =
        tokens * float sizes.Labelled * tokens * float sizes.Test * (2.0 * float features + beside) * slower
        / 1e9

    /// What all places of a text multiply by, and what a pair of texts meets in (`TextGram`).
    let private counts (spec: RunSpec) features =
        let maps = LinearMaps.ofTexts features places (RunSpec.network spec)

        let met (map: LinearMap) =
            let fanIn, width, places = float map.FanIn, float map.Width, float map.Places
            min (fanIn * width) (places * places * (fanIn + width))

        maps |> List.sumBy (fun map -> float map.FanIn * float map.Width * float map.Places),
        maps |> List.sumBy met

    /// One of a run's networks, trained and followed: as `Workload.network`, of texts.
    let followed (spec: RunSpec) (features: int) (sizes: RunSizes) : float =
        let multiplied, met = counts spec features
        let n, rows, epochs = float sizes.Fitted, float sizes.Labelled, float spec.Epochs
        let tracked, spectra = TrackedEpochs.upTo spec.Epochs spec.Tracked
        let probe = min sizes.Fitted spec.ProbeRows
        let gram texts = met * texts * texts + 8.0 * multiplied * texts

        let operations =
            12.0 * epochs * n * multiplied
            + float tracked.Length * (4.0 * rows * multiplied + gram (float probe))
            + gram rows
            + gram n

        operations / 1e9
        + epochs * Workload.passes 1.0 sizes.Fitted sizes.Labelled
        + float spectra.Length * Workload.eigen probe

    /// The same trained without one fold of `folds`, to choose its epoch.
    let choosing (spec: RunSpec) (folds: int) (features: int) (sizes: RunSizes) : float =
        let multiplied, _ = counts spec features
        let share = 1.0 - 1.0 / float (max 2 folds)
        12.0 * share * float spec.Epochs * float sizes.Fitted * multiplied / 1e9

    /// The same trained on all fitted texts.
    let whole (spec: RunSpec) (features: int) (sizes: RunSizes) : float =
        let multiplied, _ = counts spec features
        12.0 * float spec.Epochs * float sizes.Fitted * multiplied / 1e9

    /// A trained network's tangent kernel of all fitted texts.
    let tangent (spec: RunSpec) (features: int) (sizes: RunSizes) : float =
        let multiplied, met = counts spec features
        let n = float sizes.Fitted
        (met * n * n + 8.0 * multiplied * n) / 1e9

    /// What goes into and comes out of all maps of a network at a text.
    let private units (features: int) (spec: RunSpec) =
        LinearMaps.ofTexts features places (RunSpec.network spec)
        |> List.sumBy (fun map -> float (map.FanIn + map.Width) * float map.Places)

    let private bytes texts features (held: RunSpec -> int) (specs: RunSpec list) =
        let there = 3.0 * float texts * float places * float (features + 1)
        let network spec = units features spec * float (held spec)
        4.0 * (there + (specs |> List.map network |> List.fold max 0.0))

    /// Bytes of a run's texts, and of what its widest network has at all places of them.
    let memory (specs: RunSpec list) (features: int) (sizes: RunSizes) : float =
        let held _ = sizes.Labelled + 3 * min sizes.Labelled 1024
        bytes (sizes.Labelled + sizes.Test) features held specs

    /// The same where networks are only trained: of a step there and back, and of the texts that are looked at together.
    let trained (specs: RunSpec list) (features: int) (sizes: RunSizes) : float =
        let step (spec: RunSpec) =
            if spec.BatchSize = 0 then sizes.Fitted else min spec.BatchSize sizes.Fitted

        bytes (sizes.Fitted + sizes.Kept) features (fun spec -> 128 + 4 * step spec) specs

    /// Trainings of every network on four fifths of the tweets and on all: three products an epoch, and as long again between them.
    let training (specs: RunSpec list) (features: int) (sizes: RunSizes) : float =
        let multiplied (spec: RunSpec) =
            LinearMaps.ofTexts features places (RunSpec.network spec)
            |> List.sumBy (fun map -> float map.FanIn * float map.Width * float map.Places)

        specs
        |> List.sumBy (fun spec ->
            1.8 * float spec.Epochs * float sizes.Fitted * 12.0 * multiplied spec / 1e9)
