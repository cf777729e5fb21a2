namespace NtkPipeline.Core

open System.IO
open Giraffe.ViewEngine

/// One HTML file that needs nothing but itself, of any chapters.
[<RequireQualifiedAccess>]
module ReportPage =

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

    /// Charts in their order; a synthetic sample is named in each.
    let figures (isSynthetic: bool) (charts: Figure list) : XmlNode =
        if charts.IsEmpty then
            emptyText
        else
            div [ _class "figures" ] (charts |> List.map (drawn isSynthetic))

    /// The node without a character that a terminal would obey or that turns words around: other people's words stand in it.
    let private harmless (node: XmlNode) : XmlNode =
        RenderView.AsString.htmlNode node |> PlainLine.ofLines |> rawText

    let private page (question: string) (name: string) (sections: Section list) : XmlNode =
        html [ _lang "en" ] [
            head [] [
                meta [ _charset "utf-8" ]
                meta [ attr "http-equiv" "Content-Security-Policy"; _content policy ]
                meta [ _name "viewport"; _content "width=device-width, initial-scale=1" ]
                meta [ _name "color-scheme"; _content "light dark" ]
                title [] [ str (PlainLine.ofText $"%s{question} %s{name}") ]
                style [] [ rawText (PageStyle.css ()) ]
            ]
            body [] [
                a [ _class "skip"; _href "#answer" ] [ str "Skip to the answer" ]
                harmless (
                    div [ _class "page" ] [
                        Section.contents sections
                        main [] [
                            h1 [] [ str question ]
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

    /// `question` is the page's heading, `name` that of the data.
    let html (question: string) (name: string) (sections: Section list) : string =
        page question name sections |> RenderView.AsString.htmlDocument
