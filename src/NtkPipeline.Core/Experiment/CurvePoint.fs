namespace NtkPipeline.Core

/// A place of a curve, with its spread.
type CurvePoint = {
    X: float
    Y: float
    /// Ends of the spread, whatever the caption says it is: mean ∓ one standard deviation, the smallest and the largest seed, a 95% band;
    /// equal to `Y` where there is none.
    Low: float
    High: float
}

[<RequireQualifiedAccess>]
module CurvePoint =

    let create (x: float) (y: float) : CurvePoint = { X = x; Y = y; Low = y; High = y }

    /// The mean of some values at a place, with one standard deviation, or the smallest and the largest.
    let ofValues (isGeometric: bool) (x: float) (values: float[]) : CurvePoint =
        let mean = Array.average values

        if isGeometric || values.Length < 2 then
            { X = x; Y = mean; Low = Array.min values; High = Array.max values }
        else
            let squares = values |> Array.sumBy (fun value -> (value - mean) * (value - mean))
            let deviation = sqrt (squares / float (values.Length - 1))
            { X = x; Y = mean; Low = mean - deviation; High = mean + deviation }
