namespace NtkPipeline.Core

open System
open System.Collections.Generic
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
    let private groups (isSynthetic: bool) (chapter: Chapter) =
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
                Table.grid (Table.markedIf isSynthetic "Its networks") headings rows [
                    "Mean ± standard deviation over the seeds that did not diverge, on the validation rows after the last epoch."
                ]
            ]

    let private numbers (isSynthetic: bool) (chapter: Chapter) =
        if chapter.Findings.Length = 0 then
            []
        else
            let rows = [
                for finding in chapter.Findings do
                    [
                        TextCell finding.Metric
                        NumberCell(NumberText.maybe NumberText.number finding.Value)
                        TextCell(Option.defaultValue "" finding.Note)
                    ]
            ]

            [
                Table.folded "Every number of this chapter" [
                    Table.grid
                        (Table.markedIf isSynthetic "Its numbers")
                        [ TextCell "number"; NumberCell "value"; TextCell "note" ]
                        rows
                        []
                    ResultLinks.under $"%s{chapter.Id}/number"
                ]
            ]

    /// The chapter's part of the answer, before its argument.
    let private short (chapter: Chapter) =
        if chapter.Answer.IsEmpty then
            []
        else
            [
                div [ _class "short" ] [
                    for sentence in chapter.Answer do
                        p [] (Powers.html sentence)
                ]
            ]

    /// Ids of figures as results.csv names rows, "gap/parts": no other chapter has them, whatever the experiments chose.
    let private owned (chapter: Chapter) (figures: Figure list) : Figure list =
        let taken = HashSet()

        let own (figure: Figure) =
            let name =
                if figure.Id.StartsWith($"%s{chapter.Id}-", StringComparison.Ordinal) then
                    figure.Id.Substring(chapter.Id.Length + 1)
                else
                    figure.Id

            { figure with Id = Anchors.claim taken $"%s{chapter.Id}/%s{name}" }

        figures |> List.map own

    /// `figures` is the report's own way of showing charts.
    let contents (figures: Figure list -> XmlNode) (isSynthetic: bool) (chapter: Chapter) : XmlNode list = [
        yield! short chapter

        for words in chapter.Words do
            p [] (Powers.html words)

        if chapter.Verdicts.Length > 0 then
            VerdictCards.all chapter.Verdicts

        Curves.drawAll chapter.Runs chapter.Curves @ List.map ChartFigures.figure chapter.Charts
        |> owned chapter
        |> figures

        for table in chapter.Tables do
            Table.grid (Table.markedIf isSynthetic table.Title) table.Headings table.Rows table.Notes

        yield! groups isSynthetic chapter
        yield! numbers isSynthetic chapter
        yield! SourceTable.foldedIf isSynthetic chapter.Sources
    ]
