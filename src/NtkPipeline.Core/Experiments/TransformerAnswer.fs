namespace NtkPipeline.Core

/// What the transformer's chapter adds to the report's answer.
[<RequireQualifiedAccess>]
module TransformerAnswer =

    let private percent = VerdictWords.percent

    /// Is fine-tuning only the transformer's tangent kernel, or more?
    let write (evidence: TransformerEvidence) : string list = [
        match evidence.TunedLessTangent with
        | Some difference ->
            let drifts = TransformerClaims.chosen evidence
            let isTie = Difference.isTie evidence.Margin difference

            let verdict =
                match Difference.isPositive difference with
                | Some true ->
                    "Fine-tuning the transformer does more than its tangent kernel at the pretrained weights"
                | Some false ->
                    "Fine-tuning the transformer does worse than its tangent kernel at the pretrained weights"
                | None when isTie ->
                    "Fine-tuning the transformer ties with its fixed tangent kernel at the pretrained weights"
                | None ->
                    "Whether fine-tuning the transformer does better or worse than its fixed tangent kernel at the pretrained weights cannot be told"

            let drift =
                if drifts.Length = 0 then
                    None
                else
                    Some(TransformerClaims.mean _.DeltaTheta drifts)

            let joined =
                match drift with
                | Some drift when isTie && drift >= evidence.LazyThreshold ->
                    $", though that kernel moves by %s{percent drift}"
                | Some drift when isTie || (Difference.isPositive difference).IsSome ->
                    $", and that kernel moves by %s{percent drift}"
                | Some _
                | None -> ""

            let apart =
                match drift with
                | Some drift when joined = "" ->
                    $" Through fine-tuning that kernel moves by %s{percent drift}."
                | Some _
                | None -> ""

            $"%s{verdict}%s{joined}: fine-tuning's accuracy less the kernel's is %s{VerdictWords.points difference} on %s{VerdictWords.tweets evidence.ValidationRows}.%s{apart}"
        | None -> ()

        let kernel =
            if evidence.TunedLessTangent.IsSome then
                "that kernel"
            else
                "the tangent kernel of the pretrained transformer"

        match Difference.isPositive evidence.ErrorGain with
        | Some true ->
            $"In cross-validation %s{kernel} beats the kernel of the frozen features: squared error %s{TransformerClaims.lower evidence.ErrorGain}."
        | Some false ->
            $"In cross-validation %s{kernel} is worse than the kernel of the frozen features: squared error %s{TransformerClaims.lower evidence.ErrorGain}."
        | None ->
            $"Whether %s{kernel} beats the kernel of the frozen features cannot be told: cross-validated squared error %s{TransformerClaims.lower evidence.ErrorGain}."

        let best = TransformerClaims.preferred evidence
        $"Of all these models the stop set prefers: %s{best.Title} (validation accuracy %s{percent best.Validation.Accuracy})."
    ]
