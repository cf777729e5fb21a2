namespace NtkPipeline.Core

/// Everything that a run found out, as one artifact.
[<RequireQualifiedAccess>]
module GatherFindings =

    let private classes (task: LearningTask) =
        match task with
        | LearningTask.Binary(negative, positive) -> negative, positive
        | LearningTask.Classes _
        | LearningTask.Regression -> invalidArg (nameof task) "these findings are of two classes"

    let private dataFacts name isSynthetic task sampledFrom (split: Split) (features: Features) = {
        Name = name
        Synthetic = isSynthetic
        Classes = classes task
        TrainRows = split.Labels.Length
        SampledFrom = sampledFrom
        TestRows = features.Test.Rows
        PositiveShare =
            (split.Labels |> Array.filter (fun y -> y > 0.0) |> Array.length |> float)
            / float split.Labels.Length
        FittedRows = split.Train.Length
        ValidationRows = split.Validation.Length
        DuplicateRows = split.DuplicateRows
        ContradictoryTexts = split.ContradictoryTexts
        ContradictoryRows = split.ContradictoryRows
        IdenticalRows = split.IdenticalRows
        IdenticalContradictions = split.IdenticalContradictions
        SimilarRows = split.SimilarRows
        LargestSimilarGroup = split.LargestSimilarGroup
    }

    /// As many as a person would look through.
    let private mostSuspects = 25

    /// Labels as they were given: a row that took its text's majority is judged by what it came with.
    let private suspects (tweets: Tweet[]) (split: Split) (kernel: KernelRegression) =
        let labels = split.Train |> Array.map (fun i -> split.Labels[i])

        Contributions.suspects kernel.LeftOutOutputs labels mostSuspects
        |> Array.map (fun suspect ->
            let tweet = tweets[split.Train[suspect.Row]]

            {
                Id = tweet.Id
                Text = tweet.Text
                Positive = suspect.Target > 0.0
                LeftOut = suspect.LeftOut
            })

    /// Bins of the reliability diagram.
    let private bins = 10

    /// Probabilities of the labels as they were given, which those of the validation rows are.
    let private calibration (split: Split) (kernel: KernelRegression) =
        let labels = split.Train |> Array.map (fun i -> split.Labels[i])

        Calibration.judge
            bins
            labels
            kernel.LeftOutOutputs
            (SplitTweets.validationLabels split)
            kernel.ValidationOutputs

    /// What the person chose: it decides the report's bytes as much as any stage's result does.
    let private asked
        (seed: uint64)
        (name: string)
        (isSynthetic: bool)
        (task: LearningTask)
        (settings: SettingFact[])
        : Artifact<unit> =
        Fingerprint.describe (seed, name, isSynthetic, LearningTask.names task, settings)
        |> fun text -> Artifact.create "settings" (Digest.ofParts [ text ]) (lazy (Ok()))

    let pictures (kernel: Artifact<KernelPicture>) (learning: Artifact<LearningCurve>) : Artifact<Pictures> =
        let put kernel learning : Pictures = { Kernel = kernel; Learning = learning }
        Artifact.map2 put kernel learning

    /// `whole`: the tweets that a sample was drawn of, where one was. `task` is of two classes.
    let run
        (seed: uint64)
        (name: string)
        (isSynthetic: bool)
        (task: LearningTask)
        (settings: SettingFact[])
        (whole: Artifact<Tweet[]> option)
        (tweets: Artifact<Tweet[]>)
        (split: Artifact<Split>)
        (combination: Artifact<CombinationFacts option>)
        (dimensions: Artifact<DimensionFacts>)
        (tokens: Artifact<TokenFacts option>)
        (features: Artifact<Features>)
        (kernel: Artifact<KernelRegression>)
        (pictures: Artifact<Pictures>)
        (networks: Artifact<TrainedNetwork list>)
        (choices: Artifact<EpochChoice[]>)
        (probes: Artifact<ProbeKernels[] list>)
        (comparison: Artifact<Comparison>)
        (chapters: Artifact<Chapter list>)
        : Artifact<Findings> =
        let sources: RunSources = {
            Data =
                Source.ofArtifact tweets
                @ Source.ofArtifact split
                @ Source.ofArtifact combination
                @ Source.ofArtifact dimensions
                @ Source.ofArtifact features
            Kernel = Source.ofArtifact split @ Source.ofArtifact kernel @ Source.ofArtifact pictures
            Networks = Source.ofArtifact networks @ Source.ofArtifact probes
            Comparison =
                (Source.ofArtifact choices |> List.filter (fun source -> source.Stage = ChooseEpochs.name))
                @ Source.ofArtifact comparison
        }

        let sampledFrom =
            match whole with
            | Some whole -> whole |> Artifact.map (Array.length >> Some)
            | None -> Artifact.create "all tweets" (Digest.ofParts []) (lazy (Ok None))

        let gather
            ()
            sampledFrom
            tweets
            split
            (features: Features)
            combination
            dimensions
            tokens
            kernel
            (pictures: Pictures)
            (judged: JudgedRuns)
            probes
            comparison
            chapters
            : Findings = {
            Seed = seed
            Data = dataFacts name isSynthetic task sampledFrom split features
            Features = features.Facts
            Combination = combination
            Dimensions = dimensions
            Tokens = tokens
            Kernel = kernel
            Suspects = suspects tweets split kernel
            Calibration = calibration split kernel
            ValidationLabels = SplitTweets.validationLabels split
            Picture = pictures.Kernel
            Learning = pictures.Learning
            Probes = Array.concat probes
            Networks = Array.ofList judged.Ended
            Choices = judged.Choices
            Stopped = Array.ofList judged.Stopped
            Comparison = comparison
            Chapters = Array.ofList chapters
            Settings = settings
            Sources = sources
        }

        Artifact.map gather (asked seed name isSynthetic task settings)
        |> Artifact.apply sampledFrom
        |> Artifact.apply tweets
        |> Artifact.apply split
        |> Artifact.apply features
        |> Artifact.apply combination
        |> Artifact.apply dimensions
        |> Artifact.apply tokens
        |> Artifact.apply kernel
        |> Artifact.apply pictures
        |> Artifact.apply (ChooseEpochs.judged networks choices)
        |> Artifact.apply probes
        |> Artifact.apply comparison
        |> Artifact.apply chapters
