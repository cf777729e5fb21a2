namespace NtkPipeline.Core

/// The chapter on feature learning: how the two were chosen, how they met, what became of the kernel.
[<RequireQualifiedAccess>]
module FeatureChapter =

    let private share = VerdictWords.percent

    let private findings (evidence: FeatureEvidence) : Finding[] =
        let reason = "every network that was tried diverged"

        let optional name (value: float option) =
            match value with
            | Some value -> Finding.create name value
            | None -> Finding.missing name reason

        let ofContest pick = evidence.Contest |> Option.map pick

        [|
            Finding.create "kernels-tried" (float evidence.Kernels.Length)
            Finding.create "networks-tried" (float evidence.Choice.Trials.Length)
            Finding.create "network-epochs-tried" (float evidence.Choice.Tries)
            Finding.create "kernel-held-out-error" evidence.Kernel.Error
            Finding.create "kernel-held-out-accuracy" evidence.Kernel.Accuracy
            optional
                "network-held-out-error"
                (FeatureVerdicts.chosen evidence |> Option.bind TunedTables.least)
            optional "accuracy-kernel" (ofContest _.Kernel)
            optional "accuracy-networks-single" (ofContest _.Single)
            optional "accuracy-networks-mean-output" (ofContest _.Ensemble)
            yield! Finding.ofDifference "networks-less-kernel" reason (ofContest _.Difference)
            yield! Finding.ofDifference "single-networks-less-kernel" reason (ofContest _.SingleDifference)
            yield! Finding.ofDifference "ensembling" reason (ofContest _.Ensembling)
            optional "only-networks-right" (ofContest (_.Discordance.OnlyFirst >> float))
            optional "only-kernel-right" (ofContest (_.Discordance.OnlySecond >> float))
            optional "mcnemar-p" (ofContest _.P)
            optional "delta-theta" (evidence.Contest |> Option.bind _.DeltaTheta)
            optional "alignment-before" (ofContest (_.Alignment >> fst))
            optional "alignment-after" (ofContest (_.Alignment >> snd))
            yield! Finding.ofDifference "after-kernel-less-before" reason evidence.AfterLessBefore
        |]

    /// The least held-out errors of networks whose kernel stayed put and of those whose kernel moved, beside the kernel's on the same rows.
    let private regimes (evidence: FeatureEvidence) =
        let judged =
            evidence.Choice.Trials
            |> Array.choose (fun trial ->
                trial.Epoch |> Option.map (fun epoch -> trial.Movement[epoch], trial.Errors[epoch]))

        let best name trials =
            match trials with
            | [||] -> $"there is none %s{name}"
            | trials -> $"the best %s{name} has %.4f{trials |> Array.map snd |> Array.min}"

        let still, moved = judged |> Array.partition (fun (move, _) -> move < evidence.LazyThreshold)
        let lazyOnes = best $"whose kernel had moved by less than %s{share evidence.LazyThreshold}" still
        let others = best "whose kernel had moved further" moved

        $"On the rows of these folds the tuned kernel, fitted without them, has a squared error of %.4f{evidence.Kernel.Error}. Of the networks, each at its best epoch, %s{lazyOnes}, %s{others}."

    let private words (evidence: FeatureEvidence) : string list = [
        $"""A kernel is fixed before it sees a label; a network bends its kernel while it learns. To see whether bending pays here, both were tuned as well as the settings allow, and on the %d{evidence.FittedRows} fitted rows alone: %s{VerdictWords.count "kernel" evidence.Kernels.Length} with their ridges by cross-validation, %s{VerdictWords.networks evidence.Choice.Trials.Length} and the epoch to stop at by training them on all folds but one and looking at that one, %d{evidence.Choice.Folds} times. The folds are stratified, and similar texts are never on both sides. The least squared error won. Then each met the %d{evidence.ValidationRows} validation rows once."""

        match FeatureVerdicts.chosen evidence, evidence.Contest with
        | Some trial, Some contest ->
            let move = contest.DeltaTheta |> Option.map share |> Option.defaultValue "an unknown share"
            let before, after = contest.Alignment

            $"Chosen were the kernel %s{evidence.Kernel.Name} and the network %s{FeatureVerdicts.traits trial.Spec}. While it trained, its tangent kernel moved by %s{move}, and its alignment with the targets went from %.3f{before} to %.3f{after} (centred, 0 to 1, on the probe rows)."
        | _ -> "Every network that was tried diverged; smaller learning rates would help."

        if evidence.Choice.Chosen.IsSome then
            regimes evidence
    ]

    let private write (runs: NetworkRun list) (evidence: FeatureEvidence) : Chapter = {
        Chapter.create FeatureLearning.experiment.Name FeatureLearning.experiment.Question with
            Answer = FeatureVerdicts.answer evidence
            Opens = evidence.Contest.IsSome
            Words = words evidence
            Verdicts =
                FeatureVerdicts.claims |> Seq.collect (fun claim -> claim.Judge evidence) |> Array.ofSeq
            Findings = findings evidence
            Runs = Array.ofList runs
            Curves = TunedCharts.curves runs
            Charts = TunedCharts.errors evidence @ TunedCharts.movement evidence
            Tables = [
                yield! evidence.Contest |> Option.map TunedTables.contest |> Option.toList
                TunedTables.networks evidence
                TunedTables.kernels evidence
                yield! TunedTables.tangents evidence
            ]
    }

    /// What the experiment adds to a run's findings.
    let ofEvidence
        (runs: Artifact<NetworkRun list>)
        (evidence: Artifact<FeatureEvidence>)
        : Artifact<Chapter> =
        Artifact.map2 write runs evidence
