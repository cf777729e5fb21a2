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

    let private drawn (isSynthetic: bool) (chart: Figure) =
        let title = if isSynthetic then $"%s{chart.Title} %s{Table.synthetic}" else chart.Title

        figure [] [
            h3 [] (Powers.html title)
            div [ _class "chart"; _id chart.Id; attr "role" "img"; attr "aria-label" title ] []
            script [ _type "application/json"; _id $"%s{chart.Id}-data" ] [
                rawText (Figure.json isSynthetic chart)
            ]
            figcaption [] (Powers.html chart.Caption)
            div [ _class "tools" ] [
                for kind, label in [ "csv", "data (CSV)"; "svg", "picture (SVG)" ] do
                    button [
                        _type "button"
                        attr "data-save" kind
                        attr "aria-label" $"%s{title}: %s{label}"
                    ] [ str label ]
            ]
        ]

    let private figures (findings: Findings) (charts: Figure list) =
        if charts.IsEmpty then
            emptyText
        else
            div [ _class "figures" ] (charts |> List.map (drawn findings.Data.Synthetic))

    let private sections (findings: Findings) : Section list =
        let chapters = [
            yield! RunSections.all (figures findings) findings
            for chapter in findings.Chapters do
                Chapters.contents (figures findings) findings chapter
                |> Section.create "The questions" chapter.Id chapter.Title
        ]

        let titles = Map [ for chapter in chapters -> chapter.Id, chapter.Title ]
        AnswerSection.create titles findings :: chapters @ RunSections.last findings

    /// The node without a character that a terminal would obey or that turns words around: other people's words stand in it.
    let private harmless (node: XmlNode) : XmlNode =
        RenderView.AsString.htmlNode node |> PlainLine.ofLines |> rawText

    let private page (findings: Findings) : XmlNode =
        let sections = sections findings

        html [ _lang "en" ] [
            head [] [
                meta [ _charset "utf-8" ]
                meta [ attr "http-equiv" "Content-Security-Policy"; _content policy ]
                meta [ _name "viewport"; _content "width=device-width, initial-scale=1" ]
                meta [ _name "color-scheme"; _content "light dark" ]
                title [] [ str (PlainLine.ofText $"%s{title'} %s{findings.Data.Name}") ]
                style [] [ rawText (PageStyle.css ()) ]
            ]
            body [] [
                a [ _class "skip"; _href "#answer" ] [ str "Skip to the answer" ]
                harmless (
                    div [ _class "page" ] [
                        Section.contents sections
                        main [] [
                            h1 [] [ str title' ]
                            noscript [] [
                                p [] [ str "The charts need JavaScript; the tables and verdicts do not." ]
                            ]
                            yield! Section.all sections
                        ]
                    ]
                )
                script [] [ rawText plotly.Value ]
                script [] [ rawText (PageStyle.program ()) ]
            ]
        ]

    let html (findings: Findings) : string = page findings |> RenderView.AsString.htmlDocument
