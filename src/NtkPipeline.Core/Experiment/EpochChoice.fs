namespace NtkPipeline.Core

/// The epoch that networks of one kind are judged at: where one that was trained on the other fitted rows met those which were held out
/// best. Validation rows have no part in it.
type EpochChoice = {
    /// With `Member` = 0.
    Spec: RunSpec
    /// Mean squared error of the held-out rows after each epoch from 0; ends before a divergence.
    Errors: float[]
    /// Of those that the kind's networks are measured after, from 1 on, the one of least error; none where there is none before a
    /// divergence.
    Epoch: int option
    /// Folds that were held out, one after another, and their rows.
    Folds: int
    Rows: int
}

/// Networks as they are judged.
type JudgedRuns = {
    /// Followed to their last epoch.
    Ended: NetworkRun list
    Choices: EpochChoice[]
    /// Those that reached the epoch of their kind, as they stood there (`EpochChoice.at`), with their validation outputs.
    Stopped: NetworkRun list
}

[<RequireQualifiedAccess>]
module EpochChoice =

    /// The least of the errors after epochs that such a network is measured after, and of equals the first.
    let least (spec: RunSpec) (errors: float[]) : int option =
        TrackedEpochs.upTo spec.Epochs spec.Tracked
        |> fst
        |> List.filter (fun epoch -> epoch < errors.Length)
        |> function
            | [] -> None
            | epochs -> Some(List.minBy (fun epoch -> errors[epoch]) epochs)

    /// What was chosen for a network's kind.
    let find (choices: EpochChoice[]) (spec: RunSpec) : EpochChoice option =
        let kind = RunSpec.group spec
        choices |> Array.tryFind (fun choice -> choice.Spec = kind)

    /// A run as it stood after an epoch; none where it was not measured there. Unless it is the last, ΔΘ is that of the probe rows, and
    /// outputs and final spectrum are left out.
    let at (epoch: int) (run: NetworkRun) : NetworkRun option =
        match run.Epochs |> Array.tryFindIndex (fun measures -> measures.Epoch = epoch) with
        | None -> None
        | Some place when place = run.Epochs.Length - 1 && run.Diverged.IsNone -> Some run
        | Some place ->
            let measures = run.Epochs[place]

            Some {
                run with
                    Steps = measures.Step
                    DeltaTheta = Some measures.DeltaTheta
                    Diverged = None
                    Epochs = run.Epochs[..place]
                    SpectrumFinal = [||]
                    ValidationOutputs = [||]
                    TestOutputs = [||]
            }

    /// Networks that are judged after their last epoch.
    let ended (runs: NetworkRun list) : JudgedRuns = { Ended = runs; Choices = [||]; Stopped = [] }

    /// Some runs as they are judged: as they stand among `stopped`, else as they ended.
    let atStop (stopped: NetworkRun seq) (runs: NetworkRun[]) : NetworkRun[] =
        let there = readOnlyDict [ for run in stopped -> run.Spec, run ]

        runs
        |> Array.map (fun run ->
            match there.TryGetValue run.Spec with
            | true, stopped -> stopped
            | false, _ -> run)

    /// A run as it stood after the epoch that was chosen for its kind.
    let stop (choices: EpochChoice[]) (run: NetworkRun) : NetworkRun option =
        find choices run.Spec |> Option.bind _.Epoch |> Option.bind (fun epoch -> at epoch run)
