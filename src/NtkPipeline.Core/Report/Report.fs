namespace NtkPipeline.Core

open System.IO
open Giraffe.ViewEngine

/// The report: one HTML file that needs nothing but itself. The same findings give the same bytes.
[<RequireQualifiedAccess>]
module Report =

    /// plotly.js, as Plotly.NET carries it.
    let private plotly =
        lazy
            (let assembly = typeof<Plotly.NET.GenericChart>.Assembly

             let name =
                 assembly.GetManifestResourceNames()
                 |> Array.find (fun name -> name.Contains "plotly" && name.EndsWith ".min.js")

             use reader = new StreamReader(nonNull (assembly.GetManifestResourceStream name))
             reader.ReadToEnd())

    /// What the browser must refuse the page: any request to any host, whatever a text may hold.
    let private policy =
        "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:; base-uri 'none'; form-action 'none'"

    let private title' = "Do wide networks learn like their kernel?"

    let private banner (findings: Findings) = [
        if findings.Data.Synthetic then
            p [ _class "banner"; attr "role" "note" ] [
                strong [] [ str "SYNTHETIC SAMPLE — written by a program, not by people." ]
                str
                    " Every number and chart below comes from invented tweets. They show what the pipeline does, not what is true of real ones."
            ]
    ]

    let private drawn (isSynthetic: bool) (chart: Figure) =
        let title = if isSynthetic then $"%s{chart.Title} — synthetic sample" else chart.Title

        figure [] [
            h3 [] [ str title ]
            div [ _class "chart"; _id chart.Id; attr "role" "img"; attr "aria-label" title ] []
            script [ _type "application/json"; _id $"%s{chart.Id}-data" ] [
                rawText (Figure.json isSynthetic chart)
            ]
            figcaption [] [ str chart.Caption ]
        ]

    let private figures (findings: Findings) (charts: Figure list) =
        div [ _class "figures" ] (charts |> List.map (drawn findings.Data.Synthetic))

    let private words (text: string) = p [] [ str text ]

    /// Charts of the networks that the verdicts are about.
    let private mainFigures (findings: Findings) (curves: Curve list) =
        let runs = WidthSeries.main findings |> Array.collect _.Runs
        figures findings (Curves.drawAll runs curves)

    /// How many layers have such a number.
    let private layers (findings: Findings) (pick: EpochMeasures -> float[]) =
        findings.Networks
        |> Seq.collect _.Epochs
        |> Seq.fold (fun most measures -> max most (pick measures).Length) 0

    let private chapters (findings: Findings) : (string * string * XmlNode list) list = [
        "verdicts",
        "The expected observations, judged",
        [
            words
                "Three things are expected of wide networks. Each verdict is computed from this run's numbers and holds for the setting it names."
            VerdictCards.all findings.Comparison.Verdicts
        ]
        "data",
        "The data and its features",
        [
            words
                "A text is cleaned, embedded as a vector, reduced to its principal components and brought to one norm. Everything is fitted on training rows only; rows with the same text stay on one side of the split."
            div [ _class "pair" ] [ DataTables.data findings; DataTables.features findings ]
            yield! FeatureTables.combination findings
            yield! FeatureTables.dimensions findings
            figures findings (KernelFigures.pictures findings)
        ]
        "kernel",
        "The infinite-width limit: kernel regression",
        [
            words
                "A network of infinite width, trained with squared error, is regression with the neural tangent kernel. This is the opponent that finite networks are measured against."
            DataTables.regression findings
            figures findings (KernelFigures.regression findings @ [ CalibrationFigure.reliability findings ])
            DataTables.path findings
            yield! DataTables.suspects findings
        ]
        "training",
        "Finite networks while they train",
        [
            words "One line a width, light for narrow and dark for wide, averaged over seeds."
            mainFigures findings (WidthCurves.learning findings.Kernel)
        ]
        "accuracy",
        "Does width bring the kernel's accuracy?",
        [
            figures findings (Curves.drawAll findings.Networks (WidthCurves.accuracy findings.Kernel))
            yield! NetworkTables.widths findings
            yield! NetworkTables.diverged findings
        ]
        "movement",
        "Does the tangent kernel stay put?",
        [
            mainFigures findings (WidthCurves.movement findings.Comparison.LazyThreshold)
        ]
        "gaps",
        "How far from the kernel, how far from the linearised network?",
        [
            words
                "Each network is compared with two shadows trained by the very same steps: the infinite-width kernel, and the network frozen to its tangent at the start."
            mainFigures findings WidthCurves.gaps
            yield! NetworkTables.slopes findings
        ]
        "features",
        "Is there feature learning?",
        [
            words
                "Where the kernel moves, what does it move towards? Weights, gates, alignment with the targets and the spectrum tell."
            mainFigures
                findings
                (WidthCurves.features (layers findings _.WeightMovement) (layers findings _.FeatureMovement))
            figures findings (SpectrumFigures.spectra findings)
        ]
        for chapter in findings.Chapters do
            chapter.Id, chapter.Title, Chapters.contents (figures findings) findings chapter

        "glossary", "How to read this", [ Glossary.entries ]
        "limits", "Limits", [ Glossary.limits findings ]
        "settings", "Settings", [ DataTables.settings findings ]
    ]

    let private opening (findings: Findings) = [
        h1 [] [ str title' ]
        p [ _class "setting" ] [ str $"%s{Answer.data findings.Data}." ]
        yield! banner findings
        p [ _class "answer" ] [
            strong [] [ str (Answer.headline findings) ]
            str $" %s{Answer.kernel findings}"
            for series in WidthSeries.main findings do
                str $" %s{Answer.widest series}"
            for sentence in WidthSeries.standIns findings do
                str $" %s{sentence}"
        ]
    ]

    let private page (findings: Findings) : XmlNode =
        let chapters = chapters findings

        html [ _lang "en" ] [
            head [] [
                meta [ _charset "utf-8" ]
                meta [ attr "http-equiv" "Content-Security-Policy"; _content policy ]
                meta [ _name "viewport"; _content "width=device-width, initial-scale=1" ]
                title [] [ str $"%s{title'} %s{findings.Data.Name}" ]
                style [] [ rawText PageStyle.css ]
            ]
            body [] [
                main [] [
                    yield! opening findings
                    nav [] [
                        for id, name, _ in chapters do
                            a [ _href $"#%s{id}" ] [ str name ]
                    ]
                    noscript [] [ words "The charts need JavaScript; the tables and verdicts do not." ]
                    for id, name, contents in chapters do
                        section [ _id id ] (h2 [] [ str name ] :: contents)
                ]
                script [] [ rawText plotly.Value ]
                script [] [ rawText PageStyle.program ]
            ]
        ]

    let html (findings: Findings) : string = page findings |> RenderView.AsString.htmlDocument
