namespace NtkPipeline.Core

/// How texts became features.
type FeatureFacts = {
    Encoder: string
    /// How columns were reduced: "pca exact", "pca randomised", "none, centred"; with ", whitened" where they were.
    Reduction: string
    /// Columns before the reduction, and after it.
    EmbeddingColumns: int
    Columns: int
    /// Share of the training rows' variance that each kept component explains, largest first; empty where none was left out.
    ExplainedVariance: float[]
    /// Labelled and test rows that are zero and so cannot be brought to norm 1; they stay zero.
    ZeroLabelledRows: int[]
    ZeroTestRows: int[]
}

/// Exact leave-one-out of kernel regression on some training rows: accuracy and mean squared error against the targets, and
/// the ridge, over the kernel's mean diagonal, that was best by the error.
type LooScores = { RelativeRidge: float; Accuracy: float; Error: float }

/// Several views as one kernel: side by side before the network, or a network for each.
[<RequireQualifiedAccess>]
type Combining =
    | Beside
    | Sum

[<RequireQualifiedAccess>]
module Combining =

    let all = [ Combining.Beside; Combining.Sum ]

    /// The name in settings and results.
    let print (combining: Combining) : string =
        match combining with
        | Combining.Beside -> "beside"
        | Combining.Sum -> "sum"

    let parse (text: string) : Result<Combining, string> =
        PrintedUnion.parse "a way to put encoders together" print all text

/// What views' weights came from.
[<RequireQualifiedAccess>]
type WeightSource =
    | Given
    | LeaveOneOutError

[<RequireQualifiedAccess>]
module WeightSource =

    let all = [ WeightSource.Given; WeightSource.LeaveOneOutError ]

    /// The name in results.
    let print (source: WeightSource) : string =
        match source with
        | WeightSource.Given -> "given"
        | WeightSource.LeaveOneOutError -> "leave-one-out error"

    let parse (text: string) : Result<WeightSource, string> =
        PrintedUnion.parse "what weights come from" print all text

/// One of several encoders.
type ViewFacts = {
    Encoder: string
    Columns: int
    /// What its rows, brought to norm 1 each, are multiplied by.
    Weight: float
    /// The kernel of this encoder alone, on the rows among which weights were searched; none where weights were given.
    Alone: LooScores option
}

/// Some weights of the encoders, in their order, on all training rows.
type WeightTrial = { Name: string; Weights: float[]; HeldOut: LooScores }

/// How encoders were put together.
type CombinationFacts = {
    Combining: Combining
    Views: ViewFacts[]
    ChosenBy: WeightSource
    /// Training rows among which weights were searched, and kernels that were solved there; 0 where they were given.
    SearchRows: int
    Solves: int
    /// What the search found against what is simpler; the one with the least error was taken. Empty where weights were given.
    Confirmed: WeightTrial[]
}

/// The kernel on the first d principal components.
type DimensionPoint = {
    Dimensions: int
    /// Share of the rows' variance that is kept.
    ExplainedVariance: float
    HeldOut: LooScores
}

/// What the number of components is worth, on some training rows. No points where it was not asked for.
type DimensionFacts = { Rows: int; Points: DimensionPoint[] }
