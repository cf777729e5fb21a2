namespace NtkPipeline.Core

open System

/// What the verdicts on one claim say together.
[<RequireQualifiedAccess>]
type Standing =
    | Holds
    | DoesNotHold
    | CannotBeDecided
    /// Judged under several settings, with different outcomes.
    | DependsOnSetting

/// The answer in words, computed from the numbers.
[<RequireQualifiedAccess>]
module Answer =

    let ofVerdict (verdict: Verdict) : Standing =
        match verdict.Holds with
        | Some true -> Standing.Holds
        | Some false -> Standing.DoesNotHold
        | None -> Standing.CannotBeDecided

    let words (standing: Standing) : string =
        match standing with
        | Standing.Holds -> "holds"
        | Standing.DoesNotHold -> "does not hold"
        | Standing.CannotBeDecided -> "cannot be decided"
        | Standing.DependsOnSetting -> "depends on the setting"

    /// The verdicts by claim, in the order of their first appearance.
    let claims (findings: Findings) : (string * Verdict[])[] =
        findings.Comparison.Verdicts |> Array.groupBy _.Claim

    let standing (verdicts: Verdict[]) : Standing =
        match verdicts |> Array.map ofVerdict |> Array.distinct with
        | [| one |] -> one
        | [||] -> Standing.CannotBeDecided
        | _ -> Standing.DependsOnSetting

    let private counted (n: int) = if n = 1 then "one" else string n

    /// "Of 3 expected observations, one holds, one does not hold and one depends on the setting."
    let headline (findings: Findings) : string =
        let standings = claims findings |> Array.map (snd >> standing)

        let verb count standing =
            match standing with
            | Standing.Holds when count > 1 -> "hold"
            | Standing.DoesNotHold when count > 1 -> "do not hold"
            | Standing.DependsOnSetting when count > 1 -> "depend on the setting"
            | other -> words other

        let parts =
            [
                Standing.Holds
                Standing.DoesNotHold
                Standing.DependsOnSetting
                Standing.CannotBeDecided
            ]
            |> List.choose (fun kind ->
                match standings |> Array.filter ((=) kind) |> Array.length with
                | 0 -> None
                | count -> Some $"%s{counted count} %s{verb count kind}")

        match parts with
        | [] -> "No expected observation was judged."
        | [ _ ] when standings.Length = 1 -> $"The one expected observation %s{words standings[0]}."
        | parts ->
            let last = List.last parts
            let before = parts |> List.take (parts.Length - 1) |> String.concat ", "
            let list = if before = "" then last else $"%s{before} and %s{last}"
            $"Of %d{standings.Length} expected observations, %s{list}."

    /// How well the tuned kernel does.
    let kernel (findings: Findings) : string =
        let kernel = findings.Kernel

        $"Kernel regression with the analytic tangent kernel, its ridge tuned by %s{NumberText.chosenBy kernel.ChosenBy}, reaches a validation accuracy of %s{NumberText.accuracy kernel.Validation.Accuracy}."

    /// How the widest networks of one input scale end.
    let widest (series: WidthSeries) : string =
        let epochs = WidthSeries.lastEpoch series

        match Array.tryLast series.Groups with
        | None -> $"No network was trained at %s{WidthSeries.label series}."
        | Some group ->
            let opening = $"At %s{WidthSeries.label series}, the widest networks (m = %d{group.Spec.Width})"

            match group.Of Quantity.Accuracy, group.Of Quantity.DeltaTheta with
            | Some accuracy, Some movement ->
                $"""%s{opening} end at %s{NumberText.accuracies accuracy} after %s{NumberText.many epochs "epoch" "epochs"} (%s{NumberText.many accuracy.Count "seed" "seeds"}), their own tangent kernel having moved by %s{NumberText.percents movement}."""
            | Some accuracy, None ->
                $"""%s{opening} end at %s{NumberText.accuracies accuracy} after %s{NumberText.many epochs "epoch" "epochs"} (%s{NumberText.many accuracy.Count "seed" "seeds"})."""
            | None, _ -> $"%s{opening} diverged with every seed, so they have no accuracy."

    /// The data in one clause, which says where it is a synthetic sample.
    let data (data: DataFacts) : string =
        let kind = if data.Synthetic then " (a synthetic sample, written by a program)" else ""

        $"""%s{data.Name}%s{kind}: %s{NumberText.many data.TrainRows "labelled row" "labelled rows"}, %s{NumberText.count data.FittedRows} of them fitted and %s{NumberText.count data.ValidationRows} kept aside; %s{NumberText.many data.TestRows "row" "rows"} without labels"""
