namespace NtkPipeline.Core

/// The epochs that networks are judged at as rows of results.csv: a kind's over its seeds, and beside the kernel.
[<RequireQualifiedAccess>]
module ChoiceRows =

    let private difference (name: string) (difference: Difference option) = [
        name, difference |> Option.map _.Value
        $"%s{name}-lower", difference |> Option.map _.Lower
        $"%s{name}-upper", difference |> Option.map _.Upper
    ]

    let private note (choice: EpochChoice) =
        match choice.Epoch with
        | Some _ -> None
        | None -> Some "the network that was to choose it diverged before an epoch that is measured"

    let private kind (findings: Findings) axes (stopped: Group[]) (choice: EpochChoice) =
        let group = stopped |> Array.tryFind (fun group -> group.Spec = choice.Spec)
        let over quantity = group |> Option.bind (fun (group: Group) -> group.Of quantity)

        let against = findings.Comparison.Differences |> Array.tryFind (fun one -> one.Spec = choice.Spec)

        let shared = {
            ResultRow.create "epoch-choice" with
                Axes = NetworkRows.others axes choice.Spec
                InputScale = Some(InputScale.print choice.Spec.InputScale)
                LearningRate = Some choice.Spec.Rate
                Width = Some choice.Spec.Width
                Epoch = choice.Epoch
                Note = note choice
        }

        let moved =
            group
            |> Option.map (fun group ->
                group.Runs |> Array.averageBy (fun run -> (Group.last run).DeltaTheta))

        ResultRow.each shared [
            "chosen-epoch", choice.Epoch |> Option.map float
            "held-out-rows", Some(float choice.Rows)
            "held-out-error", choice.Epoch |> Option.map (fun epoch -> choice.Errors[epoch])
            "held-out-error-at-end", choice.Errors |> Array.tryItem choice.Spec.Epochs
            yield! NetworkRows.aggregate "validation-accuracy" (over Quantity.Accuracy)
            yield! NetworkRows.aggregate "validation-f1" (over Quantity.F1)
            yield! NetworkRows.aggregate "validation-auc" (over Quantity.Auc)
            "delta-theta-probe-mean", moved
            yield! NetworkRows.aggregate "gap-to-kernel" (over Quantity.GapToKernel)
            yield! difference "difference-to-kernel" (against |> Option.map _.Difference)
            yield! difference "difference-to-kernel-at-end" (against |> Option.bind _.AtEnd)
        ]

    /// A row a number, kind by kind.
    let all (findings: Findings) : ResultRow list =
        let axes = findings.Networks |> Seq.map _.Spec |> Axis.unlabelled
        let stopped = Group.ofRuns findings.Stopped

        [
            for choice in findings.Choices do
                yield! kind findings axes stopped choice
        ]
