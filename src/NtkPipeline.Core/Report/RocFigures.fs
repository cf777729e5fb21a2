namespace NtkPipeline.Core

/// Curves of the receiver operating characteristic, with the areas under them.
[<RequireQualifiedAccess>]
module RocFigures =

    /// Places of a curve that are drawn, at most.
    let private most = 1000

    /// A line a model, by its name and its whole curve; empty curves are left out. None without a line.
    let draw
        (id: string)
        (title: string)
        (caption: string)
        (curves: (string * (float * float)[]) list)
        (cuts: (float * float)[])
        : Figure option =
        let points = Array.map (fun (x, y) -> CurvePoint.create x y)

        match curves |> List.filter (fun (_, curve) -> curve.Length > 0) with
        | [] -> None
        | curves ->
            Some {
                Id = id
                Title = title
                Caption = caption
                Chart =
                    Plot.lines
                        (FigureAxis.share "negative rows that are called positive (%)")
                        (FigureAxis.share "positive rows that are found (%)")
                        [
                            {
                                FigureSeries.create "by chance" Palette.grey (points [| 0.0, 0.0; 1.0, 1.0 |]) with
                                    Dash = LineDash.Dotted
                            }
                            for k, (name, curve) in List.indexed curves do
                                FigureSeries.create
                                    $"%s{name}, AUC %s{NumberText.score (RocCurve.area curve)}"
                                    (Palette.category k)
                                    (curve |> RocCurve.thin most |> points)
                            {
                                FigureSeries.create "outputs cut at 0" Palette.ink (points cuts) with
                                    Symbol = Some(Palette.symbol 2)
                                    HasLine = false
                            }
                        ]
            }

    /// Which share of the negative rows, and of the positive ones, has an output above 0.
    let cut (labels: float[]) (outputs: float[]) : float * float =
        let share isPositive =
            Array.zip labels outputs
            |> Array.filter (fun (label, _) -> (label > 0.0) = isPositive)
            |> function
                | [||] -> 0.0
                | rows -> rows |> Array.averageBy (fun (_, output) -> if output > 0.0 then 1.0 else 0.0)

        share false, share true

    /// The regression's, and of the first seed of the widest network of each input scale; none where all validation rows are of one
    /// class.
    let ofFindings (findings: Findings) : Figure option =
        let labels = findings.ValidationLabels

        let models = [
            "kernel regression", findings.Kernel.ValidationOutputs
            for name, run in WidestNetworks.all findings do
                name, run.ValidationOutputs
        ]

        let stopped =
            match WidestNetworks.all findings |> List.map snd with
            | [] -> ""
            | [ run ] -> $" The network stands %s{WidestNetworks.after run}."
            | runs when runs |> List.exists (fun run -> (Group.last run).Epoch < run.Spec.Epochs) ->
                " Networks stand after the epoch that fitted rows chose, which the legend names, or after their last."
            | _ -> " Networks stand after their last epoch."

        let found = models |> List.map (fun (_, outputs) -> cut labels outputs) |> Array.ofList
        let called, right = found[0]

        draw
            "roc"
            "Positive rows found against false alarms"
            $"The receiver operating characteristic of outputs on %s{NumberText.count labels.Length} validation rows, as the cut falls; AUC is the area under a line, ½ by chance. Cut at 0, kernel regression finds %s{NumberText.percent right} of the positive rows and calls %s{NumberText.percent called} of the negative ones positive.%s{stopped}"
            (models |> List.map (fun (name, outputs) -> name, RocCurve.points labels outputs))
            found

    /// One class against the rest, a line each, of at most `most` classes that have both rows of their own and others among the
    /// validation rows: the most frequent. None for numbers.
    let ofTask (most: int) (findings: TaskFindings) : Figure option =
        let names = LearningTask.names findings.Labels.Task
        let expected, outputs = findings.Expected, findings.Regression.Validation
        let column k = Array.init outputs.Rows (fun i -> outputs[i, k])
        let labels k = expected |> Array.map (fun y -> if y = float k then 1.0 else -1.0)

        match findings.Labels.Task with
        | LearningTask.Regression
        | LearningTask.Binary _ -> None
        | LearningTask.Classes _ ->
            let there =
                expected
                |> Array.countBy int
                |> Array.filter (fun (_, rows) -> rows < expected.Length)
                |> Array.sortBy (fun (k, rows) -> -rows, k)

            let shown = there |> Array.truncate most |> Array.map fst |> List.ofArray

            let left =
                match there.Length - shown.Length with
                | 0 -> ""
                | left -> $""" %s{NumberText.many left "rarer class is" "rarer classes are"} not drawn."""

            draw
                "task-roc"
                "Each class against the rest"
                $"The receiver operating characteristic of each class's output on %s{NumberText.count expected.Length} validation rows, as the cut falls: rows of the class that are found against others that are taken for it. AUC is the area under a line, ½ by chance; the table has its mean over classes. The largest output names a row's class, not this cut.%s{left}" [
                    for k in shown -> PlainLine.within 20 names[k], RocCurve.points (labels k) (column k)
                ] [| for k in shown -> cut (labels k) (column k) |]
