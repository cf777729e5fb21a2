namespace NtkPipeline.Core

/// How one way of using the model, or the analytic kernel, met the validation rows.
type OwnScores = {
    /// "tangent", and "its tangent kernel".
    Id: string
    Title: string
    /// What was chosen on fitted rows: a ridge, an epoch.
    Choice: string
    Measures: Measure[]
    /// Mean squared error, in units of the targets.
    Error: float
}

/// How well something foretells what fine-tuning does to the outputs at the validation rows.
type OwnForetold = {
    /// "first-order", and in words.
    Id: string
    What: string
    /// Between the changes of f; none where one of them does not vary.
    Correlation: float option
    /// 1 − ‖Δ − Δ'‖²/‖Δ‖²; none where nothing changed.
    Explained: float option
    /// Share of the rows that both name alike; none of numbers.
    Agreement: float option
}

/// All that was judged of a model of one's own.
type OwnEvidence = {
    File: string
    Facts: OwnFacts
    /// What it was given.
    Inputs: string
    /// "accuracy" or "r2": what models are compared by.
    Measure: string
    LazyThreshold: float
    Margin: float
    FittedRows: int
    AllFittedRows: int
    ValidationRows: int
    ProbeRows: int
    /// Λ_max and the side of the tangent kernel, the rate in its unit and η itself, epochs at most, and how the epoch was chosen.
    Largest: float
    Side: int
    Rate: float
    Eta: float
    Unit: string
    Epochs: int
    Stop: OwnStop
    /// The epoch that it is judged after, if training got there, and the one in which it diverged.
    Judged: int option
    Diverged: int option
    Models: OwnScores[]
    /// On the same validation rows: the tangent kernel less the analytic one, fine-tuned less each, less the linearised model, and less the model as it
    /// comes.
    TangentLessAnalytic: Difference
    TunedLessTangent: Difference option
    TunedLessAnalytic: Difference option
    TunedLessLinearised: Difference option
    TunedLessStart: Difference option
    /// ΔΘ where it is judged, with a band over the probe rows.
    Movement: Difference option
    Course: OwnCourse
    /// Mean squared error of the validation rows after each epoch from 0: of the model and of its linearisation.
    Errors: float[]
    LinearisedErrors: float[]
    Foretold: OwnForetold[]
}
