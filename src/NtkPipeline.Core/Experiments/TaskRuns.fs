namespace NtkPipeline.Core

/// A finite network that was trained for any task: how good it is on the validation rows, and how far its kernel has moved.
type TaskRun = {
    Spec: RunSpec
    /// The epoch in which it diverged; what stands below ends before it.
    Diverged: int option
    /// After each epoch, from 0: `TaskScores.all` of the validation rows, and ΔΘ on probe rows.
    Quality: Measure[][]
    Movement: float[]
    /// Decoded outputs on the validation and on the test rows after the last of them, rows × outputs.
    Validation: Matrix<float>
    Test: Matrix<float>
}

[<RequireQualifiedAccess>]
module TaskRun =

    /// What a network said after one epoch, as rows × outputs: the validation rows and, behind them, the test rows.
    let private outputs (targets: TaskTargets) (path: HeldOutPath) (epoch: int) =
        let columns = LearningTask.outputs targets.Task
        let row = (Matrix.row epoch path.Outputs).ToArray() |> Array.map float
        Matrix.create (row.Length / columns) columns row |> TaskTargets.decode targets

    /// Judged by the labels of the validation rows, which the path's first rows are.
    let ofPath (spec: RunSpec) (labels: Labels) (split: Split) (path: HeldOutPath) : TaskRun =
        let targets =
            split.Train |> Array.map (fun row -> split.Targets[row]) |> TaskTargets.ofFitted labels.Task

        let expected = split.Validation |> Array.map (fun row -> split.Labels[row])
        let judging = [| 0 .. expected.Length - 1 |]

        let quality epoch =
            outputs targets path epoch |> Matrix.gatherRows judging |> TaskScores.all labels.Task expected

        let last = outputs targets path (path.Outputs.Rows - 1)

        {
            Spec = spec
            Diverged = path.Diverged
            Quality = Array.init path.Outputs.Rows quality
            Movement = path.Movement
            Validation = Matrix.gatherRows judging last
            Test = Matrix.gatherRows [| expected.Length .. last.Rows - 1 |] last
        }

    let isSound (run: TaskRun) : bool = run.Diverged.IsNone

    /// The runs of each network that ended, over its seeds, by input scale, rate and width.
    let groups (runs: TaskRun seq) : (RunSpec * TaskRun[])[] =
        runs
        |> Seq.filter isSound
        |> Array.ofSeq
        |> Array.groupBy (fun run -> RunSpec.group run.Spec)
        |> Array.sortBy (fun (spec, _) -> InputScale.print spec.InputScale, spec.Rate, spec.Width)

    /// A measure after the last epoch.
    let final (name: string) (run: TaskRun) : float =
        Array.last run.Quality |> TaskScores.find name |> Option.defaultValue nan

    /// All of a run's networks, in its order.
    let all
        (points: GridPoint seq)
        (labels: Artifact<Labels>)
        (split: Artifact<Split>)
        (trained: Artifact<TrainTask.Trained list>)
        : Artifact<TaskRun[]> =
        Artifact.map3
            (fun labels split trained ->
                Seq.map2
                    (fun (point: GridPoint) (trained: TrainTask.Trained) ->
                        ofPath point.Spec labels split trained.Path)
                    points
                    trained
                |> Array.ofSeq)
            labels
            split
            trained
