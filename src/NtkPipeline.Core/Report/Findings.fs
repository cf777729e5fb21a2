namespace NtkPipeline.Core

/// What a run was given.
type DataFacts = {
    /// The folder's name.
    Name: string
    /// Written by a program, not by people.
    Synthetic: bool
    /// The negative class and the positive one, in the labels' own words.
    Classes: string * string
    /// Labelled rows, and rows without labels.
    TrainRows: int
    /// Of how many they were drawn; none where all were taken.
    SampledFrom: int option
    TestRows: int
    /// Share of labelled rows whose label is positive.
    PositiveShare: float
    /// Labelled rows that models are fitted on, and rows kept aside.
    FittedRows: int
    ValidationRows: int
    /// Rows whose text, normalised, stood in an earlier row.
    DuplicateRows: int
    /// Normalised texts that stand under both labels, and the rows that carry them.
    ContradictoryTexts: int
    ContradictoryRows: int
    /// The same counts of rows and texts that are equal letter by letter.
    IdenticalRows: int
    IdenticalContradictions: int
    /// Rows whose text is similar to an earlier row's, or the same; and the rows of the largest group of such.
    SimilarRows: int
    LargestSimilarGroup: int
}

/// A labelled tweet that all the others contradict.
type SuspectTweet = {
    Id: RowId
    /// Other people's words: escaped wherever they are shown.
    Text: string
    Positive: bool
    /// f at the tweet, fitted on all other training rows: on the other side of 0 than its label.
    LeftOut: float
}

/// One setting of a run: "default", "file" or "command line" is where its value came from.
type SettingFact = { Key: string; Value: string; Source: string }

/// The results that the run's own chapters were made of.
type RunSources = {
    Data: Source list
    Kernel: Source list
    Networks: Source list
    /// Of power laws and verdicts.
    Comparison: Source list
}

/// What figures are drawn from beside the models themselves.
type Pictures = { Kernel: KernelPicture; Learning: LearningCurve }

/// All that a run found out: what a report is made of. Holds no time and no date, so that the same run gives the same bytes.
[<NoEquality; NoComparison>]
type Findings = {
    Seed: uint64
    Data: DataFacts
    Features: FeatureFacts
    /// Of several encoders side by side.
    Combination: CombinationFacts option
    Dimensions: DimensionFacts
    /// Where networks read texts as sequences of tokens.
    Tokens: TokenFacts option
    Kernel: KernelRegression
    /// Candidates for a wrong label among the training rows, clearest first.
    Suspects: SuspectTweet[]
    /// The kernel regression's probabilities: fitted on training rows left out, judged on the validation rows.
    Calibration: Calibrated
    /// ±1 for each validation row, in their order.
    ValidationLabels: float[]
    Picture: KernelPicture
    /// Of the kernel regression.
    Learning: LearningCurve
    /// The narrowest and the widest network of each input scale beside their limit.
    Probes: ProbeKernels[]
    /// Followed to their last epoch.
    Networks: NetworkRun[]
    /// The epoch that each kind of them is judged at; empty where none was chosen.
    Choices: EpochChoice[]
    /// Those that reached the epoch of their kind, as they stood there, with their validation outputs: ΔΘ is of the probe rows, unless it
    /// is the last epoch.
    Stopped: NetworkRun[]
    Comparison: Comparison
    /// Of the further questions that were asked, in their order.
    Chapters: Chapter[]
    Settings: SettingFact[]
    Sources: RunSources
}
