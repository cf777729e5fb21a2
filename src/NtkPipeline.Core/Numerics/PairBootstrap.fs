namespace NtkPipeline.Core

/// A number with its 95% band.
type Banded = { Estimate: float; Least: float; Most: float }

[<RequireQualifiedAccess>]
module Banded =

    /// Whether the whole band lies above 0 or below it; none where 0 lies within.
    let isPositive (banded: Banded) : bool option =
        if banded.Least > 0.0 then Some true
        elif banded.Most < 0.0 then Some false
        else None

/// Percentile bootstrap of what is measured over ordered pairs of units. Pairs that share a unit are not independent, so that units are
/// drawn with replacement, not pairs: a drawing has the pairs of all units drawn, but none of a unit with itself (Snijders & Borgatti 1999).
[<RequireQualifiedAccess>]
module PairBootstrap =

    let private pairs (units: int[]) = [|
        for a in units do
            for b in units do
                if a <> b then
                    a, b
    |]

    /// `statistic` of the pairs of units 0 … count − 1. None where there is no such number, or in more than half of the drawings none.
    let band
        (resamples: int)
        (seed: Seed)
        (count: int)
        (statistic: (int * int)[] -> float option)
        : Banded option =
        match statistic (pairs [| 0 .. count - 1 |]) with
        | None -> None
        | Some estimate ->
            let random = Seed.random seed

            let sorted =
                Array.init resamples (fun _ -> pairs (Array.init count (fun _ -> random.Next count)))
                |> Array.choose statistic
                |> Array.sort

            if 2 * sorted.Length <= resamples then
                None
            else
                Some {
                    Estimate = estimate
                    Least = Bootstrap.quantile 0.025 sorted
                    Most = Bootstrap.quantile 0.975 sorted
                }
