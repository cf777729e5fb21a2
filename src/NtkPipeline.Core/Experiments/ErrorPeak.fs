namespace NtkPipeline.Core

open MathNet.Numerics.Distributions

/// A ratio of positive numbers: the geometric mean over seeds, and its 95% band (Student's t on the logarithms); without a band where
/// there is one seed alone.
type Ratio = { Value: float; Band: (float * float) option }

[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module Ratio =

    /// Of one ratio a seed.
    let ofValues (ratios: float[]) : Ratio =
        let logs = ratios |> Array.map log
        let mean, n = Array.average logs, float logs.Length

        {
            Value = exp mean
            Band =
                if logs.Length < 2 then
                    None
                else
                    let variance = (logs |> Array.sumBy (fun x -> (x - mean) ** 2.0)) / (n - 1.0)
                    let reach = StudentT.InvCDF(0.0, 1.0, n - 1.0, 0.975) * sqrt (variance / n)
                    Some(exp (mean - reach), exp (mean + reach))
        }

    /// Whether the whole band lies at or above a bound, or below it; none where the bound lies within, or there is no band.
    let isAtLeast (bound: float) (ratio: Ratio) : bool option =
        match ratio.Band with
        | Some(lower, _) when lower >= bound -> Some true
        | Some(_, upper) when upper < bound -> Some false
        | Some _
        | None -> None

/// Test errors along a number of features: `Errors[s][p]` is that of seed s at place p; all are above 0.
type ErrorSeries = { Places: float[]; Errors: float[][] }

/// The highest place of a series and how high it stands.
type ErrorPeak = {
    At: float
    /// Whether it is the first place or the last: what lies beyond may be higher.
    IsAtEdge: bool
    /// The geometric mean of the errors there.
    Error: float
    /// The error there over that at two octaves' distance, on whichever side it is higher; none where the series does not reach so far on
    /// both sides.
    Height: Ratio option
    /// The neighbours' places, where they are.
    Below: float option
    Above: float option
    /// Each seed's own highest place, the first and the last.
    First: float
    Last: float
}

[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module ErrorPeak =

    /// How far away neighbours stand, in octaves, and by how much they may miss that.
    let private away, private slack = 2.0, 0.3

    let private geometric (values: float[]) = values |> Array.averageBy log |> exp

    /// The geometric mean over seeds at each place.
    let means (series: ErrorSeries) : float[] =
        series.Places
        |> Array.mapi (fun p _ -> series.Errors |> Array.map (fun errors -> errors[p]) |> geometric)

    let private neighbour (places: float[]) (p: int) (octaves: float) =
        let wanted = log places[p] / log 2.0 + octaves
        let miss k = abs (log places[k] / log 2.0 - wanted)
        let nearest = [| 0 .. places.Length - 1 |] |> Array.minBy miss
        if miss nearest <= slack then Some nearest else None

    let private at (series: ErrorSeries) (means: float[]) (p: int) : ErrorPeak =
        let below, above = neighbour series.Places p -away, neighbour series.Places p away

        let own =
            series.Errors
            |> Array.map (fun errors -> series.Places[System.Array.IndexOf(errors, Array.max errors)])

        {
            At = series.Places[p]
            IsAtEdge = p = 0 || p = series.Places.Length - 1
            Error = means[p]
            Height =
                match below, above with
                | Some below, Some above ->
                    let higher = if means[below] >= means[above] then below else above

                    series.Errors
                    |> Array.map (fun errors -> errors[p] / errors[higher])
                    |> Ratio.ofValues
                    |> Some
                | _, _ -> None
            Below = below |> Option.map (fun k -> series.Places[k])
            Above = above |> Option.map (fun k -> series.Places[k])
            First = Array.min own
            Last = Array.max own
        }

    /// The place of the greatest mean; none of an empty series.
    let highest (series: ErrorSeries) : ErrorPeak option =
        if series.Places.Length = 0 || series.Errors.Length = 0 then
            None
        else
            let means = means series
            Some(at series means (System.Array.IndexOf(means, Array.max means)))

    /// Of the places that have neighbours on both sides, the one that stands highest above them; none where no place has.
    let steepest (series: ErrorSeries) : ErrorPeak option =
        let means = means series

        series.Places
        |> Array.mapi (fun p _ -> at series means p)
        |> Array.filter (fun peak -> peak.Height.IsSome)
        |> Array.sortBy (fun peak -> peak.Height |> Option.map (fun height -> -height.Value))
        |> Array.tryHead
