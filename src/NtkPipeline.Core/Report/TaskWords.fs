namespace NtkPipeline.Core

/// What a run of more classes, or of numbers, found, in sentences and tables that every way of telling it shares.
[<RequireQualifiedAccess>]
module TaskWords =

    /// A measure as a reader knows it.
    let label (name: string) : string =
        match name with
        | "accuracy" -> "accuracy"
        | "macro-f1" -> "F1, mean over classes"
        | "auc" -> "AUC, one against the rest"
        | "log-loss" -> "log loss, after calibration"
        | "r2" -> "R²"
        | "rmse" -> "RMSE"
        | other -> other

    let number (measure: Measure) : string =
        match measure.Name with
        | "accuracy" -> NumberText.accuracy measure.Value
        | "rmse" -> NumberText.number measure.Value
        | _ -> NumberText.score measure.Value

    /// The measure that models are compared by, with its value.
    let main (task: LearningTask) (value: float) : string =
        let name = TaskScores.main task
        label name + " " + number { Name = name; Value = value }

    let measures (measures: Measure[]) : string =
        measures
        |> Array.map (fun measure -> $"%s{label measure.Name} %s{number measure}")
        |> String.concat ", "

    /// Of how many rows, and of what.
    let data (findings: TaskFindings) : string =
        let what =
            match findings.Labels.Task with
            | LearningTask.Regression ->
                $"numbers from %s{NumberText.number (Array.min findings.Labels.Values)} to %s{NumberText.number (Array.max findings.Labels.Values)}"
            | task ->
                let names = LearningTask.names task
                $"""%d{names.Length} classes (%s{String.concat ", " (Seq.truncate 8 names)}%s{if names.Length > 8 then ", …" else ""})"""

        let synthetic = if findings.Synthetic then $" %s{Table.synthetic}" else ""

        $"""%s{findings.Name}%s{synthetic}: %s{NumberText.many findings.Labels.Values.Length "labelled row" "labelled rows"}, %s{what}; %s{NumberText.count findings.Split.Train.Length} fitted, %s{NumberText.count findings.Split.Validation.Length} kept for validation, %s{NumberText.count findings.TestIds.Length} without labels"""

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
            |> main findings.Labels.Task

    let private network (findings: TaskFindings) =
        let name = TaskScores.main findings.Labels.Task

        let best =
            TaskRun.groups findings.Runs
            |> Array.map (fun (spec, runs) -> spec, runs |> Array.averageBy (TaskRun.final name), runs)

        match chosen findings with
        | Some(spec, runs, (epoch, value, moved)) -> [
            $"Of the finite networks, m = %d{spec.Width} at %s{InputScale.words spec.InputScale} and rate %g{spec.Rate} met fitted rows that were held out best, after %s{VerdictWords.epochs epoch}: there %s{main findings.Labels.Task value} on the validation rows over %s{VerdictWords.seeds runs.Length}, its tangent kernel having moved by %s{NumberText.percent moved}; after the last, %d{spec.Epochs}, %s{ended findings runs}."
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
                $"Of the finite networks, m = %d{spec.Width} at %s{InputScale.words spec.InputScale} and rate %g{spec.Rate} ended %s{place}: %s{main findings.Labels.Task value} over %s{VerdictWords.seeds runs.Length}, its tangent kernel having moved by %s{NumberText.percent moved}. That it is the best was seen on the validation rows themselves."
            ]

    /// The answer, first of all.
    let answer (findings: TaskFindings) : string list = [
        $"Kernel regression of the infinitely wide network: %s{measures findings.Regression.Fit.Validation} on the validation rows (%s{chance findings}); fitted rows, each left out: %s{measures findings.Regression.Fit.LeftOut}."
        yield! network findings

        for chapter in findings.Chapters do
            yield! chapter.Answer
    ]

    /// What a person is told on the console after a run.
    let lines (findings: TaskFindings) : string list =
        [
            $"data      %s{data findings}"
            $"""features  %s{findings.Features.Encoder}, %s{NumberText.many findings.Features.Columns "column" "columns"} (%s{findings.Features.Reduction})"""
            yield! TokenFeatures.lines findings.Features.Columns findings.Tokens
            $"kernel    %s{measures findings.Regression.Fit.Validation} on the validation rows; λ = %s{NumberText.number findings.Regression.Fit.Chosen.RelativeRidge} × mean diagonal, by %s{NumberText.chosenBy findings.Regression.Fit.ChosenBy}"

            for spec, runs in TaskRun.groups findings.Runs do
                let value = runs |> Array.averageBy (TaskRun.final (TaskScores.main findings.Labels.Task))
                let moved = runs |> Array.averageBy (fun run -> Array.last run.Movement)

                let stopped =
                    match TaskRun.stopped (TaskScores.main findings.Labels.Task) runs with
                    | Some(epoch, there, _) when epoch < spec.Epochs ->
                        $"%s{main findings.Labels.Task there} after %s{VerdictWords.epochs epoch}, as fitted rows chose; after the last, "
                    | Some _
                    | None -> ""

                $"network   m = %-5d{spec.Width} %s{InputScale.words spec.InputScale}, rate %g{spec.Rate}: %s{stopped}%s{main findings.Labels.Task value}, ΔΘ %s{NumberText.percent moved} (%s{VerdictWords.seeds runs.Length})"

            match findings.Runs |> Array.filter (TaskRun.isSound >> not) |> Array.length with
            | 0 -> ()
            | lost -> $"network   %s{VerdictWords.leftOut lost}"

            for verdict in findings.Verdicts do
                $"verdict   %s{Standing.words (Standing.ofVerdict verdict)}: %s{verdict.Claim} [%s{verdict.Setting}]"
            for chapter in findings.Chapters do
                $"question  %s{chapter.Title}"

                for verdict in chapter.Verdicts do
                    $"verdict   %s{Standing.words (Standing.ofVerdict verdict)}: %s{verdict.Claim} [%s{verdict.Setting}]"
            for note in findings.NotAsked do
                $"note      %s{note}"
            for sentence in answer findings do
                $"answer    %s{sentence}"
        ]
        |> List.map PlainLine.ofText
