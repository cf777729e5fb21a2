namespace NtkPipeline.Core

open Giraffe.ViewEngine

/// The answer as the page opens with it: every sentence beside a link to the chapter that it is read off.
[<RequireQualifiedAccess>]
module AnswerSection =

    let private banner (findings: Findings) = [
        if findings.Data.Synthetic then
            p [ _class "banner"; attr "role" "note" ] [
                strong [] [ str "SYNTHETIC SAMPLE — written by a program, not by people." ]
                str
                    " Every number and chart below comes from invented tweets. They show what the pipeline does, not what is true of real ones."
            ]
    ]

    /// `titles`: the page's other chapters by their ids.
    let create (titles: Map<string, string>) (findings: Findings) : Section =
        let source id = [
            match Map.tryFind id titles with
            | Some title ->
                str " "
                a [ _class "from"; _href $"#%s{id}" ] [ str title ]
            | None -> ()
        ]

        let sentences (said: AnswerSentence list) = said |> List.map _.Text |> String.concat " "

        let opening =
            match Answer.opening findings with
            | [] -> []
            | [ only ] -> [ p [ _class "first" ] (Powers.html only.Text @ source only.Chapter) ]
            | first :: rest -> [
                p [ _class "first" ] (Powers.html first.Text)
                p [] (Powers.html (sentences rest) @ source first.Chapter)
              ]

        Section.create "" "answer" "The answer" [
            p [ _class "setting" ] [ str $"%s{Answer.data findings.Data}." ]
            yield! banner findings
            div [ _class "answer" ] [
                yield! opening
                ul [] [
                    for sentence in Answer.details findings do
                        li [] (Powers.html sentence.Text @ source sentence.Chapter)
                ]
            ]
            ResultLinks.paragraph (
                if findings.Data.TestRows > 0 then
                    Some(findings.Data.TrainRows, findings.Data.FittedRows)
                else
                    None
            )
        ]
