namespace NtkPipeline.Core

open Giraffe.ViewEngine

/// One cell: its text, and whether it is a number (set to the right).
type Cell =
    | TextCell of string
    | NumberCell of string

/// Tables and lists of facts as HTML. Giraffe's `str` escapes every text.
[<RequireQualifiedAccess>]
module Table =

    /// A title, which says where its numbers come from a synthetic sample.
    let marked (findings: Findings) (title: string) : string =
        if findings.Data.Synthetic then $"%s{title} (synthetic sample)" else title

    let private cell =
        function
        | TextCell text -> td [ _class "words" ] [ str text ]
        | NumberCell text -> td [ _class "number" ] [ str text ]

    /// A table that scrolls sideways where the screen is narrow. Notes stand below it.
    let grid (title: string) (headings: Cell list) (rows: Cell list list) (notes: string list) : XmlNode =
        let heading =
            function
            | TextCell text -> th [ attr "scope" "col" ] [ str text ]
            | NumberCell text -> th [ attr "scope" "col"; _class "number" ] [ str text ]

        div [ _class "table" ] [
            table [] [
                caption [] [ str title ]
                thead [] [ tr [] (List.map heading headings) ]
                tbody [] (rows |> List.map (fun row -> tr [] (List.map cell row)))
            ]
            for note in notes do
                p [ _class "note" ] [ str note ]
        ]

    /// Names and what they stand for.
    let facts (title: string) (rows: (string * string) list) : XmlNode =
        div [ _class "table" ] [
            table [ _class "facts" ] [
                caption [] [ str title ]
                tbody [] [
                    for name, value in rows do
                        tr [] [ th [ attr "scope" "row" ] [ str name ]; td [] [ str value ] ]
                ]
            ]
        ]

    /// What most readers pass over, closed until it is asked for.
    let folded (title: string) (contents: XmlNode list) : XmlNode =
        details [] (summary [] [ str title ] :: contents)
