namespace NtkPipeline.Core

open Giraffe.ViewEngine

/// An experiment's chapter as HTML: words, verdicts, charts, its networks over seeds, and its numbers.
[<RequireQualifiedAccess>]
module Chapters =

    let private shown: (string * Quantity * (Aggregate -> string)) list = [
        "accuracy", Quantity.Accuracy, NumberText.accuracies
        "AUC", Quantity.Auc, NumberText.scores
        "ΔΘ", Quantity.DeltaTheta, NumberText.percents
        "rms gap to kernel", Quantity.GapToKernel, NumberText.measured
        "rms gap to linearised", Quantity.GapToLinearised, NumberText.measured
    ]

    /// A row for each network, over its seeds: what tells it apart, and what became of it.
    let private groups (findings: Findings) (chapter: Chapter) =
        let axes =
            chapter.Runs
            |> Seq.map _.Spec
            |> Axis.varying
            |> List.filter (fun axis -> axis.Key <> Axis.seed.Key)

        let rows = [
            for group in Group.ofRuns chapter.Runs do
                [
                    for axis in axes do
                        TextCell(axis.Show(axis.Of group.Spec))

                    NumberCell(
                        if group.Diverged = 0 then
                            string group.Runs.Length
                        else
                            $"%d{group.Runs.Length}, %d{group.Diverged} diverged"
                    )

                    for _, quantity, show in shown do
                        NumberCell(
                            group.Of quantity |> Option.map show |> Option.defaultValue NumberText.missing
                        )
                ]
        ]

        let headings = [
            for axis in axes do
                TextCell axis.Label

            NumberCell "runs"

            for name, _, _ in shown do
                NumberCell name
        ]

        if rows.IsEmpty then
            []
        else
            [
                Table.grid (Table.marked findings "Its networks") headings rows [
                    "Mean ± standard deviation over the seeds that did not diverge, on the validation rows after the last epoch."
                ]
            ]

    let private numbers (findings: Findings) (chapter: Chapter) =
        if chapter.Findings.Length = 0 then
            []
        else
            [
                Table.facts (Table.marked findings "Its numbers") [
                    for finding in chapter.Findings do
                        finding.Metric,
                        match finding.Value, finding.Note with
                        | Some value, Some note -> $"%s{NumberText.number value} (%s{note})"
                        | Some value, None -> NumberText.number value
                        | None, Some note -> $"%s{NumberText.missing} (%s{note})"
                        | None, None -> NumberText.missing
                ]
            ]

    /// `figures` is the report's own way of showing charts.
    let contents (figures: Figure list -> XmlNode) (findings: Findings) (chapter: Chapter) : XmlNode list = [
        for words in chapter.Words do
            p [] [ str words ]

        VerdictCards.all chapter.Verdicts
        figures (Curves.drawAll chapter.Runs chapter.Curves @ List.map ChartFigures.figure chapter.Charts)

        for table in chapter.Tables do
            Table.grid (Table.marked findings table.Title) table.Headings table.Rows table.Notes

        yield! groups findings chapter
        yield! numbers findings chapter
    ]
