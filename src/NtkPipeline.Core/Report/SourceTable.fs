namespace NtkPipeline.Core

open Giraffe.ViewEngine

/// Which results a chapter's numbers were made of: from the page back to the store.
[<RequireQualifiedAccess>]
module SourceTable =

    /// Folded at a chapter's end; nothing of a chapter that was made of nothing.
    let foldedIf (isSynthetic: bool) (sources: Source list) : XmlNode list =
        let rows = [
            for source in List.distinct sources -> [ TextCell source.Stage; TextCell(Source.short source) ]
        ]

        if rows.IsEmpty then
            []
        else
            [
                Table.folded "Where these numbers come from" [
                    Table.grid
                        (Table.markedIf isSynthetic "Results that this chapter is made of")
                        [ TextCell "stage"; TextCell "digest of its result" ]
                        rows
                        [
                            "Each result lies in the store under the SHA-256 of its bytes, of which the first twelve digits stand here; `ntk why STAGE`, with the options of this run, names the whole and the key that it is found by."
                        ]
                    p [ _class "note" ] [
                        str "Every number of this page stands in "
                        ResultLinks.table
                        str "."
                    ]
                ]
            ]

    let folded (findings: Findings) (sources: Source list) : XmlNode list =
        foldedIf findings.Data.Synthetic sources
