namespace NtkPipeline.Core

/// One number that an experiment found, for results.csv and a table: its value is none where there is none, and the note says why.
type Finding = { Metric: string; Value: float option; Note: string option }

[<RequireQualifiedAccess>]
module Finding =

    /// A power law's exponent and the ends of its 95% band; without values, and with the reason, where none could be fitted.
    let ofFit (metric: string) (fit: PowerFit option) : Finding list = [
        let note = if fit.IsNone then Some "no power law could be fitted" else None

        for name, pick in [ "", (fun (fit: PowerFit) -> fit.Slope); "-lower", _.Lower; "-upper", _.Upper ] do
            { Metric = metric + name; Value = Option.map pick fit; Note = note }
    ]

/// What an experiment found, for every way of telling it: report, results.csv, summary.json and console.
[<NoEquality; NoComparison>]
type Chapter = {
    /// The experiment's name: "output-scale".
    Id: string
    Title: string
    /// Paragraphs.
    Words: string list
    Verdicts: Verdict[]
    Findings: Finding[]
    /// The networks that curves and tables are made of, beside those of the run itself.
    Runs: NetworkRun[]
    Curves: Curve list
}
