namespace NtkPipeline.Core

/// What is claimed of the transformer.
[<RequireQualifiedAccess>]
module TransformerClaims =

    let private percent = VerdictWords.percent

    let find (model: TransformerModel) (evidence: TransformerEvidence) : ModelScores option =
        evidence.Models |> Array.tryFind (fun scores -> scores.Id = TransformerModel.id model)

    let private tuned = TransformerModel.Tuned TuningMethod.Full

    /// Of each training, the drift after the epoch that was chosen.
    let chosen (evidence: TransformerEvidence) : TransformerDrift[] =
        match find tuned evidence with
        | None -> [||]
        | Some scores ->
            evidence.Drift
            |> Array.filter (fun drift ->
                drift.Seed < scores.Epochs.Length && scores.Epochs[drift.Seed] = drift.Epoch)

    let mean (pick: TransformerDrift -> float) (drifts: TransformerDrift[]) : float =
        drifts |> Array.averageBy pick

    let private setting (evidence: TransformerEvidence) =
        $"%d{evidence.FittedRows} fitted tweets, of which %d{evidence.StopRows} stop fine-tuning and train nothing of it; %d{evidence.ValidationRows} validation tweets"

    /// A movement in percent, which is told where it is small, too.
    let movement (share: float) : string =
        if share > 0.0 && share < 0.0005 then "less than 0.1%" else percent share

    let private none = "Fine-tuning of all weights was not asked for (transformer.methods)."

    let private explained (evidence: TransformerEvidence) =
        let ofTuned = evidence.Foretold |> Array.tryFind (fun found -> found.Of = TransformerModel.id tuned)

        match ofTuned, ofTuned |> Option.bind _.Explained, ofTuned |> Option.bind _.Correlation with
        | Some first, Some explained, Some correlation ->
            $"%s{first.What} explains %s{percent explained} of what fine-tuning does to the outputs at the validation tweets (correlation %.2f{correlation})."
        | Some _, None, _ -> "Fine-tuning changed no output at the validation tweets."
        | Some _, Some _, None
        | None, _, _ -> ""

    let private staysLazy: Claim<TransformerEvidence> =
        let name = "Fine-tuning stays in the kernel regime"

        let judge (evidence: TransformerEvidence) =
            let drifts = chosen evidence

            let holds, words =
                if drifts.Length = 0 then
                    None, none
                else
                    let below =
                        drifts |> Array.filter (fun drift -> drift.DeltaTheta < evidence.LazyThreshold)

                    let drift, moved = mean _.DeltaTheta drifts, movement (mean _.Movement drifts)

                    let weights, direction =
                        if drift < evidence.LazyThreshold then
                            $"and its weights by %s{moved}", "its direction:"
                        else
                            $"though its weights had moved by %s{moved} only", "its direction changed less:"

                    let holds =
                        if below.Length = drifts.Length then Some true
                        elif below.Length = 0 then Some false
                        else None

                    holds,
                    VerdictWords.join [
                        $"Where it was stopped, the transformer's tangent kernel had moved by ΔΘ = %s{percent drift} of itself (mean of %s{VerdictWords.seeds drifts.Length}; below %s{percent evidence.LazyThreshold} would count as staying), %s{weights}; %s{direction} cosine %.2f{mean _.Cosine drifts}, centred %.2f{mean _.Cka drifts}."
                        explained evidence
                    ]

            { Claim = name; Setting = setting evidence; Holds = holds; Evidence = words }

        { Name = name; Judge = judge >> Array.singleton }

    let private signed (x: float) = (sprintf "%.3f" x).Replace('-', '−')

    /// By how much an error is less than another, with its band: "lower by …", or "higher by …".
    let lower (less: Difference) : string =
        let words side sign least most =
            $"%s{side} by %.3f{sign * less.Value} (95%% band %s{signed least} to %s{signed most})"

        if less.Value < 0.0 then
            words "higher" -1.0 (-less.Upper) (-less.Lower)
        else
            words "lower" 1.0 less.Lower less.Upper

    /// What a band about 0 tells of fine-tuning and the fixed tangent kernel.
    let private undecided (evidence: TransformerEvidence) (difference: Difference) =
        if Difference.isTie evidence.Margin difference then
            "Between fine-tuning and the fixed tangent kernel it is a tie."
        else
            $"Whether fine-tuning or the fixed tangent kernel is better these tweets cannot tell: for a tie the band would have to lie within %.1f{200.0 * evidence.Margin} points of 0."

    let private beatsFrozen: Claim<TransformerEvidence> =
        let name = "The tangent kernel of the pretrained model beats the frozen features' kernel"

        let judge (evidence: TransformerEvidence) =
            let tie =
                match Difference.isPositive evidence.ErrorGain with
                | None -> "The band includes 0: neither is shown to be better."
                | Some _ -> ""

            {
                Claim = name
                Setting =
                    $"cross-validated squared error, the head fitted anew for every fold; %s{setting evidence}"
                Holds = Difference.isPositive evidence.ErrorGain
                Evidence =
                    VerdictWords.join [
                        $"Its squared error is %s{lower evidence.ErrorGain} than that of the frozen features' NTK on the same rows and folds; its accuracy less that one's is %s{VerdictWords.points evidence.AccuracyGain}."
                        tie
                        $"On the validation tweets that difference is %s{VerdictWords.points evidence.TangentLessFrozen}."
                    ]
            }

        { Name = name; Judge = judge >> Array.singleton }

    let private p (p: float) = if p < 0.001 then "p < 0.001" else $"p = %.2g{p}"

    let private beatsBoth: Claim<TransformerEvidence> =
        let name = "Fine-tuning beats both"

        let judge (evidence: TransformerEvidence) =
            let holds, words =
                match evidence.TunedLessTangent, evidence.TunedLessFrozen with
                | Some tangent, Some frozen ->
                    let holds =
                        match Difference.isPositive tangent, Difference.isPositive frozen with
                        | Some true, Some true -> Some true
                        | Some false, _
                        | _, Some false -> Some false
                        | None, _
                        | _, None -> None

                    let each =
                        evidence.P |> Array.map (fun found -> $"against %s{found.Against} %s{p found.P}")

                    holds,
                    VerdictWords.join [
                        $"The accuracy of fine-tuned transformers, stopped by the stop set, less that of the tangent kernel is %s{VerdictWords.points tangent}, and less that of the frozen features' NTK %s{VerdictWords.points frozen}, on the same validation tweets."
                        if (Difference.isPositive tangent).IsNone then
                            undecided evidence tangent
                        if each.Length > 0 then
                            $"""McNemar's exact test of the first seed: %s{String.concat ", " each}."""
                    ]
                | _ -> None, none

            { Claim = name; Setting = setting evidence; Holds = holds; Evidence = words }

        { Name = name; Judge = judge >> Array.singleton }

    let claims: Claim<TransformerEvidence> list = [ staysLazy; beatsFrozen; beatsBoth ]

    /// The model of the least squared error on the stop rows, which no model's parameters have been fitted to.
    let preferred (evidence: TransformerEvidence) : ModelScores = evidence.Models |> Array.minBy _.StopError
