namespace NtkPipeline.Core

/// What the finite networks of one input scale, width and learning rate say of a new row together, for any task.
type TaskOpinion = {
    /// "network m = 64, ‖x‖ = √d, rate 1".
    Model: string
    /// A class's name, or the number, of the mean output over the seeds that did not diverge.
    Said: string
    Outputs: float[]
    Seeds: int
    /// Their mean quality on the validation rows: the share named right, or R².
    Quality: float
}

/// New rows → what a run's networks say of them.
[<RequireQualifiedAccess>]
module TaskOpinions =

    /// `features`: new unit rows × d. `points` and `trained` are the run's, in its order; those of this learning rate are asked. One array
    /// a row.
    let all
        (rate: float)
        (points: GridPoint seq)
        (trained: TrainTask.Trained list)
        (labels: Labels)
        (split: Split)
        (features: Matrix<float32>)
        : TaskOpinion[][] =
        let outputs = LearningTask.outputs labels.Task

        let targets =
            split.Train |> Array.map (fun row -> split.Targets[row]) |> TaskTargets.ofFitted labels.Task

        let groups =
            Seq.zip points trained
            |> Seq.filter (fun (point, trained) -> point.Spec.Rate = rate && trained.Path.Diverged.IsNone)
            |> List.ofSeq
            |> List.groupBy (fun (point, _) -> RunSpec.group point.Spec)
            |> List.map (fun (spec, members) ->
                let said =
                    members
                    |> List.map (fun (_, trained) ->
                        TrainedNetwork.evaluate spec outputs trained.Initial trained.Final features
                        |> TaskTargets.decode targets)

                let mean =
                    Matrix.init features.Rows outputs (fun i k -> said |> List.averageBy (fun f -> f[i, k]))

                let quality =
                    members
                    |> List.averageBy (fun (point, trained) ->
                        TaskRun.ofPath point.Spec [||] labels split trained.Path
                        |> TaskRun.final (TaskScores.main labels.Task))

                spec, mean, members.Length, quality)

        Array.init features.Rows (fun i -> [|
            for spec, mean, seeds, quality in groups do
                {
                    Model =
                        $"network m = %d{spec.Width}, %s{InputScale.words spec.InputScale}, rate %g{spec.Rate}"
                    Said = PredictTask.word labels.Task (TaskTargets.named labels.Task mean i)
                    Outputs = (Matrix.row i mean).ToArray()
                    Seeds = seeds
                    Quality = quality
                }
        |])
