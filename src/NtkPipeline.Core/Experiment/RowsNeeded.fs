namespace NtkPipeline.Core

open System
open System.Globalization

/// How many validation rows would settle what a band on fewer leaves open.
[<RequireQualifiedAccess>]
module RowsNeeded =

    let private count (n: int) = n.ToString("N0", CultureInfo.InvariantCulture)

    /// In a sentence, were the difference to stay what it is. Bands shrink like the root of the rows; `distance` is what half of one must
    /// shrink to.
    let words (rows: int) (difference: Difference) (distance: float) : string =
        let half = 0.5 * (difference.Upper - difference.Lower)
        let exact = float rows * (half / distance) ** 2.0

        if not (distance > 0.0) || not (exact < 1e7) then
            "It would take far more validation tweets to tell."
        else
            let unit = Math.Pow(10.0, max 0.0 (floor (log10 exact) - 1.0))
            let about = int (ceil (exact / unit) * unit)

            if about <= rows then
                "A few more validation tweets would tell."
            else
                $"Were the difference to stay what it is, about %s{count about} validation tweets would tell; these are %s{count rows}."
