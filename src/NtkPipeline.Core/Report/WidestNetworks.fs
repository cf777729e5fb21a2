namespace NtkPipeline.Core

/// The networks that figures of single rows show, one an input scale, as they stand where they are judged.
[<RequireQualifiedAccess>]
module WidestNetworks =

    /// Where networks of so many epochs are judged, in words: after a chosen epoch before the last, or after that.
    let private words (chosen: int option) (epochs: int) =
        match chosen with
        | Some epoch when epoch < epochs -> $"after %s{VerdictWords.epochs epoch}, as fitted rows chose"
        | _ -> "after its last epoch"

    let private legend (chosen: int option) (epochs: int) =
        match chosen with
        | Some epoch when epoch < epochs -> $", epoch %d{epoch}"
        | _ -> ""

    let private chosen (run: NetworkRun) = (Group.last run).Epoch |> Some

    /// "after 9 epochs, as fitted rows chose"; or "after its last epoch".
    let after (run: NetworkRun) : string = words (chosen run) run.Spec.Epochs

    let private judged (findings: Findings) (run: NetworkRun) =
        match findings.Stopped |> Array.tryFind (fun stopped -> stopped.Spec = run.Spec) with
        | Some stopped -> Some stopped
        | None when Group.isSound run -> Some run
        | None -> None

    /// Of the main learning rate, or the nearest to it that there is: the first seed that came to where it is judged, of the widest
    /// networks that have one, as it stood there; by a name for legends, which tells a chosen epoch. None where all diverged.
    let all (findings: Findings) : (string * NetworkRun) list = [
        for series in WidthSeries.main findings do
            let there = series.Runs |> Array.choose (judged findings)

            if there.Length > 0 then
                let run = there |> Array.minBy (fun run -> -run.Spec.Width, run.Spec.Member)
                let epoch = legend (chosen run) run.Spec.Epochs
                $"m = %d{run.Spec.Width}, %s{WidthSeries.short series}%s{epoch}", run
    ]

    let private taskChosen (run: TaskRun) = run.Stopped |> Option.map _.Epoch

    /// The same of a run of any task.
    let taskAfter (run: TaskRun) : string = words (taskChosen run) run.Spec.Epochs

    /// The same of a run of any task, whose widest networks have the main rate; of several rates the least. With each, decoded outputs on
    /// the validation rows where it is judged, rows × outputs.
    let ofTask (findings: TaskFindings) : (string * TaskRun * Matrix<float>) list = [
        let there run = TaskRun.judged run |> Option.map (fun outputs -> run, outputs)

        let kinds = TaskRun.kinds (there >> Option.isSome) findings.Runs

        for scale, groups in kinds |> Array.groupBy (fun (spec, _) -> spec.InputScale) do
            let spec, runs = groups |> Array.minBy (fun (spec, _) -> -spec.Width, spec.Rate)
            let run, outputs = runs |> Array.choose there |> Array.minBy (fun (run, _) -> run.Spec.Member)
            let epoch = legend (taskChosen run) run.Spec.Epochs
            $"m = %d{spec.Width}, %s{InputScale.words scale}, rate %g{spec.Rate}%s{epoch}", run, outputs
    ]
