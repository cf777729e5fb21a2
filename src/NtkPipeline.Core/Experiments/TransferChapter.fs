namespace NtkPipeline.Core

/// What the experiment adds to a run's findings.
[<RequireQualifiedAccess>]
module TransferChapter =

    let private findings (evidence: TransferEvidence) : Finding[] =
        let ofBand metric reason (band: Banded option) = [
            for name, pick in
                [
                    "", (fun (band: Banded) -> band.Estimate)
                    "-lower", _.Least
                    "-upper", _.Most
                ] do
                match band with
                | Some band -> Finding.create (metric + name) (pick band)
                | None -> Finding.missing (metric + name) reason
        ]

        let none = "too few tasks, or no order among them"

        let area metric value =
            match value with
            | Some value -> Finding.create metric value
            | None -> Finding.missing metric "a task has too few rows in every fold, or the networks diverged"

        [|
            Finding.create "tasks" (float evidence.Facts.Length)

            for one in evidence.Correlations do
                yield! ofBand $"rank-correlation-%s{one.Outcome}-by-%s{one.Foretold}" none one.OverPairs

                yield!
                    ofBand
                        $"rank-correlation-%s{one.Outcome}-by-%s{one.Foretold}-within-targets"
                        none
                        one.OverSources

            yield! ofBand "rank-correlation-transfer-by-kernel-same-rows" none evidence.SameRows
            yield! ofBand "labels-against-texts" none evidence.LabelsAgainstTexts
            yield! ofBand "gain-of-networks" none evidence.Gain
            yield! ofBand "gain-of-kernel" none evidence.KernelGain
            Finding.create "areas-without-number" (float evidence.Diverged)

            for target in 0 .. evidence.Facts.Length - 1 do
                let slug (task: int) = evidence.Facts[task].Task.Replace(' ', '-')
                area $"auc-few-alone-%s{slug target}" (evidence.Networks.Alone[target])

                for source in 0 .. evidence.Facts.Length - 1 do
                    area $"auc-%s{slug source}-to-%s{slug target}" (evidence.Networks.Zero[source][target])

                    area
                        $"auc-kernel-%s{slug source}-to-%s{slug target}"
                        (evidence.Kernel.Zero[source][target])
        |]

    let private words (few: int) (evidence: TransferEvidence) = [
        "A subject that tweets have keywords for is a task of its own: does the tweet report a real disaster? Keywords are one subject where they have words that are equal but for an ending, begin with the same five letters, or of which one ends in the other (wildfire, fire)."
        $"Of these, %d{evidence.Facts.Length} are tasks here, the largest of those with enough tweets of either label; %d{evidence.LeftOut} were too small or had too few tweets of one label. Tweets of all labelled rows are divided into %d{evidence.Folds} folds, near-copies of a text together; each fold is judged by models that learnt from the others, so that nothing is chosen on what is judged. Ridges are chosen by leave-one-out on the source's own tweets."
        $"Transfer is the area under the ROC curve on the target's tweets, which knows no threshold: tasks differ in their share of disasters. A network learns the source, and is judged on the target; then it goes on with %d{few} tweets of the target. The kernel does the same in closed form: regression on the source, then ridge regression around it."
        match evidence.SameRows with
        | Some band ->
            $"Judged on the very same tweets, kernel and networks rank transfers alike with %s{TransferClaims.banded band}; that has the chance of these tweets in both, so that the claims let the kernel be judged on other tweets of the target, and take alignments from these alone."
        | None -> ()
        if evidence.Diverged > 0 then
            $"%d{evidence.Diverged} areas are missing, since networks diverged or a fold had no tweets to learn from."
    ]

    let private answer (evidence: TransferEvidence) = [
        match (TransferClaims.find "kernel-regression" "transfer" evidence).OverPairs with
        | None -> ()
        | Some band ->
            let told =
                match Banded.isPositive band with
                | Some true -> "The kernel knows beforehand which subject's network helps with which other"
                | Some false -> "The kernel is wrong about which subject's network helps with which other"
                | None ->
                    "Whether the kernel knows which subject's network helps with which other cannot be told here"

            $"%s{told}: its prediction ranks the transfers of trained networks over %s{TransferClaims.tasks evidence}, with %s{TransferClaims.banded band}."

            if (Banded.isPositive band).IsNone then
                "More labelled tweets of each subject would tell."
    ]

    let private write few (evidence: TransferEvidence) : Chapter = {
        Chapter.create Transfer.experiment.Name Transfer.experiment.Question with
            Answer = answer evidence
            Words = words few evidence
            Verdicts = TransferClaims.all |> Seq.collect (fun claim -> claim.Judge evidence) |> Array.ofSeq
            Findings = findings evidence
            Charts = if evidence.Facts.Length < 2 then [] else TransferCharts.all evidence
            Tables = if evidence.Facts.Length < 2 then [] else [ TransferCharts.nearest evidence ]
    }

    let chapter (values: Map<string, string>) (evidence: Artifact<TransferEvidence>) : Artifact<Chapter> =
        Artifact.map (write (Transfer.tasks values).Few) evidence
