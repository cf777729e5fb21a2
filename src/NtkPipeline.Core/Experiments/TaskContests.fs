namespace NtkPipeline.Core

/// What is judged of the networks of a task.
type TaskEvidence = {
    Task: LearningTask
    /// Of the validation rows.
    Values: float[]
    Kernel: Matrix<float>
    Runs: TaskRun[]
}

/// The widest networks of one input scale beside kernel regression, where they are judged.
type TaskContest = {
    Spec: RunSpec
    /// Of the seeds that are left there.
    Runs: TaskRun[]
    /// Where fitted rows chose it; else they are judged after the last.
    Epoch: int option
    /// Share named right, or R²: the networks' less the kernel's, over the validation rows and the seeds.
    Difference: Difference
    Rows: int
    /// The same after the last epoch, of the networks that got there, where that is another.
    Ended: Difference option
    /// What counts as no difference.
    Margin: float
    /// Are they as good; none where the band leaves it open.
    Holds: bool option
    /// How far the tangent kernel of each had moved there.
    Moved: float[]
    /// Did it stay put there; none where seeds differ.
    StaysPut: bool option
}

[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module TaskContest =

    /// The widest network of each input scale at the main rate, of those that such runs are left of.
    let widest
        (settings: CompareSettings)
        (isLeft: TaskRun -> bool)
        (runs: TaskRun[])
        : (RunSpec * TaskRun[])[] =
        TaskRun.kinds isLeft runs
        |> Array.filter (fun (spec, _) -> spec.Rate = settings.MainRate)
        |> Array.groupBy (fun (spec, _) -> spec.InputScale)
        |> Array.map (fun (_, groups) -> groups |> Array.maxBy (fun (spec, _) -> spec.Width))

    /// Below the threshold in every run, in none, or in some.
    let staysPut (settings: CompareSettings) (moved: float[]) : bool option =
        if Array.max moved < settings.LazyThreshold then Some true
        elif Array.min moved >= settings.LazyThreshold then Some false
        else None

    let private moved (run: TaskRun) =
        match run.Stopped with
        | Some stop -> run.Movement[stop.Epoch]
        | None -> Array.last run.Movement

    let private create (settings: CompareSettings) (evidence: TaskEvidence) (spec: RunSpec, runs: TaskRun[]) =
        let byRow = TaskScores.byRow evidence.Task evidence.Values
        let kernel = byRow evidence.Kernel
        let seed = Seed.derive $"task/%s{RunSpec.name spec}" (Seed.root 0UL)
        let against outputs = Bootstrap.paired settings.Resamples seed (outputs |> Array.map byRow) kernel
        let difference = runs |> Array.choose TaskRun.judged |> against
        let epoch = runs |> Array.tryPick _.Stopped |> Option.map _.Epoch
        let ended = runs |> Array.filter TaskRun.isSound
        let moved = runs |> Array.map moved

        {
            Spec = spec
            Runs = runs
            Epoch = epoch
            Difference = difference
            Rows = kernel.Length
            Ended =
                match epoch with
                | Some epoch when epoch < spec.Epochs && ended.Length > 0 ->
                    Some(ended |> Array.map _.Validation |> against)
                | Some _
                | None -> None
            Margin = settings.Margin
            Holds =
                if difference.Lower >= -settings.Margin then Some true
                elif difference.Upper < -settings.Margin then Some false
                else None
            Moved = moved
            StaysPut = staysPut settings moved
        }

    /// One for each input scale; none where no network came to where it is judged.
    let all (settings: CompareSettings) (evidence: TaskEvidence) : TaskContest[] =
        widest settings (TaskRun.judged >> Option.isSome) evidence.Runs
        |> Array.map (create settings evidence)

    /// "+3.2 points (95% band −9.7 to +9.7", or of numbers "−0.170 (95% band −0.250 to −0.090"; what follows may close the bracket.
    let band (task: LearningTask) (difference: Difference) : string =
        let signed, unit =
            match task with
            | LearningTask.Regression -> VerdictWords.signedScore, ""
            | LearningTask.Binary _
            | LearningTask.Classes _ -> VerdictWords.signed, " points"

        $"%s{signed difference.Value}%s{unit} (95%% band %s{signed difference.Lower} to %s{signed difference.Upper}"

    /// A margin as differences are given: "0.010" of R², "1.0%" of shares.
    let margin (task: LearningTask) (contest: TaskContest) : string =
        match task with
        | LearningTask.Regression -> $"%.3f{contest.Margin}"
        | LearningTask.Binary _
        | LearningTask.Classes _ -> VerdictWords.percent contest.Margin
