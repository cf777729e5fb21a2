namespace NtkPipeline.Core

/// What is claimed of a model of one's own.
[<RequireQualifiedAccess>]
module OwnClaims =

    let private percent = VerdictWords.percent

    /// The measure's name.
    let measure (evidence: OwnEvidence) : string = if evidence.Measure = "r2" then "R²" else "accuracy"

    /// As a sentence begins.
    let private opening (evidence: OwnEvidence) = if evidence.Measure = "r2" then "R²" else "Accuracy"

    /// A difference in it, with its band.
    let differ (evidence: OwnEvidence) (difference: Difference) : string =
        if evidence.Measure = "r2" then
            VerdictWords.errors difference
        else
            VerdictWords.points difference

    let find (id: string) (evidence: OwnEvidence) : OwnScores option =
        evidence.Models |> Array.tryFind (fun scores -> scores.Id = id)

    /// What a model reached by the measure, in words.
    let reached (evidence: OwnEvidence) (scores: OwnScores) : string =
        match TaskScores.find evidence.Measure scores.Measures with
        | Some value when evidence.Measure = "r2" -> $"%.3f{value}".Replace('-', '−')
        | Some value -> percent value
        | None -> "–"

    let private rows (evidence: OwnEvidence) =
        let all =
            if evidence.AllFittedRows > evidence.FittedRows then
                $" of %d{evidence.AllFittedRows}"
            else
                ""

        $"%d{evidence.FittedRows}%s{all} fitted rows, %d{evidence.ValidationRows} validation rows"

    let private training (evidence: OwnEvidence) =
        $"learning rate %g{evidence.Rate} × %s{evidence.Unit}, at most %s{VerdictWords.epochs evidence.Epochs}; %s{rows evidence}"

    /// Why there is no fine-tuned model to judge.
    let lost (evidence: OwnEvidence) : string =
        match evidence.Diverged, evidence.Stop.Epoch with
        | Some epoch, _ ->
            $"Fine-tuning diverged in epoch %d{epoch}, before it could be judged; a smaller train.rate would tell."
        | None, _ ->
            "Models that were fine-tuned without the held-out rows diverged, so that no epoch was chosen; a smaller train.rate would tell."

    let private stopped (evidence: OwnEvidence) epoch =
        if evidence.Stop.Folds = 0 then
            $"After the last epoch, %d{epoch},"
        else
            $"After %s{VerdictWords.epochs epoch} of %d{evidence.Epochs}, as %d{evidence.Stop.Rows} held-out fitted rows chose,"

    /// How much of fine-tuning the linearised model explains, in a sentence; empty where that is not known.
    let foretold (evidence: OwnEvidence) : string =
        evidence.Foretold
        |> Array.tryFind (fun found -> found.Id = "linearised")
        |> Option.bind _.Explained
        |> function
            | Some explained when explained <= 0.0 ->
                "The linearised model, trained by the same steps, foretells nothing of what fine-tuning does to the outputs at the validation rows."
            | Some explained ->
                $"The linearised model, trained by the same steps, explains %s{percent explained} of what fine-tuning does to the outputs at the validation rows."
            | None -> ""

    /// A share with its band.
    let band (share: Difference) : string =
        $"%s{percent share.Value} (95%% band %s{percent share.Lower} to %s{percent share.Upper})"

    let private staysLazy: Claim<OwnEvidence> =
        let judge (evidence: OwnEvidence) =
            let holds, words =
                match evidence.Movement, evidence.Judged with
                | Some moved, Some epoch ->
                    let holds =
                        if moved.Upper < evidence.LazyThreshold then Some true
                        elif moved.Lower >= evidence.LazyThreshold then Some false
                        else None

                    holds,
                    VerdictWords.join [
                        $"%s{stopped evidence epoch} its tangent kernel on %d{evidence.ProbeRows} fitted rows had moved by ΔΘ = %s{band moved}; below %s{percent evidence.LazyThreshold} would count as staying (compare.lazy-below). Its direction: centred alignment %.3f{evidence.Course.Cka[epoch]} with what it was; its weights moved by %s{percent evidence.Course.Weights[epoch]}."
                        foretold evidence
                    ]
                | _ -> None, lost evidence

            {
                Claim = "This model stays in the kernel regime on these data"
                Setting = training evidence
                Holds = holds
                Evidence = words
            }

        {
            Name = "This model stays in the kernel regime on these data"
            Judge = judge >> Array.singleton
        }

    /// What a tie leaves open, so that the claim that one is better cannot be decided.
    let neither: string = "neither is shown to be better"

    /// What a band about 0 says.
    let private tie (evidence: OwnEvidence) (difference: Difference) =
        match Difference.isPositive difference with
        | Some _ -> ""
        | None when Difference.isTie evidence.Margin difference -> $"It is a tie: %s{neither}."
        | None -> "Which is better these rows cannot tell."

    /// The same of the model of this id.
    let reachedBy (evidence: OwnEvidence) (id: string) : string =
        find id evidence |> Option.map (reached evidence) |> Option.defaultValue "–"

    let private tangentBeats: Claim<OwnEvidence> =
        let name = "Its own tangent kernel beats the analytic kernel"

        let judge (evidence: OwnEvidence) =
            let difference = evidence.TangentLessAnalytic

            {
                Claim = name
                Setting = $"ridges by cross-validation; %s{rows evidence}"
                Holds = Difference.isPositive difference
                Evidence =
                    VerdictWords.join [
                        $"""%s{opening evidence} of regression with the model's tangent kernel at its weights as they come, %s{reachedBy evidence "tangent"}, less that of the run's analytic kernel on the same rows, %s{reachedBy evidence "analytic"}: %s{differ evidence difference}."""
                        tie evidence difference
                    ]
            }

        { Name = name; Judge = judge >> Array.singleton }

    let private tuningBeats: Claim<OwnEvidence> =
        let name = "Fine-tuning it beats its tangent kernel"

        let judge (evidence: OwnEvidence) =
            let holds, words =
                match evidence.TunedLessTangent with
                | None -> None, lost evidence
                | Some difference ->
                    Difference.isPositive difference,
                    VerdictWords.join [
                        $"""%s{opening evidence} of the fine-tuned model, %s{reachedBy evidence "fine-tuned"}, less that of regression with its tangent kernel, %s{reachedBy evidence "tangent"}, on the same validation rows: %s{differ evidence difference}."""
                        tie evidence difference
                        match evidence.TunedLessLinearised with
                        | Some linear -> $"Less that of its linearisation: %s{differ evidence linear}."
                        | None -> ""
                    ]

            { Claim = name; Setting = training evidence; Holds = holds; Evidence = words }

        { Name = name; Judge = judge >> Array.singleton }

    let claims: Claim<OwnEvidence> list = [ staysLazy; tangentBeats; tuningBeats ]
