namespace NtkPipeline.Core

open System.Collections.Generic
open Giraffe.ViewEngine

/// A chapter of the page.
[<NoEquality; NoComparison>]
type Section = {
    /// Its place in the page: links to it stay good from run to run.
    Id: string
    Title: string
    /// The heading that it stands under in the contents.
    Part: string
    Contents: XmlNode list
}

/// The page's chapters and their list at the side.
[<RequireQualifiedAccess>]
module Section =

    let create (part: string) (id: string) (title: string) (contents: XmlNode list) : Section = {
        Id = id
        Title = title
        Part = part
        Contents = contents
    }

    /// The list of contents, by part.
    let contents (sections: Section list) : XmlNode =
        nav [ _class "contents"; attr "aria-label" "Contents" ] [
            details [ attr "open" "" ] [
                summary [] [ str "Contents" ]
                for name, members in List.groupBy _.Part sections do
                    if name <> "" then
                        h2 [] [ str name ]

                    ol [] [
                        for section in members do
                            li [] [ a [ _href $"#%s{section.Id}" ] [ str section.Title ] ]
                    ]
            ]
        ]

    /// The sections, every heading in them with an id that no other has.
    let all (sections: Section list) : XmlNode list =
        let taken =
            [
                for section in sections do
                    section.Id
                    yield! Anchors.ids section.Contents
            ]
            |> HashSet

        [
            for section in sections do
                Giraffe.ViewEngine.HtmlElements.section [ _id section.Id ] [
                    h2 [] [ str section.Title; Anchors.link section.Id section.Title ]
                    yield! Anchors.place taken section.Id section.Contents
                ]
        ]
