namespace NtkPipeline.Core

/// All that a run of more classes, or of numbers, found out: what its report is made of. Holds no time and no date.
[<NoEquality; NoComparison>]
type TaskFindings = {
    Seed: uint64
    Name: string
    /// Written by a program, not by people.
    Synthetic: bool
    Labels: Labels
    /// Of how many rows these were drawn; none where all were taken.
    SampledFrom: int option
    TestIds: RowId[]
    Split: Split
    Features: FeatureFacts
    /// Where networks read texts as sequences of tokens.
    Tokens: TokenFacts option
    Regression: TaskRegression
    /// Of the kernel regression.
    Learning: LearningCurve
    /// The narrowest and the widest network of each input scale beside their limit.
    Probes: ProbeKernels[]
    Runs: TaskRun[]
    /// The epoch that each kind of them is judged at; empty where none was chosen.
    Choices: EpochChoice[]
    /// The widest networks of each input scale beside the kernel, and what is said of them.
    Contests: TaskContest[]
    Verdicts: Verdict[]
    /// The questions that are made for any task.
    Chapters: Chapter list
    /// Names of the questions that were left out, being made for another task.
    NotAsked: string[]
    Settings: SettingFact[]
    Sources: Source list
} with

    /// The labels of the validation rows.
    member this.Expected = this.Split.Validation |> Array.map (fun row -> this.Split.Labels[row])

    /// The labels of the training rows, as they were learnt.
    member this.Learnt = this.Split.Train |> Array.map (fun row -> this.Split.Targets[row])

[<RequireQualifiedAccess>]
module TaskFindings =

    /// What the person chose.
    type Choices = {
        Seed: uint64
        Name: string
        Synthetic: bool
        Compare: CompareSettings
        /// Names of questions that the settings ask beside the first.
        Questions: string list
        Settings: SettingFact[]
    }

    let private choices (choices: Choices) : Artifact<Choices> =
        Artifact.create
            "settings"
            (Digest.ofParts [
                Fingerprint.describe (choices.Seed, choices.Name, choices.Synthetic, choices.Questions)
                Fingerprint.describe (choices.Compare, choices.Settings)
            ])
            (lazy (Ok choices))

    let gather
        (chosen: Choices)
        (whole: Artifact<Labels>)
        (labels: Artifact<Labels>)
        (unlabelled: Artifact<Tweet[]>)
        (split: Artifact<Split>)
        (tokens: Artifact<TokenFacts option>)
        (features: Artifact<Features>)
        (regression: Artifact<TaskRegression>)
        (learning: Artifact<LearningCurve>)
        (runs: Artifact<TaskRun[]>)
        (epochs: Artifact<EpochChoice[]>)
        (probes: Artifact<ProbeKernels[] list>)
        (chapters: Artifact<Chapter list>)
        : Artifact<TaskFindings> =
        let sources =
            Source.ofArtifact features
            @ Source.ofArtifact regression
            @ Source.ofArtifact learning
            @ Source.ofArtifact runs
            @ Source.ofArtifact probes

        let put
            (chosen: Choices)
            (whole: Labels)
            (labels: Labels)
            (unlabelled: Tweet[])
            (split: Split)
            (tokens: TokenFacts option)
            (features: Features)
            (regression: TaskRegression)
            (learning: LearningCurve)
            (runs: TaskRun[])
            (epochs: EpochChoice[])
            (probes: ProbeKernels[] list)
            (chapters: Chapter list)
            : TaskFindings =
            let all = whole.Values.Length

            let contests =
                TaskContest.all chosen.Compare {
                    Task = labels.Task
                    Values = split.Validation |> Array.map (fun row -> split.Labels[row])
                    Kernel = regression.Validation
                    Runs = runs
                }

            {
                Seed = chosen.Seed
                Name = chosen.Name
                Synthetic = chosen.Synthetic
                Labels = labels
                SampledFrom = if all > labels.Values.Length then Some all else None
                TestIds = unlabelled |> Array.map _.Id
                Split = split
                Features = features.Facts
                Tokens = tokens
                Regression = regression
                Learning = learning
                Probes = Array.concat probes
                Runs = runs
                Choices = epochs
                Contests = contests
                Verdicts = TaskClaims.judge chosen.Compare labels.Task runs contests
                Chapters = chapters
                NotAsked = Array.ofList chosen.Questions
                Settings = chosen.Settings
                Sources = List.distinct sources
            }

        Artifact.map put (choices chosen)
        |> Artifact.apply whole
        |> Artifact.apply labels
        |> Artifact.apply unlabelled
        |> Artifact.apply split
        |> Artifact.apply tokens
        |> Artifact.apply features
        |> Artifact.apply regression
        |> Artifact.apply learning
        |> Artifact.apply runs
        |> Artifact.apply epochs
        |> Artifact.apply probes
        |> Artifact.apply chapters
