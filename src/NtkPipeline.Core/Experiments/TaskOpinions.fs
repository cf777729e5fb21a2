namespace NtkPipeline.Core

/// What the finite networks of one input scale, width and learning rate say of a new row together, for any task.
type TaskOpinion = {
    /// "network m = 64, ‖x‖ = √d, rate 1".
    Model: string
    /// A class's name, or the number, of the mean output over the seeds that had not diverged by then.
    Said: string
    Outputs: float[]
    /// The epoch after which they speak, where they are judged: the one that was chosen for their kind, else the last.
    Epoch: int
    Seeds: int
    /// Their mean quality on the validation rows: the share named right, or R².
    Quality: float
}

/// New rows → what a run's networks say of them.
[<RequireQualifiedAccess>]
module TaskOpinions =

    /// A network's epoch and weights where it is judged, and what it said there of the rows that it was not trained on; none where it had
    /// diverged.
    let private judged (trained: HeldOutNetwork) (stopped: StoppedNetwork option) : StoppedNetwork option =
        match stopped with
        | Some stopped -> Some stopped
        | None when trained.Path.Diverged.IsSome -> None
        | None ->
            let last = trained.Path.Outputs.Rows - 1

            Some {
                Epoch = last
                Weights = trained.Final
                Outputs = Matrix.gatherRows [| last |] trained.Path.Outputs
            }

    /// `features`: new rows of this form. `points`, `trained` and `stopped` are the run's, in its order, the last empty where no epochs were
    /// chosen; those of this learning rate are asked. One array a row.
    let all
        (rate: float)
        (points: GridPoint seq)
        (trained: HeldOutNetwork list)
        (stopped: StoppedNetwork option list)
        (labels: Labels)
        (split: Split)
        (form: RowForm)
        (features: Matrix<float32>)
        : TaskOpinion[][] =
        let outputs = LearningTask.outputs labels.Task

        let targets =
            split.Train |> Array.map (fun row -> split.Targets[row]) |> TaskTargets.ofFitted labels.Task

        let groups =
            Seq.zip3 points trained (if stopped.IsEmpty then List.map (fun _ -> None) trained else stopped)
            |> Seq.filter (fun (point, _, _) -> point.Spec.Rate = rate)
            |> Seq.choose (fun (point, trained, stopped) ->
                judged trained stopped |> Option.map (fun at -> point, trained, at))
            |> List.ofSeq
            |> List.groupBy (fun (point, _, _) -> RunSpec.group point.Spec)
            |> List.map (fun (spec, members) ->
                let said =
                    members
                    |> List.map (fun (_, trained, at) ->
                        TrainedNetwork.evaluate form spec outputs trained.Initial at.Weights features
                        |> TaskTargets.decode targets)

                let mean =
                    Matrix.init features.Rows outputs (fun i k -> said |> List.averageBy (fun f -> f[i, k]))

                let quality =
                    members
                    |> List.averageBy (fun (point, _, at) ->
                        TaskRun.ofPath point.Spec [||] labels split {
                            Outputs = at.Outputs
                            Movement = [| 0.0 |]
                            Diverged = None
                        }
                        |> TaskRun.final (TaskScores.main labels.Task))

                let _, _, at = members.Head
                spec, mean, at.Epoch, members.Length, quality)

        Array.init features.Rows (fun i -> [|
            for spec, mean, epoch, seeds, quality in groups do
                {
                    Model =
                        $"network m = %d{spec.Width}, %s{InputScale.words spec.InputScale}, rate %g{spec.Rate}"
                    Said = PredictTask.word labels.Task (TaskTargets.named labels.Task mean i)
                    Outputs = (Matrix.row i mean).ToArray()
                    Epoch = epoch
                    Seeds = seeds
                    Quality = quality
                }
        |])
