namespace NtkPipeline.Core

/// What is expected of depth.
[<RequireQualifiedAccess>]
module DepthClaims =

    let private number (x: float) = ($"%.3g{x}").Replace('-', '−')

    /// A measured ξ within this factor of theory's agrees.
    let private near = 1.15

    let private decay: Claim<DepthEvidence> =
        let name = "Deep erf kernels forget what tells tweets apart at the rate 1/ξ"

        let judge (evidence: DepthEvidence) =
            let agrees (scale: DepthScaleCheck) =
                let ratio = scale.Measured / scale.Expected
                ratio <= near && ratio >= 1.0 / near

            let told =
                evidence.Scales
                |> Array.map (fun scale ->
                    $"σ_w² = %g{scale.WeightVariance}: ξ = %s{number scale.Measured} from %d{scale.From} to %d{scale.To} layers, in theory %s{number scale.Expected}")
                |> String.concat "; "

            let holds, words =
                match evidence.Scales with
                | [||] ->
                    None, "No kernels are deep enough beside their ξ, or none are left to tell rows apart."
                | scales when Array.forall agrees scales ->
                    Some true,
                    $"%s{told}: all within a factor %g{near}. Kernels are computed, not drawn, so there is no band."
                | scales ->
                    let wrong = scales |> Array.filter (agrees >> not) |> Array.length

                    Some false,
                    $"%s{told}: %d{wrong} of %d{scales.Length} off by more than a factor %g{near}."

            {
                Claim = name
                Setting = $"σ_b² = %g{evidence.BiasVariance}, correlations of K, %s{evidence.KernelBudget}"
                Holds = holds
                Evidence = words
            }

        { Name = name; Judge = judge >> Array.singleton }

    let private byScale what setting (outcomes: DepthEvidence -> DepthOutcome[]) : Claim<DepthEvidence> =
        let name = $"In each phase ξ decides at which depth erf %s{what} lose the tweets"

        let judge (evidence: DepthEvidence) isChaotic =
            let phase = if isChaotic then "chaotic" else "ordered"
            let here = outcomes evidence |> Array.filter (fun outcome -> outcome.IsChaotic = isChaotic)

            let holds, words =
                match DepthPhase.edges here with
                | Some kept, Some lost when kept < lost ->
                    Some true,
                    $"All up to %s{number kept} ξ layers keep at least half of the accuracy gained on the more frequent class (%s{VerdictWords.percent evidence.Majority}), all from %s{number lost} ξ on have lost it."
                | Some kept, Some lost ->
                    Some false,
                    $"One of %s{number lost} ξ layers has lost the tweets, and one of %s{number kept} ξ has not: ξ alone does not tell."
                | Some kept, None -> None, $"None has lost the tweets, down to %s{number kept} ξ layers."
                | None, Some lost -> None, $"All have lost the tweets, from %s{number lost} ξ layers on."
                | None, None -> None, "There are none of this phase."

            {
                Claim = name
                Setting = $"%s{phase} phase, σ_b² = %g{evidence.BiasVariance}, %s{setting evidence}"
                Holds = holds
                Evidence = $"Of %d{here.Length}: %s{words}"
            }

        {
            Name = name
            Judge = fun evidence -> [| judge evidence false; judge evidence true |]
        }

    let private conditioning: Claim<DepthEvidence> =
        let name =
            "With depth the tangent kernel's conditioning gets worse in the ordered phase and better in the chaotic one"

        let value (kernel: DepthKernel) = kernel.Condition |> Option.defaultValue infinity

        let shown (kernel: DepthKernel) =
            kernel.Condition |> Option.map number |> Option.defaultValue "past float64"

        let judge (evidence: DepthEvidence) isChaotic =
            let changes =
                evidence.Phases
                |> Array.groupBy (fun (weight, _, _) -> weight)
                |> Array.filter (fun (weight, kernels) ->
                    let slope =
                        (DepthPhase.place Erf.activation weight evidence.BiasVariance).Propagation.Slope

                    kernels.Length > 1 && (slope > 1.0) = isChaotic)
                |> Array.map (fun (weight, kernels) ->
                    let sorted = kernels |> Array.sortBy (fun (_, layers, _) -> layers)
                    let (_, few, first), (_, many, last) = sorted[0], Array.last sorted
                    let ratio = value last / value first

                    (if System.Double.IsNaN ratio then 0 else sign (ratio - 1.0)),
                    $"""σ_w² = %g{weight}: %s{shown first} at %s{VerdictWords.count "layer" few}, %s{shown last} at %d{many}""")

            let expected = if isChaotic then -1 else 1
            let told = changes |> Array.map snd |> String.concat "; "

            let holds =
                if changes.Length = 0 then None
                elif changes |> Array.forall (fun (sign, _) -> sign = expected) then Some true
                elif changes |> Array.forall (fun (sign, _) -> sign = -expected) then Some false
                else None

            {
                Claim = name
                Setting =
                    (if isChaotic then "chaotic phase, " else "ordered phase, ")
                    + $"λ_max/λ_min of Θ, %s{evidence.KernelBudget}"
                Holds = holds
                Evidence = if told = "" then "There are not two kernels of this phase." else $"%s{told}."
            }

        {
            Name = name
            Judge = fun evidence -> [| judge evidence false; judge evidence true |]
        }

    let private indifferent
        what
        setting
        (differences: DepthEvidence -> DepthDifference[])
        : Claim<DepthEvidence> =
        let name = $"Depth makes no difference to the accuracy of %s{what}"

        let judge (evidence: DepthEvidence) =
            let all = differences evidence
            let margin = $"%.1f{100.0 * evidence.Margin} percentage points"
            let excludes (one: DepthDifference) = (Difference.isPositive one.Difference).IsSome

            let within (one: DepthDifference) =
                one.Difference.Lower >= -evidence.Margin && one.Difference.Upper <= evidence.Margin

            let beyond (one: DepthDifference) =
                one.Difference.Lower > evidence.Margin || one.Difference.Upper < -evidence.Margin

            let worst () =
                let worst = all |> Array.maxBy (fun one -> abs one.Difference.Value)
                let excluding = all |> Array.filter excludes |> Array.length

                $"""Of %s{VerdictWords.count "comparison" all.Length} with %s{VerdictWords.hiddenLayers worst.Fewest} the largest is %s{DepthFamily.print worst.Family} with %d{worst.Layers}: %s{VerdictWords.points worst.Difference}; %s{VerdictWords.count "band" excluding} %s{if excluding = 1 then "excludes" else "exclude"} 0, where chance alone has 1 in 20 do so."""

            let holds, words =
                if all.Length = 0 then
                    None, "There are not two depths to compare."
                elif all |> Array.exists beyond then
                    Some false, $"%s{worst ()} A whole band lies beyond the margin of %s{margin}."
                elif all |> Array.forall within then
                    Some true, $"%s{worst ()} Every band lies within the margin of %s{margin}."
                else
                    None,
                    $"%s{worst ()} Some bands reach further from 0 than the margin of %s{margin}, though none lies beyond it as a whole."

            { Claim = name; Setting = setting evidence; Holds = holds; Evidence = words }

        { Name = name; Judge = judge >> Array.singleton }

    let all: Claim<DepthEvidence> list = [
        decay
        byScale "kernels" _.KernelBudget _.KernelOutcomes
        byScale "networks" _.NetworkBudget _.NetworkOutcomes
        conditioning
        indifferent "kernels" _.KernelBudget _.KernelDifferences
        indifferent "trained networks" _.NetworkBudget _.NetworkDifferences
    ]
