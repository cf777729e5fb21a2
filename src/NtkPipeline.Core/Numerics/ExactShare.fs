namespace NtkPipeline.Core

open MathNet.Numerics.Distributions

/// Limits of a true share from a count of rows, exact for any number of them (Clopper & Pearson 1934). Each limit is one-sided; both at 0.975
/// make a 95% interval.
[<RequireQualifiedAccess>]
module ExactShare =

    /// The largest share at which so few rows, or fewer, would be seen with a probability of 1 − confidence: 1 − (1 − confidence)^(1/n) where
    /// none is.
    let upper (confidence: float) (count: int) (rows: int) : float =
        if count >= rows then 1.0
        elif count = 0 then 1.0 - (1.0 - confidence) ** (1.0 / float rows)
        else Beta.InvCDF(float (count + 1), float (rows - count), confidence)

    /// The smallest share at which so many rows, or more, would be seen with a probability of 1 − confidence: (1 − confidence)^(1/n) where all
    /// are.
    let lower (confidence: float) (count: int) (rows: int) : float =
        1.0 - upper confidence (rows - count) rows
