namespace NtkPipeline.Core

open System
open System.Collections.Generic
open System.Net
open Giraffe.ViewEngine

/// Ids for headings, made from their section's id and their words, so that a link to a table or a figure stays good from run to run.
[<RequireQualifiedAccess>]
module Anchors =

    let private idOf (attributes: XmlAttribute[]) =
        attributes
        |> Array.tryPick (fun attribute ->
            match attribute with
            | KeyValue("id", id) -> Some id
            | KeyValue _
            | Boolean _ -> None)

    /// The ids that stand in some nodes.
    let rec ids (nodes: XmlNode list) : string list = [
        for node in nodes do
            match node with
            | ParentNode((_, attributes), children) ->
                yield! Option.toList (idOf attributes)
                yield! ids children
            | VoidElement(_, attributes) -> yield! Option.toList (idOf attributes)
            | Text _ -> ()
    ]

    let rec private words (node: XmlNode) : string =
        match node with
        | Text text -> WebUtility.HtmlDecode text |> string
        | ParentNode(_, children) -> children |> List.map words |> String.concat ""
        | VoidElement _ -> ""

    /// "Accuracy along the ridge" → "accuracy-along-the-ridge". That a sample is synthetic changes no id.
    let slug (title: string) : string =
        title.Replace(Table.synthetic, "")
        |> String.map (fun letter ->
            if Char.IsLetterOrDigit letter then Char.ToLowerInvariant letter else '-')
        |> _.Split('-', StringSplitOptions.RemoveEmptyEntries)
        |> String.concat "-"

    /// A link of a heading to itself, to be copied.
    let link (id: string) (title: string) : XmlNode =
        a [ _class "anchor"; _href $"#%s{id}"; attr "aria-label" $"Link to: %s{title}" ] [ str "#" ]

    /// The first of an id and its successors, "id-2", "id-3", … that is not taken; it is taken then.
    let claim (taken: HashSet<string>) (id: string) : string =
        Seq.initInfinite (fun k -> if k = 0 then id else $"%s{id}-%d{k + 1}") |> Seq.find taken.Add

    /// Every h3 of a section's contents with an id of its own, which joins those taken, and a link to it.
    let rec place (taken: HashSet<string>) (section: string) (nodes: XmlNode list) : XmlNode list =
        nodes
        |> List.map (fun node ->
            match node with
            | ParentNode(("h3", attributes), children) when (idOf attributes).IsNone ->
                let title = children |> List.map words |> String.concat ""
                let id = claim taken $"%s{section}/%s{slug title}"
                ParentNode(("h3", Array.append [| _id id |] attributes), children @ [ link id title ])
            | ParentNode(element, children) -> ParentNode(element, place taken section children)
            | VoidElement _
            | Text _ -> node)
