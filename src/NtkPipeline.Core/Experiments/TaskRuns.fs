namespace NtkPipeline.Core

/// A network after the epoch that was chosen for its kind on fitted rows.
type TaskStop = {
    Epoch: int
    /// As `TaskRun` has them after its last epoch.
    Validation: Matrix<float>
}

/// A finite network that was trained for any task: how good it is on the validation rows, and how far its kernel has moved.
type TaskRun = {
    Spec: RunSpec
    /// The epoch in which it diverged; what stands below ends before it.
    Diverged: int option
    /// After each epoch, from 0: `TaskScores.all` of the validation rows, and ΔΘ on probe rows.
    Quality: Measure[][]
    Movement: float[]
    /// Centred alignment of Θ̂_t with the targets and with Θ̂_0 on the probe rows, after the same epochs; empty where it is not known.
    AlignmentWithTargets: float[]
    AlignmentWithInitial: float[]
    /// Decoded outputs on the validation and on the test rows after the last of them, rows × outputs.
    Validation: Matrix<float>
    Test: Matrix<float>
    /// Where it is judged; none where no epoch was chosen, or it diverged before that.
    Stopped: TaskStop option
}

[<RequireQualifiedAccess>]
module TaskRun =

    /// What a network said after one epoch, as rows × outputs: the validation rows and, behind them, the test rows.
    let private outputs (targets: TaskTargets) (path: HeldOutPath) (epoch: int) =
        let columns = LearningTask.outputs targets.Task
        let row = (Matrix.row epoch path.Outputs).ToArray() |> Array.map float
        Matrix.create (row.Length / columns) columns row |> TaskTargets.decode targets

    /// Judged by the labels of the validation rows, which the path's first rows are. `choices`: the epochs that kinds are judged at.
    let ofPath
        (spec: RunSpec)
        (choices: EpochChoice[])
        (labels: Labels)
        (split: Split)
        (path: HeldOutPath)
        : TaskRun =
        let targets =
            split.Train |> Array.map (fun row -> split.Targets[row]) |> TaskTargets.ofFitted labels.Task

        let expected = split.Validation |> Array.map (fun row -> split.Labels[row])
        let judging = [| 0 .. expected.Length - 1 |]

        let quality epoch =
            outputs targets path epoch |> Matrix.gatherRows judging |> TaskScores.all labels.Task expected

        let last = outputs targets path (path.Outputs.Rows - 1)

        let stopped =
            EpochChoice.find choices spec
            |> Option.bind _.Epoch
            |> Option.filter (fun epoch -> epoch < path.Outputs.Rows)

        {
            Spec = spec
            Diverged = path.Diverged
            Quality = Array.init path.Outputs.Rows quality
            Movement = path.Movement
            AlignmentWithTargets = [||]
            AlignmentWithInitial = [||]
            Validation = Matrix.gatherRows judging last
            Test = Matrix.gatherRows [| expected.Length .. last.Rows - 1 |] last
            Stopped =
                stopped
                |> Option.map (fun epoch -> {
                    Epoch = epoch
                    Validation = outputs targets path epoch |> Matrix.gatherRows judging
                })
        }

    let private ofTrained spec choices labels split (trained: HeldOutNetwork) = {
        ofPath spec choices labels split trained.Path with
            AlignmentWithTargets = trained.AlignmentWithTargets
            AlignmentWithInitial = trained.AlignmentWithInitial
    }

    let isSound (run: TaskRun) : bool = run.Diverged.IsNone

    /// Some of the runs of each network, over its seeds, by input scale, rate and width.
    let kinds (isLeft: TaskRun -> bool) (runs: TaskRun seq) : (RunSpec * TaskRun[])[] =
        runs
        |> Seq.filter isLeft
        |> Array.ofSeq
        |> Array.groupBy (fun run -> RunSpec.group run.Spec)
        |> Array.sortBy (fun (spec, _) -> InputScale.print spec.InputScale, spec.Rate, spec.Width)

    /// Those that ended.
    let groups (runs: TaskRun seq) : (RunSpec * TaskRun[])[] = kinds isSound runs

    /// What it says of the validation rows where it is judged: after the chosen epoch, else after the last; none where it diverged before.
    let judged (run: TaskRun) : Matrix<float> option =
        match run.Stopped with
        | Some stop -> Some stop.Validation
        | None when isSound run -> Some run.Validation
        | None -> None

    /// A measure and ΔΘ over the seeds that reached the chosen epoch, and that epoch; none where none did.
    let stopped (name: string) (runs: TaskRun seq) : (int * float * float) option =
        let there =
            runs
            |> Seq.choose (fun run -> run.Stopped |> Option.map (fun stop -> run, stop.Epoch))
            |> Array.ofSeq

        if there.Length = 0 then
            None
        else
            let value (run: TaskRun, epoch) =
                TaskScores.find name run.Quality[epoch] |> Option.defaultValue nan

            Some(
                snd there[0],
                Array.averageBy value there,
                there |> Array.averageBy (fun (run, epoch) -> run.Movement[epoch])
            )

    /// A measure after the last epoch.
    let final (name: string) (run: TaskRun) : float =
        Array.last run.Quality |> TaskScores.find name |> Option.defaultValue nan

    /// All of a run's networks, in its order.
    let all
        (points: GridPoint seq)
        (choices: Artifact<EpochChoice[]>)
        (labels: Artifact<Labels>)
        (split: Artifact<Split>)
        (trained: Artifact<HeldOutNetwork list>)
        : Artifact<TaskRun[]> =
        Artifact.map4
            (fun choices labels split trained ->
                Seq.map2
                    (fun (point: GridPoint) trained -> ofTrained point.Spec choices labels split trained)
                    points
                    trained
                |> Array.ofSeq)
            choices
            labels
            split
            trained
