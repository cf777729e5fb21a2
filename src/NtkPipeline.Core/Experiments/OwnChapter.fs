namespace NtkPipeline.Core

/// The chapter on a model of one's own: what was asked, what was done, what was seen.
[<RequireQualifiedAccess>]
module OwnChapter =

    let private findings (evidence: OwnEvidence) : Finding[] =
        let reason = "fine-tuning did not come to where it is judged"

        [|
            for scores in evidence.Models do
                for measure in scores.Measures do
                    Finding.create $"%s{scores.Id}/%s{measure.Name}" measure.Value

                Finding.create $"%s{scores.Id}/squared-error" scores.Error

            let difference name found = Finding.ofDifference $"%s{name}-%s{evidence.Measure}" reason found

            yield! difference "tangent-less-analytic" (Some evidence.TangentLessAnalytic)
            yield! difference "fine-tuned-less-tangent" evidence.TunedLessTangent
            yield! difference "fine-tuned-less-analytic" evidence.TunedLessAnalytic
            yield! difference "fine-tuned-less-linearised" evidence.TunedLessLinearised
            yield! difference "fine-tuned-less-as-it-comes" evidence.TunedLessStart
            yield! Finding.ofDifference "delta-theta" reason evidence.Movement

            match evidence.Judged with
            | Some epoch ->
                Finding.create "chosen-epoch" (float epoch)
                Finding.create "cka" evidence.Course.Cka[epoch]
                Finding.create "weights-movement" evidence.Course.Weights[epoch]
            | None -> Finding.missing "chosen-epoch" reason

            for found in evidence.Foretold do
                for metric, value in
                    [
                        "explained", found.Explained
                        "correlation", found.Correlation
                        "agreement", found.Agreement
                    ] do
                    {
                        Metric = $"foretold/%s{found.Id}/%s{metric}"
                        Value = value
                        Note = if value.IsNone then Some "outputs did not change, or are numbers" else None
                    }

            Finding.create "learning-rate" evidence.Eta
            Finding.create "largest-eigenvalue" evidence.Largest

            for epoch, moved in Array.indexed evidence.Course.Movement do
                Finding.create $"delta-theta/epoch=%d{epoch}" moved
                Finding.create $"cka/epoch=%d{epoch}" evidence.Course.Cka[epoch]
        |]

    let private words (evidence: OwnEvidence) : string list = [
        let facts = evidence.Facts
        let shape = facts.Shape |> Array.map string |> String.concat " × "

        $"The model is %s{evidence.File}, %s{facts.Format}: %d{facts.Parameters} parameters in %d{facts.Tensors} tensors, computed in %s{facts.Type}. It is given %s{evidence.Inputs}, each row of shape %s{shape}. Is it a kernel machine on these data? If it is, training it by all of its parameters does what its tangent kernel Θ̂₀ at its weights as they come foretells, f₀(x) + Θ̂₀(x, X)(Θ̂₀ + λ)⁻¹(y − f₀(X)), and Θ̂ stays as it was."

        let some =
            if evidence.FittedRows < evidence.AllFittedRows then
                $"%d{evidence.FittedRows} of the run's %d{evidence.AllFittedRows} fitted rows, evenly spaced (own-model.rows)"
            else
                $"the run's %d{evidence.FittedRows} fitted rows"

        let stop =
            if evidence.Stop.Folds = 0 then
                "and is judged after the last epoch"
            else
                $"""and is judged after the epoch at which models fine-tuned without %s{VerdictWords.count "fold" evidence.Stop.Folds} of these rows met it best"""

        let batches =
            if facts.TakesBatches then
                ""
            else
                " The model is computed row by row, since rows that are given together do not come out as each does alone."

        $"On %s{some}, Θ̂₀ is exact by automatic differentiation, of all outputs with all; the analytic kernel of the run is regressed with on the same rows, both ridges by cross-validation. The model is fine-tuned on them by the run's own settings: ½·mean((f − y)²), rate %g{evidence.Rate} × %s{evidence.Unit} with Λ_max = %.3g{evidence.Largest} of its own Θ̂₀ (η = %.3g{evidence.Eta}), %s{stop}. Its linearisation at the weights as they come takes the same steps.%s{batches}"
    ]

    let private write (evidence: OwnEvidence) : Chapter = {
        Chapter.create "own-model" OwnQuestion.question with
            Answer = OwnAnswer.sentences evidence
            Words = words evidence
            Verdicts = OwnClaims.claims |> Seq.collect (fun claim -> claim.Judge evidence) |> Array.ofSeq
            Findings = findings evidence
            Charts = [ OwnCharts.movement evidence; OwnCharts.errors evidence ]
            Tables = [
                OwnCharts.models evidence
                if evidence.Foretold.Length > 0 then
                    OwnCharts.foretold evidence
            ]
    }

    /// What the question adds to a run's findings.
    let ofEvidence (evidence: Artifact<OwnEvidence>) : Artifact<Chapter> = Artifact.map write evidence
