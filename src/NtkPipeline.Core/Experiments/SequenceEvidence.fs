namespace NtkPipeline.Core

/// How well regression with one kernel of texts does.
type SequenceScores = {
    /// `SequenceModel.id` and `title`.
    Id: string
    Title: string
    Network: string
    IsOrderBlind: bool
    RelativeRidge: float
    /// Exact leave-one-out on the fitted tweets: mean squared error, share of right answers.
    LooError: float
    LooAccuracy: float
    /// On the validation tweets.
    Validation: Scores
    ValidationError: float
}

/// One model less another on the same tweets. Errors are squared, and of the other less the one: above 0 where the one is better.
type SequenceGap = {
    One: string
    Other: string
    LooError: Difference
    LooAccuracy: Difference
    ValidationError: Difference
    ValidationAccuracy: Difference
}

/// Finite networks of one model and width, which differ in their seed alone.
type SequenceNetworkScores = {
    Id: string
    Title: string
    Network: string
    Width: int
    /// Of each network that ended, the epoch that the first fold chose, from 0.
    Epochs: int[]
    /// Networks that diverged before it.
    Diverged: int
    /// Means over networks, on the validation tweets.
    Accuracy: float
    Error: float
    /// ‖Θ̂_0 − Θ‖/‖Θ‖, and ‖Θ̂_t − Θ̂_0‖/‖Θ̂_0‖ at the chosen epoch, on some fitted tweets.
    InitialError: float
    Movement: float
    /// Less the regression with their own kernel: accuracy; and squared error, the kernel's less theirs.
    LessKernel: Difference
    ErrorSaved: Difference
}

/// Accuracies of the widest networks of two models: those of the one less those of the other.
type SequenceContest = { One: string; Other: string; Width: int; Accuracy: Difference }

/// All that was judged.
type SequenceEvidence = {
    /// Squared errors that differ by no more count as the same.
    Margin: float
    /// What made the tokens' vectors, and how many columns they have.
    Source: string
    Columns: int
    FittedRows: int
    /// Fitted tweets that there are.
    AllRows: int
    ValidationRows: int
    MeanTokens: float
    MostTokens: int
    Kernels: SequenceScores[]
    /// The convolution against the better of the order-blind kernels, by leave-one-out error, and against itself on shuffled tokens.
    Order: SequenceGap
    Control: SequenceGap
    /// Attention against the convolution.
    Attention: SequenceGap
    Networks: SequenceNetworkScores[]
    /// Convolution against the order-blind networks, and attention against convolution, as far as they were trained.
    Contests: SequenceContest[]
    /// Of these tweets, and of all fitted ones.
    Price: SequencePrice
    PriceOfAll: SequencePrice
}
