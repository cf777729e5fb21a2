namespace NtkPipeline.Core

/// The chapter on texts as sequences: what it is asked, what was done, what was seen.
[<RequireQualifiedAccess>]
module SequenceChapter =

    let private ofGap name (gap: SequenceGap) : Finding list = [
        for metric, difference in
            [
                "loo-squared-error-saved", gap.LooError
                "loo-accuracy", gap.LooAccuracy
                "squared-error-saved", gap.ValidationError
                "accuracy", gap.ValidationAccuracy
            ] do
            yield! Finding.ofDifference $"%s{name}/%s{metric}" "" (Some difference)
    ]

    let private findings (evidence: SequenceEvidence) : Finding[] = [|
        for scores in evidence.Kernels do
            let metric name = $"%s{scores.Id}/%s{name}"
            Finding.create (metric "accuracy") scores.Validation.Accuracy
            Finding.create (metric "f1") scores.Validation.F1
            Finding.create (metric "squared-error") scores.ValidationError
            Finding.create (metric "loo-squared-error") scores.LooError
            Finding.create (metric "loo-accuracy") scores.LooAccuracy
            Finding.create (metric "relative-ridge") scores.RelativeRidge

        yield! ofGap "convolution-less-order-blind" evidence.Order
        yield! ofGap "convolution-less-shuffled" evidence.Control
        yield! ofGap "attention-less-convolution" evidence.Attention

        for scores in evidence.Networks do
            let metric name = $"network/%s{scores.Id}/m=%d{scores.Width}/%s{name}"
            Finding.create (metric "accuracy") scores.Accuracy
            Finding.create (metric "squared-error") scores.Error
            Finding.create (metric "initial-kernel-error") scores.InitialError
            Finding.create (metric "delta-theta") scores.Movement
            yield! Finding.ofDifference (metric "accuracy-less-kernel") "" (Some scores.LessKernel)
            yield! Finding.ofDifference (metric "squared-error-saved") "" (Some scores.ErrorSaved)

        for contest in evidence.Contests do
            yield!
                Finding.ofDifference
                    $"network/%s{contest.One}-less-%s{contest.Other}/accuracy"
                    ""
                    (Some contest.Accuracy)
    |]

    let private words (evidence: SequenceEvidence) : string list = [
        $"In all other chapters a tweet is one row of numbers. Here it is a sequence of tokens, %.1f{evidence.MeanTokens} on average and %d{evidence.MostTokens} at most, each a vector of d = %d{evidence.Columns} (%s{evidence.Source}, the leading principal components, of norm √d), and the question is whether kernels and networks that see the order know more than those that only know which tokens there are. Kernels of convolution and attention are those of Hron et al. 2020, over all pairs of tokens of two tweets."

        "A kernel over the mean of the tokens, and one that takes each token by itself, are blind to the order. Attention without positions is so too: it weighs tokens by each other, wherever they stand. Convolution sees tokens beside each other; on shuffled tokens it is the control, of the same size and without the order."

        if evidence.AllRows > evidence.FittedRows then
            $"These kernels of %d{evidence.FittedRows} fitted tweets took %s{SequencePrice.print evidence.Price}; all %d{evidence.AllRows} (sequence.rows) would take %s{SequencePrice.print evidence.PriceOfAll}."
        else
            $"These kernels took %s{SequencePrice.print evidence.Price}."

        let best = SequenceClaims.preferred evidence
        $"The least leave-one-out error is that of: %s{best.Title} (validation accuracy %s{VerdictWords.percent best.Validation.Accuracy})."
    ]

    let private write (evidence: SequenceEvidence) : Chapter = {
        Chapter.create Sequence.experiment.Name Sequence.question with
            Answer = SequenceClaims.answer evidence
            Words = words evidence
            Verdicts = SequenceClaims.claims |> Seq.collect (fun claim -> claim.Judge evidence) |> Array.ofSeq
            Findings = findings evidence
            Charts = [
                SequenceCharts.accuracies evidence
                if evidence.Networks.Length > 0 then
                    SequenceCharts.widths evidence
            ]
            Tables = [
                SequenceTables.kernels evidence
                SequenceTables.differences evidence
                if evidence.Networks.Length > 0 then
                    SequenceTables.networks evidence
                if evidence.Contests.Length > 0 then
                    SequenceTables.contests evidence
            ]
    }

    /// What the experiment adds to a run's findings.
    let ofEvidence (evidence: Artifact<SequenceEvidence>) : Artifact<Chapter> = Artifact.map write evidence
