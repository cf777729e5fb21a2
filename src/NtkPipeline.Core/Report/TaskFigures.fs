namespace NtkPipeline.Core

/// Every figure of a run of more classes, or of numbers, chapter by chapter.
[<RequireQualifiedAccess>]
module TaskFigures =

    /// Classes with a curve of their own, at most.
    let private mostCurves = 8

    let private confusion id title who (findings: TaskFindings) (outputs: Matrix<float>) =
        ConfusionFigures.taskCounts findings.Labels.Task findings.Expected outputs
        |> ConfusionFigures.draw id title who (LearningTask.names findings.Labels.Task)

    /// What the regression says of the validation rows, how its ridge was chosen, and what more rows would bring.
    let kernel (findings: TaskFindings) : Figure list = [
        let task = findings.Labels.Task

        match task with
        | LearningTask.Regression -> ChartFigures.figure (TaskCharts.predictions findings)
        | LearningTask.Binary _
        | LearningTask.Classes _ ->
            confusion
                "task-confusion"
                "Which class was taken for which"
                "Validation rows, by kernel regression"
                findings
                findings.Regression.Validation

            yield! RocFigures.ofTask mostCurves findings |> Option.toList

        ChartFigures.figure (TaskCharts.ridge findings)

        yield!
            findings.Learning
            |> LearningCurveFigure.draw
                task
                (TaskScores.find (TaskScores.main task) findings.Regression.Fit.Validation)
            |> Option.toList
    ]

    /// The networks beside it: over widths and epochs, row by row, and their tangent kernels.
    let networks (findings: TaskFindings) : Figure list = [
        yield! TaskCharts.networks findings |> List.map ChartFigures.figure

        match findings.Labels.Task with
        | LearningTask.Regression -> ()
        | LearningTask.Binary _
        | LearningTask.Classes _ ->
            for k, (name, run, outputs) in List.indexed (WidestNetworks.ofTask findings) do
                confusion
                    $"task-confusion-%d{k}"
                    $"Which class a network took for which (%s{name})"
                    $"Validation rows, by the first of its seeds %s{WidestNetworks.taskAfter run}"
                    findings
                    outputs

        yield! TaskAlignment.charts findings |> List.map ChartFigures.figure
        yield! RowFigures.ofTask findings
        yield! ProbeFigures.all findings.Probes
    ]
