namespace NtkPipeline.Core

open Giraffe.ViewEngine

/// Tables of the finite networks as they are where fitted rows stop them.
[<RequireQualifiedAccess>]
module StoppedTables =

    let private row (findings: Findings) (stopped: Group[]) (group: Group) (choice: EpochChoice) =
        let judged = stopped |> Array.tryFind (fun one -> one.Spec = group.Spec)
        let none = if choice.Epoch.IsNone then "none could be chosen" else "all diverged before"
        let over quantity = judged |> Option.bind (fun one -> one.Of quantity)

        let moved =
            judged
            |> Option.bind (fun one ->
                one.Runs |> Array.map (fun run -> (Group.last run).DeltaTheta) |> Aggregate.ofValues)

        let difference =
            findings.Comparison.Differences
            |> Array.tryFind (fun one -> one.Spec = group.Spec)
            |> Option.map (fun one -> VerdictWords.points one.Difference)

        [
            NumberCell(string group.Spec.Width)
            NumberCell(
                choice.Epoch |> Option.map string |> Option.defaultValue $"%s{NumberText.missing} (%s{none})"
            )
            NetworkTables.mean NumberText.accuracies none (over Quantity.Accuracy)
            NetworkTables.mean NumberText.scores none (over Quantity.F1)
            NetworkTables.mean NumberText.scores none (over Quantity.Auc)
            NetworkTables.mean NumberText.percents none moved
            NumberCell(Option.defaultValue NumberText.missing difference)
            NetworkTables.mean NumberText.accuracies "all diverged" (group.Of Quantity.Accuracy)
        ]

    /// One table a series: what the networks of each width are after the epoch that fitted rows chose. None where none was chosen.
    let all (findings: Findings) : XmlNode list =
        let stopped = Group.ofRuns findings.Stopped

        let headings =
            [
                "width m"
                "chosen epoch"
                "accuracy"
                "F1"
                "AUC"
                "ΔΘ, probe rows"
                "accuracy less the tuned kernel's"
                "accuracy after the last epoch"
            ]
            |> List.map NumberCell

        [
            for series in WidthSeries.all findings do
                let rows = [
                    for group in series.Groups do
                        match EpochChoice.find findings.Choices group.Spec with
                        | Some choice -> row findings stopped group choice
                        | None -> ()
                ]

                if not rows.IsEmpty then
                    Table.grid
                        (Table.marked findings $"%s{WidthSeries.label series}, where fitted rows stop them")
                        headings
                        rows
                        [
                            "A further network of each kind was trained on the fitted rows but for a fold, and met that fold with the least squared error after this epoch; no validation row has a part in it. Mean ± standard deviation over the seeds that reached it."
                        ]
        ]
