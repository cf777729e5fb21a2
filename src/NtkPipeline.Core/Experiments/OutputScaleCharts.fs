namespace NtkPipeline.Core

/// What the output scale decides, drawn.
[<RequireQualifiedAccess>]
module OutputScaleCharts =

    let curves (kernel: KernelRegression) : Curve list =
        let against id title caption quantity =
            Curve.create $"output-scale-%s{id}" title caption quantity (Abscissa.Along Axis.outputScale) [
                Axis.width
            ]

        [
            {
                against
                    "movement"
                    "Movement of the tangent kernel against the output scale"
                    "ΔΘ over all of training, on all training rows. The lazy limit has a slope of −1."
                    Quantity.DeltaTheta with
                    IsFitted = true
            }
            {
                against
                    "accuracy"
                    "Validation accuracy against the output scale"
                    "After the last epoch."
                    Quantity.Accuracy with
                    Levels = [ { Name = "kernel, tuned ridge"; At = kernel.Validation.Accuracy } ]
            }
            against
                "gap"
                "Gap to the linearised network against the output scale"
                "Root mean square of f − f_lin on the validation rows, both trained by the same steps."
                Quantity.GapToLinearised
            against
                "alignment"
                "Alignment of the tangent kernel with the targets against the output scale"
                "After the last epoch, on the probe rows."
                Quantity.AlignmentWithTargets
        ]

    /// Where fitted rows stop them, a line a width; none where no epochs were chosen.
    let stopped (kernel: KernelRegression) (runs: NetworkRun list) : PointChart list =
        let alpha (run: NetworkRun) = run.Spec.Architecture.OutputScale

        match Group.sort runs with
        | [||] -> []
        | runs -> [
            {
                Id = "output-scale-stopped"
                Title = "Validation accuracy where fitted rows stop the networks, against the output scale"
                Caption =
                    "After the epoch that held-out fitted rows chose for each kind of network; mean over the seeds that reached it, with one standard deviation."
                Horizontal = FigureAxis.logarithmic "output scale α"
                Vertical = FigureAxis.ofQuantity Quantity.Accuracy
                Drawing =
                    Drawing.Lines [
                        for width, runs in runs |> Array.groupBy (fun (run: NetworkRun) -> run.Spec.Width) do
                            {
                                Name = $"m = %d{width}"
                                Mark = ChartMark.Measured
                                Points = [|
                                    for scale, runs in runs |> Array.groupBy alpha |> Array.sortBy fst do
                                        runs
                                        |> Array.map (fun run -> (Group.last run).Validation.Accuracy)
                                        |> CurvePoint.ofValues false scale
                                |]
                            }

                        PointChart.level
                            "kernel, tuned ridge"
                            (runs |> Array.map alpha |> Array.min, runs |> Array.map alpha |> Array.max)
                            kernel.Validation.Accuracy
                    ]
            }
          ]
