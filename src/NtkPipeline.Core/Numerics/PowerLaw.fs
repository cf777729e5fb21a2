namespace NtkPipeline.Core

open MathNet.Numerics.Distributions

/// The slope of a power law q ∝ m^slope and its 95% band.
type PowerFit = { Slope: float; Lower: float; Upper: float }

/// Power laws, fitted as straight lines through logarithms.
[<RequireQualifiedAccess>]
module PowerLaw =

    /// Least squares through the points (ln m, ln q), one for each seed and width. The band is Student's t on the scatter about
    /// the line, with (points − 2) degrees of freedom, so it covers both what seeds do and how far the widths are
    /// from one line. None without two widths and three points, or where some q is not positive.
    let fit (points: (float * float)[]) : PowerFit option =
        let widths = points |> Array.map fst |> Array.distinct

        if points.Length < 3 || widths.Length < 2 || points |> Array.exists (fun (_, q) -> not (q > 0.0)) then
            None
        else
            let x, y = points |> Array.map (fst >> log), points |> Array.map (snd >> log)
            let meanX, meanY = Array.average x, Array.average y
            let spread = x |> Array.sumBy (fun x -> (x - meanX) ** 2.0)
            let slope = (Array.map2 (fun x y -> (x - meanX) * (y - meanY)) x y |> Array.sum) / spread

            let scatter = Array.map2 (fun x y -> (y - meanY - slope * (x - meanX)) ** 2.0) x y |> Array.sum

            let freedom = float (points.Length - 2)
            let reach = StudentT.InvCDF(0.0, 1.0, freedom, 0.975) * sqrt (scatter / freedom / spread)
            Some { Slope = slope; Lower = slope - reach; Upper = slope + reach }
