namespace NtkPipeline.Core

/// What a model of one's own adds to the report's answer.
[<RequireQualifiedAccess>]
module OwnAnswer =

    let private verb (evidence: OwnEvidence) better worse (difference: Difference) =
        match Difference.isPositive difference with
        | Some true -> better
        | Some false -> worse
        | None when Difference.isTie evidence.Margin difference -> "ties with"
        | None -> "is not told from"

    /// Behind the two that are compared.
    let private unsettled (evidence: OwnEvidence) (difference: Difference) =
        if Difference.isTie evidence.Margin difference then
            $" (%s{OwnClaims.neither})"
        else
            ""

    /// In front of a number that stands alone.
    let private named (evidence: OwnEvidence) = if evidence.Measure = "r2" then "R² " else ""

    /// What R² below 0 is a sign of, in a sentence.
    let private units (evidence: OwnEvidence) =
        match
            OwnClaims.find "as-it-comes" evidence
            |> Option.bind (fun scores -> TaskScores.find evidence.Measure scores.Measures)
        with
        | Some value when evidence.Measure = "r2" && value < 0.0 ->
            $"""As it comes it has R² %s{OwnClaims.reachedBy evidence "as-it-comes"} on these rows, worse than the mean alone: are inputs and labels in the units that it was trained on?"""
        | Some _
        | None -> ""

    /// On the model's regime, with how much of fine-tuning its linearisation explains, and on what is worth using.
    let sentences (evidence: OwnEvidence) : string list = [
        let tangent = evidence.TangentLessAnalytic
        let kernel = verb evidence "beats" "is worse than" tangent
        let analytic = $"the run's analytic kernel%s{unsettled evidence tangent}"

        match evidence.Movement, evidence.Judged, evidence.TunedLessTangent with
        | Some moved, Some epoch, Some tuned ->
            let regime =
                if moved.Upper < evidence.LazyThreshold then
                    "stays in the kernel regime on these data"
                elif moved.Lower >= evidence.LazyThreshold then
                    "leaves the kernel regime on these data"
                else
                    "stands at the border of the kernel regime on these data"

            VerdictWords.join [
                $"Your model %s{evidence.File} %s{regime}: %s{VerdictWords.epochs epoch} of fine-tuning move its tangent kernel by %s{OwnClaims.band moved}."
                OwnClaims.foretold evidence
            ]

            $"""Fine-tuning it %s{verb evidence "beats" "is worse than" tuned} regression with that kernel%s{unsettled evidence tuned}: %s{OwnClaims.measure evidence} differs by %s{OwnClaims.differ evidence tuned}. That kernel %s{kernel} %s{analytic}, by %s{named evidence}%s{OwnClaims.differ evidence tangent}. As it comes the model reaches %s{named evidence}%s{OwnClaims.reachedBy evidence "as-it-comes"}, fine-tuned %s{named evidence}%s{OwnClaims.reachedBy evidence "fine-tuned"}."""
        | _ ->
            $"""Whether your model %s{evidence.File} stays in the kernel regime cannot be told: %s{OwnClaims.lost evidence} Regression with its tangent kernel at its weights as they come %s{kernel} %s{analytic}: %s{OwnClaims.measure evidence} differs by %s{OwnClaims.differ evidence tangent}."""

        match units evidence with
        | "" -> ()
        | sentence -> sentence
    ]
