namespace NtkPipeline.Core

/// The networks of one width and rate that left the lazy regime against those that stayed in it.
type RegimeSides = {
    Rate: float
    Width: int
    /// Of validation accuracy; none where one side has no networks.
    Difference: Difference option
}

/// What the chapter on regimes rests on.
type RegimeEvidence = {
    /// ΔΘ below this counts as lazy.
    Threshold: float
    Cells: RegimeCell[]
    Borders: RegimeBorder[]
    /// By rate, at the map's greatest width, after the last epoch.
    Sides: RegimeSides[]
    Scalings: ScalingLine[]
    /// Rows, epochs and seeds in words, of the map and of each scaling.
    Budget: string
}
