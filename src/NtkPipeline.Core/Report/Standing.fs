namespace NtkPipeline.Core

/// What the verdicts on one claim say together.
[<RequireQualifiedAccess>]
type Standing =
    | Holds
    | DoesNotHold
    | CannotBeDecided
    /// Judged under several settings, with different outcomes.
    | DependsOnSetting

[<RequireQualifiedAccess>]
module Standing =

    let ofVerdict (verdict: Verdict) : Standing =
        match verdict.Holds with
        | Some true -> Standing.Holds
        | Some false -> Standing.DoesNotHold
        | None -> Standing.CannotBeDecided

    let ofVerdicts (verdicts: Verdict[]) : Standing =
        match verdicts |> Array.map ofVerdict |> Array.distinct with
        | [| one |] -> one
        | [||] -> Standing.CannotBeDecided
        | _ -> Standing.DependsOnSetting

    let words (standing: Standing) : string =
        match standing with
        | Standing.Holds -> "holds"
        | Standing.DoesNotHold -> "does not hold"
        | Standing.CannotBeDecided -> "cannot be decided"
        | Standing.DependsOnSetting -> "depends on the setting"
