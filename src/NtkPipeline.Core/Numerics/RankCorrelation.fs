namespace NtkPipeline.Core

open MathNet.Numerics.Statistics

/// Spearman's rank correlation: Pearson's of the ranks, equal values sharing the mean of theirs.
[<RequireQualifiedAccess>]
module RankCorrelation =

    let private ranks (values: float[]) =
        ArrayStatistics.RanksInplace(Array.copy values, RankDefinition.Average)

    /// None for fewer than three places, or where all values of one kind are equal: there is no order then.
    let spearman (a: float[]) (b: float[]) : float option =
        if a.Length <> b.Length then
            invalidArg (nameof b) $"%d{b.Length} values beside %d{a.Length}"

        let centred values =
            let ranks = ranks values
            let mean = Array.average ranks
            ranks |> Array.map (fun rank -> rank - mean)

        let inner = Array.fold2 (fun sum x y -> sum + x * y) 0.0

        if a.Length < 3 then
            None
        else
            let a, b = centred a, centred b
            let size = sqrt (inner a a * inner b b)
            if size = 0.0 then None else Some(inner a b / size)
