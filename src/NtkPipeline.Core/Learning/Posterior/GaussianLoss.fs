namespace NtkPipeline.Core

/// What a random number is on average, and its standard deviation.
type MeanDeviation = { Mean: float; Deviation: float }

/// The loss ½·mean((f − y)²) of outputs that are Gaussian over networks.
[<RequireQualifiedAccess>]
module GaussianLoss =

    /// f ~ N(μ, Σ) on n rows. With g = f − y the loss is |g|²/(2n), whose mean is (|μ − y|² + tr Σ)/(2n) and whose variance is
    /// (2 tr Σ² + 4 (μ − y)ᵀ Σ (μ − y))/(4n²).
    let moments (mean: float[]) (covariance: Matrix<float>) (targets: float[]) : MeanDeviation =
        let n = targets.Length

        if mean.Length <> n || covariance.Rows <> n || covariance.Columns <> n || n = 0 then
            invalidArg (nameof covariance) $"a law of %d{mean.Length} rows does not fit %d{n} targets"

        let off = Array.map2 (-) mean targets
        let mutable trace, squares, along = 0.0, 0.0, 0.0

        for i in 0 .. n - 1 do
            let row = Matrix.row i covariance
            trace <- trace + row[i]
            let mutable product = 0.0

            for j in 0 .. n - 1 do
                squares <- squares + row[j] * row[j]
                product <- product + row[j] * off[j]

            along <- along + off[i] * product

        let rows = float n

        {
            Mean = ((off |> Array.sumBy (fun x -> x * x)) + trace) / (2.0 * rows)
            Deviation = sqrt (max 0.0 (2.0 * squares + 4.0 * along)) / (2.0 * rows)
        }
