namespace NtkPipeline.Core

/// What a run was given.
type DataFacts = {
    /// The folder's name.
    Name: string
    /// Written by a program, not by people.
    Synthetic: bool
    /// Labelled rows, and rows without labels.
    TrainRows: int
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
