namespace NtkPipeline.Core

/// The chapter on the transformer: what it is asked, what was done, what was seen.
[<RequireQualifiedAccess>]
module TransformerChapter =

    let private percent = VerdictWords.percent

    let private findings (evidence: TransformerEvidence) : Finding[] =
        let reason = "fine-tuning of all weights was not asked for"

        let optional metric value =
            match value with
            | Some value -> Finding.create metric value
            | None ->
                Finding.missing metric "this model is trained once and judged on the stop rows, not in folds"

        [|
            for scores in evidence.Models do
                let metric name = $"%s{scores.Id}/%s{name}"
                Finding.create (metric "accuracy") scores.Validation.Accuracy
                Finding.create (metric "f1") scores.Validation.F1
                Finding.create (metric "squared-error") scores.ValidationError
                Finding.create (metric "log-loss") scores.Calibration.Reliability.LogLoss
                Finding.create (metric "calibration-error") scores.Calibration.Reliability.ExpectedError
                Finding.create (metric "stop-squared-error") scores.StopError
                optional (metric "cv-squared-error") scores.CvError
                optional (metric "cv-accuracy") scores.CvAccuracy
                optional (metric "loo-squared-error") scores.LooError
                optional (metric "loo-accuracy") scores.LooAccuracy

            yield!
                Finding.ofDifference "frozen-less-tangent-cv-squared-error" reason (Some evidence.ErrorGain)
            yield! Finding.ofDifference "tangent-less-frozen-cv-accuracy" reason (Some evidence.AccuracyGain)
            yield!
                Finding.ofDifference "tangent-less-frozen-accuracy" reason (Some evidence.TangentLessFrozen)
            yield! Finding.ofDifference "fine-tuned-less-tangent-accuracy" reason evidence.TunedLessTangent
            yield! Finding.ofDifference "fine-tuned-less-frozen-accuracy" reason evidence.TunedLessFrozen
            Finding.create "leaked-cv-squared-error" evidence.LeakedError
            Finding.create "leaked-cv-accuracy" evidence.LeakedAccuracy
            Finding.create "sketch-error-frobenius" evidence.Sketch.Frobenius
            Finding.create "sketch-error-diagonal" evidence.Sketch.Diagonal
            Finding.create "sketch-error-off-diagonal" evidence.Sketch.OffDiagonal

            for drift in evidence.Drift do
                Finding.create $"delta-theta/seed=%d{drift.Seed}/epoch=%d{drift.Epoch}" drift.DeltaTheta
                Finding.create $"cka/seed=%d{drift.Seed}/epoch=%d{drift.Epoch}" drift.Cka
        |]

    let private words (evidence: TransformerEvidence) : string list = [
        $"The features of all other chapters come from a transformer that was frozen. Here the question is asked of the transformer itself: is fine-tuning it only its own tangent kernel at the pretrained weights (Malladi et al. 2023), or more? That kernel is Θ̂(x, z) = Σ ∂f(x)/∂θ · ∂f(z)/∂θ over all parameters of the encoder and of the head w in f = w·φ + b, with w fitted first by ridge regression (linear probing), or drawn at random and averaged over draws. Regression with it stands beside regression on the frozen features, beside a transformer made linear in its weights and trained by the same steps, and beside fine-tuning itself, on the same %d{evidence.FittedRows} fitted and %d{evidence.ValidationRows} validation tweets."

        $"The kernel is of sketched gradients. On %d{evidence.SketchRows} fitted tweets the sketch was held against the exact kernel: they differ by %s{percent evidence.Sketch.Frobenius} in the Frobenius norm, the diagonal by %s{percent evidence.Sketch.Diagonal} (rms), other entries by %.3f{evidence.Sketch.OffDiagonal} of √(Θ̂(x,x) Θ̂(z,z)) (rms). Gradients and kernels are float32, regressions float64."

        let best = TransformerClaims.preferred evidence

        $"A head that is fitted to labels carries them into the kernel, so that every number by which the kernel is judged or chosen on fitted rows has the head fitted without the fold that is judged. The stop set (%d{evidence.StopRows} fitted tweets) prefers %s{best.Title}: squared error %.3f{best.StopError} there."

        if best.Test.Length > 0 then
            $"Each model's answers for the test tweets lie beside the report as submission-transformer-NAME.csv; the preferred one is submission-transformer-%s{best.Id}.csv."
    ]

    let private write (evidence: TransformerEvidence) : Chapter = {
        Chapter.create "transformer" Transformer.question with
            Answer = TransformerAnswer.write evidence
            Opens = true
            Words = words evidence
            Verdicts =
                TransformerClaims.claims |> Seq.collect (fun claim -> claim.Judge evidence) |> Array.ofSeq
            Findings = findings evidence
            Charts = [
                TransformerCharts.accuracies evidence
                if evidence.Paths.Length > 0 then
                    TransformerCharts.errors evidence
                if evidence.Drift.Length > 0 then
                    TransformerCharts.drift evidence
                TransformerCharts.layers evidence
            ]
            Tables = [
                TransformerTables.models evidence
                if evidence.Drift.Length > 0 then
                    TransformerTables.drift evidence
                if evidence.Foretold.Length > 0 then
                    TransformerTables.foretold evidence
                TransformerTables.layers evidence
                TransformerTables.kinds evidence
            ]
            Submissions = [
                for scores in evidence.Models do
                    if scores.Test.Length > 0 then
                        { Name = scores.Id; Outputs = scores.Test }
            ]
    }

    /// What the experiment adds to a run's findings.
    let ofEvidence (evidence: Artifact<TransformerEvidence>) : Artifact<Chapter> = Artifact.map write evidence
