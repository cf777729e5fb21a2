namespace NtkPipeline.Core

/// The networks of one width and rate that left the lazy regime against those that stayed in it.
type RegimeSides = {
    Rate: float
    Width: int
    /// Of validation accuracy, where networks are judged; none where one side has no networks.
    Difference: Difference option
    /// The same after the last epoch, by the sides that they are on then.
    AtEnd: Difference option
}

/// What the chapter on regimes rests on.
type RegimeEvidence = {
    /// ΔΘ below this counts as lazy.
    Threshold: float
    Cells: RegimeCell[]
    Borders: RegimeBorder[]
    /// By rate, at the map's greatest width.
    Sides: RegimeSides[]
    /// Whether fitted rows chose the epochs at which networks are judged, and the last epoch.
    IsStopped: bool
    Epochs: int
    Scalings: ScalingLine[]
    /// Rows, epochs and seeds in words, of the map and of each scaling.
    Budget: string
}
