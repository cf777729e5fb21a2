namespace NtkPipeline.Core

open Giraffe.ViewEngine

/// Links from the page to the files that a run writes beside it.
[<RequireQualifiedAccess>]
module ResultLinks =

    let private file (name: string) : XmlNode = a [ _href name ] [ str name ]

    /// results.csv
    let table: XmlNode = file "results.csv"

    /// Whose answers submission.csv holds, and whose `ntk predict` gives: the same regression, of more rows and of fewer.
    let submission (labelled: int) (fitted: int) : string =
        $"the answers to the rows without labels of kernel regression refitted on all %s{NumberText.count labelled} labelled rows; `ntk predict` speaks of the one of the %s{NumberText.count fitted} fitted rows, which the tables judge"

    /// What lies beside the page, in a paragraph. The last is there where there are rows without labels: counts of labelled and fitted rows.
    let paragraph (answered: (int * int) option) : XmlNode =
        p [ _class "setting" ] [
            str "Beside this page: "
            table
            str " with every number, a row each; "
            file "summary.json"
            str " with settings and stages too"
            match answered with
            | Some(labelled, fitted) ->
                str "; "
                file "submission.csv"
                str " with "
                yield! Powers.html (submission labelled fitted)
            | None -> ()
            str "."
        ]

    /// Under which name of an experiment a chapter's numbers stand.
    let under (experiment: string) : XmlNode =
        p [ _class "note" ] [ str "As "; table; str $" has them, under %s{experiment}." ]
