namespace NtkPipeline.Core

/// Tables of `Convergence`.
[<RequireQualifiedAccess>]
module ConvergenceTables =

    let private power (x: float) = $"%.2f{x}".Replace('-', '−')

    let private timed (family: LawFamily) (law: WidthLaw) =
        if law.Time = 0 then
            "before training"
        else
            $"after %d{law.Time} %s{family.Unit}"

    /// Of the laws that could be fitted; none where none could.
    let laws (families: LawFamily[]) : ChapterTable list =
        let all = [|
            for family in families do
                for law in family.Laws -> family, law
        |]

        let unfitted = all |> Array.filter (fun (_, law) -> law.Fit.IsNone) |> Array.length

        let unfittedWords = if unfitted = 1 then "one row" else $"%d{unfitted} rows"

        let row (family: LawFamily, law: WidthLaw) (fit: PowerFit) =
            let last = Array.last law.Places

            [
                TextCell family.Name
                TextCell(Quantity.words law.Quantity)
                TextCell(timed family law)
                NumberCell $"%.4g{last.Mean} (m = %d{last.Width})"
                NumberCell(power fit.Slope)
                NumberCell $"%s{power fit.Lower} to %s{power fit.Upper}"
                NumberCell(WidthLaws.boundWords law.Quantity)
            ]

        let rows =
            all
            |> Array.choose (fun (family, law) -> law.Fit |> Option.map (row (family, law)))
            |> List.ofArray

        if rows.IsEmpty then
            []
        else
            [
                {
                    Title = "Power laws in the width"
                    Headings = [
                        TextCell "networks"
                        TextCell "quantity"
                        TextCell "when"
                        NumberCell "at the widest"
                        NumberCell "exponent of m"
                        NumberCell "95% band"
                        NumberCell "theory"
                    ]
                    Rows = rows
                    Notes = [
                        $"Fitted over widths from %d{Slope.narrowest} on, through every seed. Bands are a bootstrap over seeds at each width, or Student's t on the scatter about the line where a width has one seed. ≤: theory gives a bound, not the exponent."
                        if unfitted > 0 then
                            $"Left out: %s{unfittedWords} through which no line can be drawn, which takes two widths and three networks that ended."
                    ]
                }
            ]

    let band (evidence: BandEvidence) : ChapterTable = {
        Title = "Really trained networks against theory's band"
        Headings = [
            NumberCell "steps"
            NumberCell "inside ± 2 s.d."
            NumberCell "95% band"
            NumberCell "mean's z², averaged"
            NumberCell "its 95% limit"
            NumberCell "2 s.d., rms"
        ]
        Rows = [
            for time in evidence.Times ->
                [
                    NumberCell(string time.Steps)
                    NumberCell(VerdictWords.percent time.Inside.Value)
                    NumberCell
                        $"%s{VerdictWords.percent time.Inside.Lower} to %s{VerdictWords.percent time.Inside.Upper}"
                    NumberCell $"%.2f{time.MeanSquare}"
                    NumberCell $"%.2f{time.Limit}"
                    NumberCell $"%.3f{time.Width}"
                ]
        ]
        Notes = [
            $"%d{evidence.Networks} networks of m = %d{evidence.Width} on %s{VerdictWords.tweets evidence.ValidationRows}; theory expects %s{VerdictWords.percent EnsembleBand.expected} inside and a z² of 1. The limit counts rows whose outputs go together for as many as are independent."
        ]
    }
