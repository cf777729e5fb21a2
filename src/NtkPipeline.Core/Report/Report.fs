namespace NtkPipeline.Core

open Giraffe.ViewEngine

/// The report: one HTML file that needs nothing but itself. The same findings give the same bytes.
[<RequireQualifiedAccess>]
module Report =

    let private title' = "Do wide networks learn like their kernel?"

    let private sections (findings: Findings) : Section list =
        let chapters = [
            yield! RunSections.all (ReportPage.figures findings.Data.Synthetic) findings
            for chapter in findings.Chapters do
                Chapters.contents (ReportPage.figures findings.Data.Synthetic) findings.Data.Synthetic chapter
                |> Section.create "The questions" chapter.Id chapter.Title
        ]

        let titles = Map [ for chapter in chapters -> chapter.Id, chapter.Title ]
        AnswerSection.create titles findings :: chapters @ RunSections.last findings

    let html (findings: Findings) : string = ReportPage.html title' findings.Data.Name (sections findings)
