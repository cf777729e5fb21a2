namespace NtkPipeline.Core

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
