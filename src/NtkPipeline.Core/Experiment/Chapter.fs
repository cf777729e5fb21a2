namespace NtkPipeline.Core

/// One number that an experiment found, for results.csv and a table: its value is none where there is none, and the note says why.
type Finding = { Metric: string; Value: float option; Note: string option }

[<RequireQualifiedAccess>]
module Finding =

    let create (metric: string) (value: float) : Finding = {
        Metric = metric
        Value = Some value
        Note = None
    }

    /// A number that does not exist, and why.
    let missing (metric: string) (reason: string) : Finding = {
        Metric = metric
        Value = None
        Note = Some reason
    }

    /// A power law's exponent and the ends of its 95% band; without values, and with the reason, where none could be fitted.
    let ofFit (metric: string) (fit: PowerFit option) : Finding list = [
        let note = if fit.IsNone then Some "no power law could be fitted" else None

        for name, pick in [ "", (fun (fit: PowerFit) -> fit.Slope); "-lower", _.Lower; "-upper", _.Upper ] do
            { Metric = metric + name; Value = Option.map pick fit; Note = note }
    ]

    /// A difference and the ends of its 95% band; without values, and with the reason, where there is none.
    let ofDifference (metric: string) (reason: string) (difference: Difference option) : Finding list = [
        let note = if difference.IsNone then Some reason else None

        for name, pick in
            [
                "", (fun (difference: Difference) -> difference.Value)
                "-lower", _.Lower
                "-upper", _.Upper
            ] do
            { Metric = metric + name; Value = Option.map pick difference; Note = note }
    ]

/// What a model says of the rows without labels: f, cut at 0.
type ChapterSubmission = { Name: string; Outputs: float[] }

/// What an experiment found, for every way of telling it: report, results.csv, summary.json and console.
[<NoEquality; NoComparison>]
type Chapter = {
    /// The experiment's name: "output-scale".
    Id: string
    Title: string
    /// What it adds to the answer at the report's head: whole sentences, computed, in plain words; empty where it has nothing to say.
    Answer: string list
    /// Whether its answer opens the report's, before what the run's own networks say, which nothing tuned.
    Opens: bool
    /// Paragraphs: the question, what was done, what was seen.
    Words: string list
    Verdicts: Verdict[]
    Findings: Finding[]
    /// The networks that curves and tables are made of, beside those of the run itself.
    Runs: NetworkRun[]
    /// Charts of these networks.
    Curves: Curve list
    /// Charts of plain points.
    Charts: PointChart list
    Tables: ChapterTable list
    /// Answers of its own models for the rows without labels, each a file beside the report.
    Submissions: ChapterSubmission list
    /// The results that it was made of: put in by whoever asks the question (`Chapter.signed`).
    Sources: Source list
}

[<RequireQualifiedAccess>]
module Chapter =

    /// The chapter with the results that its artifact was made of.
    let signed (chapter: Artifact<Chapter>) : Artifact<Chapter> =
        let sources = Source.ofArtifact chapter
        chapter |> Artifact.map (fun chapter -> { chapter with Sources = sources })

    /// A chapter that as yet says nothing.
    let create (id: string) (title: string) : Chapter = {
        Id = id
        Title = title
        Answer = []
        Opens = false
        Words = []
        Verdicts = [||]
        Findings = [||]
        Runs = [||]
        Curves = []
        Charts = []
        Tables = []
        Submissions = []
        Sources = []
    }
