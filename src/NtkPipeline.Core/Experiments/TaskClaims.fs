namespace NtkPipeline.Core

/// What is expected of wide networks whatever the task, judged by its measure: the share of rows named right, or of variance explained.
[<RequireQualifiedAccess>]
module TaskClaims =

    let private setting length (spec: RunSpec) (runs: TaskRun[]) =
        $"%s{InputScale.words spec.InputScale}, learning rate %g{spec.Rate} × %s{Optimiser.unit spec.Optimiser}, %s{length}, %s{VerdictWords.seeds runs.Length}%s{VerdictWords.architecture (runs |> Array.map _.Spec)}"

    let private reaches (task: LearningTask) (contest: TaskContest) : Verdict =
        let spec = contest.Spec
        let name = if TaskScores.main task = "r2" then "R²" else "accuracy"

        let chose epoch = $", after %s{VerdictWords.epochs epoch}, as fitted rows that were held out chose"

        let place, length, beside =
            match contest.Epoch with
            | None -> "", VerdictWords.epochs spec.Epochs, ""
            | Some epoch when epoch = spec.Epochs -> chose epoch, VerdictWords.epochs spec.Epochs, ""
            | Some epoch ->
                chose epoch,
                $"stopped after %d{epoch} of %s{VerdictWords.epochs spec.Epochs}",
                match contest.Ended with
                | None -> $" By the last epoch, %d{spec.Epochs}, every one has diverged."
                | Some ended ->
                    $" After the last epoch, %d{spec.Epochs}, it is %s{TaskContest.band task ended})."

        {
            Claim = "Wide networks are as good as kernel regression"
            Setting = setting length spec contest.Runs
            Holds = contest.Holds
            Evidence =
                $"m = %d{spec.Width}%s{place}: %s{name} of the networks less the kernel's is %s{TaskContest.band task contest.Difference}, over %d{contest.Rows} validation rows and the seeds); a margin of %s{TaskContest.margin task contest} counts as none.%s{beside}"
        }

    let private staysPut (settings: CompareSettings) (spec: RunSpec, runs: TaskRun[]) : Verdict =
        let percent = VerdictWords.percent
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
            Holds = TaskContest.staysPut settings moved
            Evidence =
                $"m = %d{spec.Width}: the kernel moved by %s{range}; below %s{percent settings.LazyThreshold} counts as constant (compare.lazy-below)."
        }

    /// None where no network was trained to its end.
    let judge
        (settings: CompareSettings)
        (task: LearningTask)
        (runs: TaskRun[])
        (contests: TaskContest[])
        : Verdict[] = [|
        for contest in contests do
            reaches task contest
        for group in TaskContest.widest settings TaskRun.isSound runs do
            staysPut settings group
    |]

    let private labels (task: LearningTask) =
        match task with
        | LearningTask.Binary _ -> "two classes"
        | LearningTask.Classes names -> $"%d{names.Length} classes"
        | LearningTask.Regression -> "numbers"

    /// Why each question is left out of a run of another task, for those that are asked beside the first.
    let notAsked (task: LearningTask) (questions: string seq) : string[] = [|
        for question in questions do
            $"The question %s{question} was not asked: it is made for one output and two classes, and these labels are %s{labels task}."
    |]

    /// The same in one sentence.
    let allNotAsked (task: LearningTask) (questions: string seq) : string option =
        match List.ofSeq questions with
        | [] -> None
        | [ one ] -> notAsked task [ one ] |> Array.tryHead
        | several ->
            Some
                $"""Not asked, since they are about one output and two classes, and these labels are %s{labels task}: %s{String.concat ", " several}."""
