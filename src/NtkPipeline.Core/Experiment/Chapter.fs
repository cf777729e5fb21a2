namespace NtkPipeline.Core

/// One number that an experiment found, for results.csv and a table: its value is none where there is none, and the note says why.
type Finding = { Metric: string; Value: float option; Note: string option }

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
