namespace NtkPipeline.Core

/// The answer of a run of more classes, or of numbers, in sentences that page, console and summary.json share.
[<RequireQualifiedAccess>]
module TaskAnswer =

    let private specs (findings: TaskFindings) = findings.Runs |> Seq.map _.Spec

    let private verdict (task: LearningTask) (contest: TaskContest) =
        match contest.Holds with
        | Some true when contest.Difference.Lower > 0.0 -> "Networks do better than kernel regression"
        | Some true -> "Networks match kernel regression"
        | Some false -> "Networks fall short of kernel regression"
        | None ->
            $"""Whether networks match kernel regression to within %s{TaskContest.margin task contest} cannot be told from %s{NumberText.many contest.Rows "row" "rows"}"""

    /// One input scale's difference, and what became of the tangent kernel there.
    let private place (task: LearningTask) (contest: TaskContest) =
        let name = if TaskScores.main task = "r2" then "R² " else ""

        let learnt =
            match contest.StaysPut with
            | Some true -> "it stays put"
            | Some false -> "features are learnt"
            | None -> "with some seeds features are learnt"

        $"%s{name}%s{TaskContest.band task contest.Difference}) at %s{InputScale.words contest.Spec.InputScale}; there the tangent kernel moved by %s{NumberText.percent (Array.average contest.Moved)}: %s{learnt}"

    /// Do wide networks learn like their kernel? In one sentence, or one for each outcome where input scales differ.
    let opening (findings: TaskFindings) : string =
        let said =
            if findings.Runs.Length = 0 then
                [ "No network was trained: kernel regression alone speaks." ]
            elif findings.Contests.Length = 0 then
                [
                    "Whether networks match kernel regression cannot be told: at the main learning rate none came to where it is judged. A smaller train.rate would tell."
                ]
            else
                findings.Contests
                |> Array.groupBy (verdict findings.Labels.Task)
                |> Array.map (fun (verdict, contests) ->
                    let places = contests |> Array.map (place findings.Labels.Task) |> String.concat "; "
                    $"%s{verdict}: %s{places}.")
                |> List.ofArray

        VerdictWords.join [
            yield! said
            match VerdictWords.compared (specs findings) with
            | Some networks -> $"Compared are %s{networks}."
            | None -> ""
        ]

    /// What was left out, being made for two classes, in one sentence.
    let notAsked (findings: TaskFindings) : string option =
        TaskClaims.allNotAsked findings.Labels.Task findings.NotAsked

    /// What the most frequent class, or the mean, would give.
    let private chance (findings: TaskFindings) =
        match findings.Labels.Task with
        | LearningTask.Regression -> "the mean alone has R² 0"
        | task ->
            let kind, _ = findings.Learnt |> Array.countBy id |> Array.maxBy snd
            let hits = findings.Expected |> Array.averageBy (fun y -> if y = kind then 1.0 else 0.0)
            $"always '%s{(LearningTask.names task)[int kind]}' is right on %s{NumberText.percent hits}"

    /// The kind of network that met held-out fitted rows best, where there is a choice.
    let private chosen (findings: TaskFindings) =
        let met =
            findings.Choices
            |> Array.choose (fun choice ->
                choice.Epoch |> Option.map (fun epoch -> choice.Errors[epoch], choice.Spec))

        if met.Length = 0 then
            None
        else
            let spec = met |> Array.minBy fst |> snd
            let runs = findings.Runs |> Array.filter (fun run -> RunSpec.group run.Spec = spec)

            TaskRun.stopped (TaskScores.main findings.Labels.Task) runs
            |> Option.map (fun stop -> spec, runs, stop)

    let private ended (findings: TaskFindings) (runs: TaskRun[]) =
        match runs |> Array.filter TaskRun.isSound with
        | [||] -> "every one has diverged"
        | sound ->
            sound
            |> Array.averageBy (TaskRun.final (TaskScores.main findings.Labels.Task))
            |> TaskWords.main findings.Labels.Task

    let private network (findings: TaskFindings) =
        let name = TaskScores.main findings.Labels.Task

        let best =
            TaskRun.groups findings.Runs
            |> Array.map (fun (spec, runs) -> spec, runs |> Array.averageBy (TaskRun.final name), runs)

        match chosen findings with
        | Some(spec, runs, (epoch, value, moved)) -> [
            $"Of the finite networks, m = %d{spec.Width} at %s{InputScale.words spec.InputScale} and rate %g{spec.Rate} met fitted rows that were held out best, after %s{VerdictWords.epochs epoch}: there %s{TaskWords.main findings.Labels.Task value} on the validation rows over %s{VerdictWords.seeds runs.Length}, its tangent kernel having moved by %s{NumberText.percent moved}; after the last, %d{spec.Epochs}, %s{ended findings runs}."
          ]
        | None when best.Length = 0 -> []
        | None ->
            let spec, value, runs = best |> Array.maxBy (fun (_, value, _) -> value)
            let moved = runs |> Array.averageBy (fun run -> Array.last run.Movement)
            let equals = best |> Array.filter (fun (_, other, _) -> other = value) |> Array.length

            let place =
                if equals = 1 then
                    "best"
                else
                    $"best, as %d{equals - 1} of the %d{best.Length - 1} others did"

            [
                $"Of the finite networks, m = %d{spec.Width} at %s{InputScale.words spec.InputScale} and rate %g{spec.Rate} ended %s{place}: %s{TaskWords.main findings.Labels.Task value} over %s{VerdictWords.seeds runs.Length}, its tangent kernel having moved by %s{NumberText.percent moved}. That it is the best was seen on the validation rows themselves."
            ]

    let private kernel (findings: TaskFindings) =
        let fit = findings.Regression.Fit

        let limit =
            match VerdictWords.limit (specs findings) with
            | Some network -> $" %s{network}"
            | None -> ""

        $"Kernel regression of the infinitely wide network%s{limit}: %s{TaskWords.measures fit.Validation} on the validation rows (%s{chance findings}); fitted rows, each left out: %s{TaskWords.measures fit.LeftOut}."

    /// What the opening rests on, and what each further question adds.
    let details (findings: TaskFindings) : string list = [
        kernel findings
        yield! network findings

        for chapter in findings.Chapters do
            yield! chapter.Answer
    ]

    /// The whole, for the console and for programs.
    let sentences (findings: TaskFindings) : string list = opening findings :: details findings
