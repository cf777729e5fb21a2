namespace NtkPipeline.Core

open MathNet.Numerics.Distributions

/// By what factor one kind of positive measurement is larger than another.
[<RequireQualifiedAccess>]
module MeanRatio =

    /// The ratio of geometric means and its 95% band: Welch's t on logarithms, with the degrees of freedom of Welch and Satterthwaite. None
    /// with fewer than two measurements of a kind, or where one is not positive.
    let band (over: float[]) (under: float[]) : Banded option =
        if
            min over.Length under.Length < 2 || Seq.append over under |> Seq.exists (fun x -> not (x > 0.0))
        then
            None
        else
            let moments (values: float[]) =
                let logs = values |> Array.map log
                let mean, n = Array.average logs, float logs.Length
                mean, (logs |> Array.sumBy (fun x -> (x - mean) ** 2.0)) / (n - 1.0) / n, n

            let (a, va, na), (b, vb, nb) = moments over, moments under
            let variance = va + vb

            let reach =
                if variance = 0.0 then
                    0.0
                else
                    let freedom = variance * variance / (va * va / (na - 1.0) + vb * vb / (nb - 1.0))

                    StudentT.InvCDF(0.0, 1.0, freedom, 0.975) * sqrt variance

            Some {
                Estimate = exp (a - b)
                Least = exp (a - b - reach)
                Most = exp (a - b + reach)
            }
