namespace NtkPipeline.Core

/// A labelled tweet that all the others contradict.
type SuspectTweet = {
    Id: int
    /// Other people's words: escaped wherever they are shown.
    Text: string
    Positive: bool
    /// f at the tweet, fitted on all other training rows: on the other side of 0 than its label.
    LeftOut: float
}

/// One setting of a run: "default", "file" or "command line" is where its value came from.
type SettingFact = { Key: string; Value: string; Source: string }

/// All that a run found out: what a report is made of. Holds no time and no date, so that the same run gives the same bytes.
type Findings = {
    Seed: uint64
    Data: DataFacts
    Features: FeatureFacts
    /// Of several encoders side by side.
    Combination: CombinationFacts option
    Dimensions: DimensionFacts
    Kernel: KernelRegression
    /// Candidates for a wrong label among the training rows, clearest first.
    Suspects: SuspectTweet[]
    /// The kernel regression's probabilities: fitted on training rows left out, judged on the validation rows.
    Calibration: Calibrated
    Picture: KernelPicture
    Networks: NetworkRun[]
    Comparison: Comparison
    Settings: SettingFact[]
}
