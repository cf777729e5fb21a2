namespace NtkPipeline.Core

open MathNet.Numerics.Distributions

/// The slope of a power law q ∝ m^slope and its 95% band.
type PowerFit = { Slope: float; Lower: float; Upper: float }

/// Power laws, fitted as straight lines through logarithms.
[<RequireQualifiedAccess>]
module PowerLaw =

    /// The least-squares slope of y against x, the sum of squares of x about its mean, and both means.
    let private line (x: float[]) (y: float[]) =
        let meanX, meanY = Array.average x, Array.average y
        let spread = x |> Array.sumBy (fun x -> (x - meanX) ** 2.0)
        let slope = (Array.map2 (fun x y -> (x - meanX) * (y - meanY)) x y |> Array.sum) / spread
        struct (slope, spread, meanX, meanY)

    /// Least squares through the points (ln m, ln q), one for each seed and width. The band is Student's t on the scatter about
    /// the line, with (points − 2) degrees of freedom, so it covers both what seeds do and how far the widths are
    /// from one line. None without two widths and three points, or where some q is not positive.
    let fit (points: (float * float)[]) : PowerFit option =
        let widths = points |> Array.map fst |> Array.distinct

        if points.Length < 3 || widths.Length < 2 || points |> Array.exists (fun (_, q) -> not (q > 0.0)) then
            None
        else
            let x, y = points |> Array.map (fst >> log), points |> Array.map (snd >> log)
            let struct (slope, spread, meanX, meanY) = line x y

            let scatter = Array.map2 (fun x y -> (y - meanY - slope * (x - meanX)) ** 2.0) x y |> Array.sum

            let freedom = float (points.Length - 2)
            let reach = StudentT.InvCDF(0.0, 1.0, freedom, 0.975) * sqrt (scatter / freedom / spread)
            Some { Slope = slope; Lower = slope - reach; Upper = slope + reach }

    /// Whether every width has two seeds at least, so that seeds can be drawn anew.
    let hasSeeds (points: (float * float)[]) : bool =
        points |> Array.countBy fst |> Array.forall (fun (_, count) -> count > 1)

    /// The slope of `fit` with a percentile bootstrap band over seeds, drawn anew at every width: what other seeds would have given at
    /// these widths. Distances from a width's mean are drawn √(n/(n − 1)) as large as they are, since n seeds scatter about their own
    /// mean by so much less than about the true one. Where a width has a single seed the band is that of `fit`.
    let overSeeds (resamples: int) (seed: Seed) (points: (float * float)[]) : PowerFit option =
        match fit points with
        | Some found when hasSeeds points ->
            let random = Seed.random seed

            let groups =
                points
                |> Array.groupBy fst
                |> Array.sortBy fst
                |> Array.map (fun (width, members) ->
                    let y = members |> Array.map (snd >> log)
                    let mean, n = Array.average y, float y.Length
                    log width, y |> Array.map (fun value -> mean + sqrt (n / (n - 1.0)) * (value - mean)))

            let x = groups |> Array.collect (fun (x, y) -> Array.create y.Length x)

            let draw () =
                let y =
                    groups
                    |> Array.collect (fun (_, y) -> Array.init y.Length (fun _ -> y[random.Next y.Length]))

                let struct (slope, _, _, _) = line x y
                slope

            let sorted = Array.init resamples (fun _ -> draw ()) |> Array.sort

            Some {
                found with
                    Lower = Bootstrap.quantile 0.025 sorted
                    Upper = Bootstrap.quantile 0.975 sorted
            }
        | found -> found
