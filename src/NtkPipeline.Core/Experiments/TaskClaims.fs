namespace NtkPipeline.Core

/// What is expected of wide networks whatever the task, judged by its measure: the share of rows named right, or of variance explained.
[<RequireQualifiedAccess>]
module TaskClaims =

    /// What is judged.
    type Evidence = {
        Task: LearningTask
        /// Of the validation rows.
        Values: float[]
        Kernel: Matrix<float>
        Runs: TaskRun[]
    }

    let private percent (share: float) = $"%.1f{100.0 * share}%%"

    let private setting length (spec: RunSpec) (runs: TaskRun[]) =
        $"%s{InputScale.words spec.InputScale}, learning rate %g{spec.Rate} × %s{Optimiser.unit spec.Optimiser}, %s{length}, %s{VerdictWords.seeds runs.Length}"

    /// The widest network of each input scale at the main rate, of those that such runs are left of.
    let private widest (settings: CompareSettings) (isLeft: TaskRun -> bool) (evidence: Evidence) =
        TaskRun.kinds isLeft evidence.Runs
        |> Array.filter (fun (spec, _) -> spec.Rate = settings.MainRate)
        |> Array.groupBy (fun (spec, _) -> spec.InputScale)
        |> Array.map (fun (_, groups) -> groups |> Array.maxBy (fun (spec, _) -> spec.Width))

    let private reaches
        (settings: CompareSettings)
        (evidence: Evidence)
        (spec: RunSpec, runs: TaskRun[])
        : Verdict =
        let byRow = TaskScores.byRow evidence.Task evidence.Values
        let kernel = byRow evidence.Kernel
        let seed = Seed.derive $"task/%s{RunSpec.name spec}" (Seed.root 0UL)
        let against outputs = Bootstrap.paired settings.Resamples seed (outputs |> Array.map byRow) kernel
        let difference = runs |> Array.choose TaskRun.judged |> against
        let name = if TaskScores.main evidence.Task = "r2" then "R²" else "accuracy"
        let stop = runs |> Array.tryPick _.Stopped
        let ended = runs |> Array.filter TaskRun.isSound

        let band (difference: Difference) =
            $"%s{VerdictWords.signed difference.Value} points (95%% band %s{VerdictWords.signed difference.Lower} to %s{VerdictWords.signed difference.Upper}"

        let place, length, beside =
            match stop with
            | None -> "", VerdictWords.epochs spec.Epochs, ""
            | Some stop when stop.Epoch = spec.Epochs ->
                $", after %s{VerdictWords.epochs stop.Epoch}, as fitted rows that were held out chose",
                VerdictWords.epochs spec.Epochs,
                ""
            | Some stop ->
                $", after %s{VerdictWords.epochs stop.Epoch}, as fitted rows that were held out chose",
                $"stopped after %d{stop.Epoch} of %s{VerdictWords.epochs spec.Epochs}",
                (if ended.Length = 0 then
                     $" By the last epoch, %d{spec.Epochs}, every one has diverged."
                 else
                     $" After the last epoch, %d{spec.Epochs}, it is %s{ended |> Array.map _.Validation |> against |> band}).")

        {
            Claim = "Wide networks are as good as kernel regression"
            Setting = setting length spec runs
            Holds =
                if difference.Lower >= -settings.Margin then Some true
                elif difference.Upper < -settings.Margin then Some false
                else None
            Evidence =
                $"m = %d{spec.Width}%s{place}: %s{name} of the networks less the kernel's is %s{band difference}, over %d{kernel.Length} validation rows and the seeds); a margin of %s{percent settings.Margin} counts as none.%s{beside}"
        }

    let private staysPut (settings: CompareSettings) (spec: RunSpec, runs: TaskRun[]) : Verdict =
        let moved = runs |> Array.map (fun run -> Array.last run.Movement)
        let least, most = percent (Array.min moved), percent (Array.max moved)

        let range =
            if moved.Length = 1 then
                $"%s{least} of itself (one seed)"
            else
                $"%s{least} to %s{most} of itself (%s{VerdictWords.seeds moved.Length})"

        {
            Claim = "The tangent kernel of wide networks stays put"
            Setting = setting (VerdictWords.epochs spec.Epochs) spec runs
            Holds =
                if Array.max moved < settings.LazyThreshold then Some true
                elif Array.min moved >= settings.LazyThreshold then Some false
                else None
            Evidence =
                $"m = %d{spec.Width}: the kernel moved by %s{range}; below %s{percent settings.LazyThreshold} counts as constant (compare.lazy-below)."
        }

    /// None where no network was trained to its end.
    let judge (settings: CompareSettings) (evidence: Evidence) : Verdict[] = [|
        for group in widest settings (TaskRun.judged >> Option.isSome) evidence do
            reaches settings evidence group
        for group in widest settings TaskRun.isSound evidence do
            staysPut settings group
    |]

    /// Why a question is left out of a run of another task, for those that are asked beside the first.
    let notAsked (task: LearningTask) (questions: string seq) : string[] = [|
        let what =
            match task with
            | LearningTask.Binary _ -> "two classes"
            | LearningTask.Classes names -> $"%d{names.Length} classes"
            | LearningTask.Regression -> "numbers"

        for question in questions do
            $"The question %s{question} was not asked: it is made for one output and two classes, and these labels are %s{what}."
    |]
