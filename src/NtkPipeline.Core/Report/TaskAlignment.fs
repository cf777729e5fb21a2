namespace NtkPipeline.Core

/// How tangent kernels turn while networks of more classes, or of numbers, train.
[<RequireQualifiedAccess>]
module TaskAlignment =

    let private mean (pick: TaskRun -> float[]) (runs: TaskRun[]) =
        let epochs = runs |> Array.map (fun run -> (pick run).Length) |> Array.min
        Array.init epochs (fun epoch -> runs |> Array.averageBy (fun run -> (pick run)[epoch]))

    /// "At m = 4096 it goes from .231 to .418."
    let private seen pick (spec: RunSpec, runs) =
        match mean pick runs with
        | [||] -> ""
        | values ->
            $" At m = %d{spec.Width} it goes from %s{NumberText.score values[0]} to %s{NumberText.score (Array.last values)}."

    let private chart id title caption pick (groups: (RunSpec * TaskRun[])[]) : PointChart =
        let spec = fst groups[0]
        let widest = groups |> Array.maxBy (fun (spec, _) -> spec.Width)

        {
            Id = $"task-alignment-%s{id}-%s{InputScale.print spec.InputScale}"
            Title = $"%s{title}: %s{InputScale.words spec.InputScale}, rate %g{spec.Rate}"
            Caption =
                $"%s{caption} on probe rows after each epoch, 0 to 1; of several outputs Θ̂ is the mean over them. Mean over seeds that ended.%s{seen pick widest}"
            Horizontal = FigureAxis.linear "epoch"
            Vertical = FigureAxis.linear "alignment (0 to 1)"
            Drawing =
                Drawing.Lines [
                    for spec, runs in groups do
                        mean pick runs
                        |> Array.mapi (fun epoch value -> float epoch, value)
                        |> PointChart.line $"m = %d{spec.Width}" ChartMark.Followed
                ]
        }

    /// Two of each input scale, of its least learning rate, which is the main one: towards the targets, and away from the start. None of a
    /// scale of which no network ended.
    let charts (findings: TaskFindings) : PointChart list = [
        let targets =
            match findings.Labels.Task with
            | LearningTask.Regression -> "Centred kernel alignment of Θ̂ with yyᵀ"
            | LearningTask.Binary _
            | LearningTask.Classes _ -> "Centred kernel alignment of Θ̂ with YYᵀ, Y being ±1 for each class,"

        for _, groups in TaskRun.groups findings.Runs |> Array.groupBy (fun (spec, _) -> spec.InputScale) do
            let rate = groups |> Array.map (fun (spec, _) -> spec.Rate) |> Array.min
            let groups = groups |> Array.filter (fun (spec, _) -> spec.Rate = rate)

            chart "targets" "Alignment with the targets while training" targets _.AlignmentWithTargets groups

            chart
                "start"
                "Alignment with the kernel at the start while training"
                "Centred kernel alignment of Θ̂ with Θ̂₀"
                _.AlignmentWithInitial
                groups
    ]
