namespace NtkPipeline.Core

/// What verdicts say of the epoch that networks are judged at.
[<RequireQualifiedAccess>]
module StopWords =

    /// "m = 4096, after 4 epochs", where one was chosen.
    let traits (choice: EpochChoice option) : string =
        match choice |> Option.bind _.Epoch with
        | Some epoch -> $", after %s{VerdictWords.epochs epoch}"
        | None -> ""

    /// How many of the epochs there are.
    let budget (choice: EpochChoice option) (spec: RunSpec) : string =
        match choice |> Option.bind _.Epoch with
        | Some epoch when epoch < spec.Epochs ->
            $"stopped after %d{epoch} of %s{VerdictWords.epochs spec.Epochs}"
        | Some _
        | None -> VerdictWords.epochs spec.Epochs

    /// Why there, in a sentence; empty where nothing was chosen.
    let reason (choice: EpochChoice option) : string =
        match choice with
        | Some choice when choice.Epoch.IsSome ->
            $"That epoch was chosen on fitted rows alone: there a network trained on the others met %d{choice.Rows} of them, held out, with the least squared error."
        | Some _ ->
            "No epoch could be chosen: the network that was to choose it diverged before one that is measured."
        | None -> ""

    /// What became of the same networks by their last epoch, in a sentence; empty where that is where they are judged. `difference` is that of
    /// those that ended.
    let after
        (choice: EpochChoice option)
        (ended: NetworkRun[])
        (difference: NetworkRun[] -> Difference)
        : string =
        let last = ended[0].Spec.Epochs

        match choice |> Option.bind _.Epoch with
        | Some epoch when epoch < last ->
            match ended |> Array.filter Group.isSound with
            | [||] -> $"By the last epoch, %d{last}, every one of them has diverged."
            | sound ->
                let lost =
                    if sound.Length < ended.Length then
                        $"; %d{ended.Length - sound.Length} of %d{ended.Length} have diverged by then"
                    else
                        ""

                $"After the last epoch, %d{last}, the difference is %s{VerdictWords.points (difference sound)}%s{lost}."
        | Some _
        | None -> ""

    /// Of two sides whose kinds are each judged at an epoch of their own: why there, and how they differ after the last; empty where nothing
    /// was chosen.
    let sides (isChosen: bool) (last: int) (difference: Difference option) : string =
        let there = "Those epochs were chosen on fitted rows alone."

        match difference with
        | _ when not isChosen -> ""
        | Some difference ->
            $"%s{there} After the last epoch, %d{last}, the difference is %s{VerdictWords.points difference}."
        | None -> $"%s{there} After the last epoch, %d{last}, there are no networks on one of the two sides."

    /// How far the kernel had moved where the networks are judged, where that is not the last epoch.
    let movement (choice: EpochChoice option) (stopped: NetworkRun[]) : string =
        match choice |> Option.bind _.Epoch with
        | Some epoch when stopped.Length > 0 && epoch < stopped[0].Spec.Epochs ->
            let moved = stopped |> Array.averageBy (fun run -> (Group.last run).DeltaTheta)

            $"After %s{VerdictWords.epochs epoch}, where fitted rows would have stopped them, it had moved by %s{VerdictWords.percent moved} on the probe rows."
        | Some _
        | None -> ""
