namespace NtkPipeline.Core

/// Charts of a run of more classes, or of numbers.
[<RequireQualifiedAccess>]
module TaskCharts =

    let private axis (task: LearningTask) =
        match TaskScores.main task with
        | "accuracy" -> FigureAxis.share "accuracy (% of validation rows)"
        | _ -> FigureAxis.linear "R² on the validation rows"

    let private chart id title caption horizontal vertical drawing : PointChart = {
        Id = id
        Title = title
        Caption = caption
        Horizontal = horizontal
        Vertical = vertical
        Drawing = drawing
    }

    /// The errors that the ridge was chosen by.
    let ridge (findings: TaskFindings) : PointChart =
        let fit = findings.Regression.Fit

        let line name mark pick =
            fit.Path
            |> Seq.choose (fun point -> pick point |> Option.map (fun y -> point.RelativeRidge, y))
            |> PointChart.line name mark

        chart
            "task-ridge"
            "Squared error along the ridge"
            $"Of targets as they were learnt (codes of ±1, or numbers over their deviation). Chosen by %s{NumberText.chosenBy fit.ChosenBy}: %s{NumberText.number fit.Chosen.RelativeRidge} × mean diagonal."
            (FigureAxis.logarithmic "ridge λ (× the kernel's mean diagonal)")
            (FigureAxis.linear "mean squared error")
            (Drawing.Lines [
                line $"%d{fit.Folds}-fold cross-validation" ChartMark.Followed _.CvError
                line "leave-one-out" ChartMark.Theory (fun point -> Some point.LooError)
            ])

    /// Numbers against what was said of them; of a run of numbers.
    let predictions (findings: TaskFindings) : PointChart =
        let expected, outputs = findings.Expected, findings.Regression.Validation
        let points = expected |> Array.mapi (fun i y -> y, outputs[i, 0])
        let low, high = Array.min expected, Array.max expected

        chart
            "task-predictions"
            "What was said of the validation rows, against what they are"
            $"""Kernel regression on %s{NumberText.many expected.Length "validation row" "validation rows"}; the line is where label and prediction are the same. %s{TaskWords.measures findings.Regression.Fit.Validation}."""
            (FigureAxis.linear "label")
            (FigureAxis.linear "prediction")
            (Drawing.Lines [
                PointChart.line "validation rows" ChartMark.Points points
                PointChart.line "the same" ChartMark.Guide [ low, low; high, high ]
            ])

    let private scales (findings: TaskFindings) =
        TaskRun.groups findings.Runs |> Array.groupBy (fun (spec, _) -> spec.InputScale, spec.Rate)

    let private mean (pick: TaskRun -> float) (runs: TaskRun[]) = runs |> Array.averageBy pick

    let private byWidth pick groups =
        groups |> Array.map (fun (spec: RunSpec, runs) -> float spec.Width, mean pick runs)

    let private seriesName (scale: InputScale, rate: float) = $"%s{InputScale.words scale}, rate %g{rate}"

    /// Quality and movement against the width, and quality while networks train; none without networks.
    let networks (findings: TaskFindings) : PointChart list =
        let task = findings.Labels.Task
        let name = TaskScores.main task
        let widths = findings.Runs |> Array.map (fun run -> float run.Spec.Width)
        let level = TaskScores.find name findings.Regression.Fit.Validation |> Option.defaultValue 0.0

        if (scales findings).Length = 0 then
            []
        else
            [
                chart
                    "task-width"
                    "Does width bring the kernel's quality?"
                    "After the last epoch, mean over seeds; the level is kernel regression with its tuned ridge."
                    (FigureAxis.logarithmic "width m")
                    (axis task)
                    (Drawing.Lines [
                        for key, groups in scales findings do
                            PointChart.line
                                (seriesName key)
                                ChartMark.Measured
                                (byWidth (TaskRun.final name) groups)

                        PointChart.level "kernel regression" (Array.min widths, Array.max widths) level
                    ])
                chart
                    "task-movement"
                    "How far the tangent kernel moved"
                    "‖Θ̂_T − Θ̂₀‖/‖Θ̂₀‖ on probe rows after the last epoch, mean over seeds."
                    (FigureAxis.logarithmic "width m")
                    (FigureAxis.logarithmicShare "ΔΘ (% of ‖Θ̂₀‖)")
                    (Drawing.Lines [
                        for key, groups in scales findings do
                            PointChart.line
                                (seriesName key)
                                ChartMark.Measured
                                (byWidth (fun run -> Array.last run.Movement) groups)
                    ])

                for (scale, rate), groups in scales findings do
                    chart
                        $"task-training-%s{InputScale.print scale}-%g{rate}"
                        $"While they train: %s{seriesName (scale, rate)}"
                        "On the validation rows after each epoch, mean over seeds."
                        (FigureAxis.linear "epoch")
                        (axis task)
                        (Drawing.Lines [
                            for spec, runs in groups do
                                [
                                    for epoch in 0 .. runs[0].Quality.Length - 1 ->
                                        float epoch,
                                        runs
                                        |> Array.averageBy (fun run -> (Array.head run.Quality[epoch]).Value)
                                ]
                                |> PointChart.line $"m = %d{spec.Width}" ChartMark.Followed
                        ])
            ]
