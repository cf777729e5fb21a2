namespace NtkPipeline.Core

open Giraffe.ViewEngine

/// Tables and lists of facts as HTML. Giraffe's `str` escapes every text.
[<RequireQualifiedAccess>]
module Table =

    /// What a title says of numbers that come from one.
    let synthetic = "(synthetic sample)"

    /// A title, which says where its numbers come from a synthetic sample.
    let markedIf (isSynthetic: bool) (title: string) : string =
        if isSynthetic then $"%s{title} %s{synthetic}" else title

    let marked (findings: Findings) (title: string) : string = markedIf findings.Data.Synthetic title

    let private cell =
        function
        | TextCell text -> td [ _class "words" ] (Powers.html text)
        | NumberCell text -> td [ _class "number" ] (Powers.html text)

    /// A title above a table that scrolls sideways where the screen is narrow, and notes below it.
    let private titled (title: string) (contents: XmlNode list) (notes: string list) =
        div [ _class "table" ] [
            h3 [] (Powers.html title)
            div [
                _class "scroll"
                attr "tabindex" "0"
                attr "role" "region"
                attr "aria-label" title
            ] [ table [] contents ]
            for note in notes do
                p [ _class "note" ] (Powers.html note)
        ]

    let grid (title: string) (headings: Cell list) (rows: Cell list list) (notes: string list) : XmlNode =
        let heading =
            function
            | TextCell text -> th [ attr "scope" "col" ] (Powers.html text)
            | NumberCell text -> th [ attr "scope" "col"; _class "number" ] (Powers.html text)

        let contents = [
            thead [] [ tr [] (List.map heading headings) ]
            tbody [] (rows |> List.map (fun row -> tr [] (List.map cell row)))
        ]

        titled title contents notes

    /// Names and what they stand for.
    let facts (title: string) (rows: (string * string) list) : XmlNode =
        let row (name: string, value: string) =
            tr [] [
                th [ _class "fact"; attr "scope" "row" ] [ str name ]
                td [ _class "words" ] (Powers.html value)
            ]

        titled title [ tbody [] (List.map row rows) ] []

    /// What most readers pass over, closed until it is asked for.
    let folded (title: string) (contents: XmlNode list) : XmlNode =
        details [] (summary [] [ str title ] :: contents)
