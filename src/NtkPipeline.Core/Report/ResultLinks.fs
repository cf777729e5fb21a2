namespace NtkPipeline.Core

open Giraffe.ViewEngine

/// Links from the page to the files that a run writes beside it.
[<RequireQualifiedAccess>]
module ResultLinks =

    let private file (name: string) : XmlNode = a [ _href name ] [ str name ]

    /// results.csv
    let table: XmlNode = file "results.csv"

    /// What lies beside the page, in a paragraph. The last is there where there are rows without labels.
    let paragraph (hasSubmission: bool) : XmlNode =
        p [ _class "setting" ] [
            str "Beside this page: "
            table
            str " with every number, a row each; "
            file "summary.json"
            str " with settings and stages too"
            if hasSubmission then
                str "; "
                file "submission.csv"
                str " with the kernel regression's answers for the rows without labels"
            str "."
        ]

    /// Under which name of an experiment a chapter's numbers stand.
    let under (experiment: string) : XmlNode =
        p [ _class "note" ] [ str "As "; table; str $" has them, under %s{experiment}." ]
