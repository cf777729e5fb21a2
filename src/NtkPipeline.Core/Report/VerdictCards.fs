namespace NtkPipeline.Core

open Giraffe.ViewEngine

/// Verdicts as the page shows them: a card a claim, with what each setting says of it.
[<RequireQualifiedAccess>]
module VerdictCards =

    let private badge (standing: Standing) =
        match standing with
        | Standing.Holds -> "holds", "✓"
        | Standing.DoesNotHold -> "fails", "✗"
        | Standing.CannotBeDecided -> "open", "?"
        | Standing.DependsOnSetting -> "mixed", "◐"

    let private said (standing: Standing) =
        let kind, sign = badge standing
        p [ _class $"badge %s{kind}" ] [ str $"%s{sign} %s{Standing.words standing}" ]

    let private card (claim: string, verdicts: Verdict[]) =
        let standing = Standing.ofVerdicts verdicts

        let one (verdict: Verdict) = [
            if verdicts.Length > 1 then
                said (Standing.ofVerdict verdict)
            p [ _class "setting" ] (Powers.html verdict.Setting)
            p [] (Powers.html verdict.Evidence)
        ]

        div [ _class $"card %s{fst (badge standing)}" ] [
            said standing
            h3 [] (Powers.html claim)
            ul [] [
                for verdict in verdicts do
                    li [] (one verdict)
            ]
        ]

    let all (verdicts: Verdict[]) : XmlNode =
        div [ _class "cards" ] (verdicts |> Array.groupBy _.Claim |> Array.map card |> List.ofArray)
