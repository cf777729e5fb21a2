namespace NtkPipeline.Core

/// P(positive | f) = 1 / (1 + e^{−(slope·f + offset)}).
type Sigmoid = { Slope: float; Offset: float }

/// Predictions whose probabilities lie in [Lower, Upper): one point of the reliability diagram.
type ReliabilityBin = {
    Lower: float
    Upper: float
    Count: int
    /// The mean of what was predicted, and the share of positive rows.
    MeanProbability: float
    PositiveShare: float
}

/// How well probabilities meet labels.
type Reliability = {
    /// Mean of (p − [positive])².
    Brier: float
    /// Σ |bin's mean probability − its positive share| · its share of rows: the expected calibration error.
    ExpectedError: float
    /// The bins that hold a row, in order.
    Bins: ReliabilityBin[]
}

/// A model's probabilities: how they are made of its outputs, and how they met labels that it never saw.
type Calibrated = {
    Sigmoid: Sigmoid
    /// Rows that judged.
    Rows: int
    Reliability: Reliability
}
