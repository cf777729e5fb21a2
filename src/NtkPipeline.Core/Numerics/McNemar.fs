namespace NtkPipeline.Core

open MathNet.Numerics.Distributions

/// Two classifiers on the same rows: how many rows the first alone, and the second alone, classifies rightly.
type Discordance = { OnlyFirst: int; OnlySecond: int; Rows: int }

/// Whether one of two classifiers errs more often than the other, judged by the rows on which they disagree (McNemar 1947).
[<RequireQualifiedAccess>]
module McNemar =

    /// From the hits of both, 1 where a row is right, else 0.
    let ofHits (first: float[]) (second: float[]) : Discordance =
        if first.Length <> second.Length then
            invalidArg (nameof second) $"%d{second.Length} hits beside %d{first.Length}"

        let count predicate = Array.zip first second |> Array.filter predicate |> Array.length

        {
            OnlyFirst = count (fun (a, b) -> a > b)
            OnlySecond = count (fun (a, b) -> b > a)
            Rows = first.Length
        }

    /// The exact two-sided p: were both equally good, each row of disagreement would be the first's with probability ½, so
    /// p = min(1, 2·P(B ≤ min(b, c))), B ~ Binomial(b + c, ½). 1 where they never disagree.
    let p (discordance: Discordance) : float =
        match discordance.OnlyFirst + discordance.OnlySecond with
        | 0 -> 1.0
        | n ->
            let fewer = min discordance.OnlyFirst discordance.OnlySecond
            min 1.0 (2.0 * Binomial.CDF(0.5, n, float fewer))

    /// Fewer rows of disagreement than these are judged exactly.
    let private few = 25

    /// An exact 95% interval of the first's accuracy less the second's where they disagree on fewer than 25 rows and the test tells neither to be
    /// better, as of 5 rows or fewer it never does; none elsewhere, where resampled rows tell. It is 2θ − 1 of the first's share θ of the
    /// disagreements (Clopper & Pearson), times the largest share of rows that they may disagree on (95%).
    let toCover (discordance: Discordance) : (float * float) option =
        let n = discordance.OnlyFirst + discordance.OnlySecond

        if n >= few || p discordance <= 0.05 then
            None
        else
            let reach = ExactShare.upper 0.95 n discordance.Rows
            let lead limit = (2.0 * limit - 1.0) * reach

            if n = 0 then
                Some(-reach, reach)
            else
                Some(
                    lead (ExactShare.lower 0.975 discordance.OnlyFirst n),
                    lead (ExactShare.upper 0.975 discordance.OnlyFirst n)
                )

    /// σ of one row's difference, which is 1, 0 or −1: √((b + c)/n − ((b − c)/n)²).
    let deviation (discordance: Discordance) : float =
        let n = float discordance.Rows
        let share = float (discordance.OnlyFirst + discordance.OnlySecond) / n
        let mean = float (discordance.OnlyFirst - discordance.OnlySecond) / n
        sqrt (max 0.0 (share - mean * mean))

    /// Rows on which a true difference of accuracies δ shows at 95% confidence four times out of five, ((z₀.₉₇₅ + z₀.₈) σ/δ)²; none
    /// where the two never disagree, which leaves nothing to estimate σ by.
    let rowsToShow (difference: float) (discordance: Discordance) : int option =
        match deviation discordance with
        | 0.0 -> None
        | sigma ->
            let reach = Normal.InvCDF(0.0, 1.0, 0.975) + Normal.InvCDF(0.0, 1.0, 0.8)
            Some(int (ceil ((reach * sigma / difference) ** 2.0)))
