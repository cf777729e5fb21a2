namespace NtkPipeline.Core

/// The tables of the chapter on feature learning.
[<RequireQualifiedAccess>]
module TunedTables =

    let private share = VerdictWords.percent
    let private number (x: float) = NumberCell $"%.4f{x}"
    let private maybe show value = NumberCell(value |> Option.map show |> Option.defaultValue "none")

    /// Most rows of a table of what was tried.
    let private most = 20

    let private shown (total: int) =
        if total > most then
            [ $"The best %d{most} of %d{total}; the least error is best, and was chosen." ]
        else
            [ "The least error is best, and was chosen." ]

    let kernels (evidence: FeatureEvidence) : ChapterTable = {
        Title = "Kernels that were tried"
        Headings = [
            TextCell "kernel"
            TextCell "network"
            NumberCell "best λ / mean diagonal"
            NumberCell "held-out squared error"
            NumberCell "held-out accuracy"
        ]
        Rows =
            evidence.Kernels
            |> Array.sortBy (fun trial -> Option.defaultValue infinity trial.Error)
            |> Array.truncate most
            |> Array.map (fun trial -> [
                TextCell(KernelKind.print trial.Kind)
                TextCell trial.Network
                NumberCell $"%.3g{trial.RelativeRidge}"
                maybe (fun error -> $"%.4f{error}") trial.Error
                maybe share trial.Accuracy
            ])
            |> List.ofArray
        Notes = [
            yield! shown evidence.Kernels.Length

            match Array.tryHead evidence.Kernels with
            | Some trial ->
                $"""Each with %s{VerdictWords.count "ridge" trial.Ridges}, by cross-validation on %d{trial.Rows} of %d{evidence.FittedRows} fitted rows, evenly spaced."""
            | None -> ()

            for trial in evidence.Kernels do
                match trial.Refusal with
                | Some reason -> $"%s{KernelTrials.name trial}: %s{reason}"
                | None -> ()
        ]
    }

    /// The held-out error at the epoch that was best.
    let least (trial: NetworkTrial) = trial.Epoch |> Option.map (fun epoch -> trial.Errors[epoch])

    let networks (evidence: FeatureEvidence) : ChapterTable = {
        Title = "Networks that were tried"
        Headings = [
            TextCell "network"
            NumberCell "best epoch"
            NumberCell "held-out squared error there"
            NumberCell "held-out accuracy there"
            NumberCell "ΔΘ there"
            NumberCell "held-out accuracy at the last epoch"
            NumberCell "diverged"
        ]
        Rows =
            evidence.Choice.Trials
            |> Array.sortBy (least >> Option.defaultValue infinity)
            |> Array.truncate most
            |> Array.map (fun trial -> [
                TextCell(FeatureVerdicts.traits trial.Spec)
                maybe string trial.Epoch
                maybe (fun error -> $"%.4f{error}") (least trial)
                maybe (fun epoch -> share trial.Accuracies[epoch]) trial.Epoch
                maybe (fun epoch -> share trial.Movement[epoch]) trial.Epoch
                NumberCell(share (Array.last trial.Accuracies))
                NumberCell(string trial.Diverged)
            ])
            |> List.ofArray
        Notes = [
            yield! shown evidence.Choice.Trials.Length
            $"""Each with %s{VerdictWords.seeds evidence.Choice.Seeds} in %s{VerdictWords.count "fold" evidence.Choice.Folds}, %d{evidence.Choice.Rows} rows held out in all."""
        ]
    }

    let contest (contest: Contest) : ChapterTable =
        let row name accuracy (difference: Difference option) =
            let points = difference |> Option.map (_.Value >> VerdictWords.signed)

            let band =
                difference
                |> Option.map (fun d -> $"%s{VerdictWords.signed d.Lower} to %s{VerdictWords.signed d.Upper}")

            [ TextCell name; NumberCell(share accuracy); maybe id points; maybe id band ]

        {
            Title = "On the validation rows, which chose nothing"
            Headings = [
                TextCell "model"
                NumberCell "accuracy"
                NumberCell "less the kernel's (points)"
                NumberCell "95% band"
            ]
            Rows = [
                row "tuned kernel" contest.Kernel None
                row "tuned networks, one by one (mean)" contest.Single (Some contest.SingleDifference)
                row "tuned networks, mean output" contest.Ensemble (Some contest.Difference)
            ]
            Notes = [
                $"Rows and networks are drawn anew in every resample. Averaging outputs gives %s{VerdictWords.points contest.Ensembling} over single networks."
            ]
        }

    let tangents (evidence: FeatureEvidence) : ChapterTable list =
        if evidence.Tangents.Length = 0 then
            []
        else
            [
                {
                    Title = "Tangent kernels of the tuned networks as regressors"
                    Headings = [
                        TextCell "network"
                        TextCell "kernel"
                        NumberCell "λ / mean diagonal"
                        NumberCell "leave-one-out squared error"
                        NumberCell "leave-one-out accuracy"
                    ]
                    Rows = [
                        for trial in evidence.Tangents do
                            for name, score in
                                [ "before training", trial.Before; "after training", trial.After ] do
                                match score with
                                | Some score -> [
                                    TextCell $"seed %d{trial.Member}"
                                    TextCell name
                                    NumberCell $"%.3g{score.RelativeRidge}"
                                    number score.LooError
                                    maybe share score.LooAccuracy
                                  ]
                                | None -> ()
                    ]
                    Notes = [
                        "After training the kernel has seen the labels of the very rows that are left out here, so that these scores flatter it; the claim is judged on validation rows."
                    ]
                }
            ]
