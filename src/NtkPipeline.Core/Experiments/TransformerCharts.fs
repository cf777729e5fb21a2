namespace NtkPipeline.Core

/// The charts of the chapter on the transformer.
[<RequireQualifiedAccess>]
module TransformerCharts =

    let accuracies (evidence: TransformerEvidence) : PointChart =
        let models = evidence.Models |> Array.indexed

        let point (k: int, scores: ModelScores) =
            let y = scores.Validation.Accuracy
            let low, high = Metrics.errorBar evidence.ValidationRows y
            { X = float (k + 1); Y = y; Low = low; High = high }

        {
            Id = "transformer-accuracy"
            Title = "Validation accuracy of each model"
            Caption =
                $"Accuracy on %d{evidence.ValidationRows} validation tweets that chose nothing, with one standard error; trained transformers: mean over seeds. All stand on the same tweets, so that differences are surer than these bars: the claims have their paired bands."
            Horizontal = {
                FigureAxis.linear "model" with
                    Ticks = Some(models |> Array.map (fun (k, scores) -> float (k + 1), scores.Title))
            }
            Vertical = FigureAxis.share "accuracy (% of rows)"
            Drawing =
                Drawing.Lines [
                    { Name = "accuracy"; Mark = ChartMark.Points; Points = Array.map point models }
                ]
        }

    let private byEpoch name (paths: TunedPath[]) (pick: TunedPath -> float[]) : ChartLine list = [
        for model, paths in paths |> Array.groupBy _.Model do
            {
                Name = $"%s{model}%s{name}"
                Mark = ChartMark.Measured
                Points =
                    [| 0 .. (pick paths[0]).Length - 1 |]
                    |> Array.map (fun epoch ->
                        paths
                        |> Array.map (fun path -> (pick path)[epoch])
                        |> CurvePoint.ofValues false (float epoch))
            }
    ]

    let errors (evidence: TransformerEvidence) : PointChart = {
        Id = "transformer-errors"
        Title = "Squared error through fine-tuning"
        Caption =
            "Mean squared error on the validation rows after each epoch, mean over seeds with one standard deviation; epoch 0 is the head fitted by ridge, or at 0. The errors of two kernels are the dashed lines. None of these rows chose an epoch."
        Horizontal = FigureAxis.linear "epoch"
        Vertical = FigureAxis.linear "mean squared error"
        Drawing =
            let last =
                evidence.Paths
                |> Array.fold (fun most path -> max most (path.StopErrors.Length - 1)) 1
                |> float

            Drawing.Lines [
                yield! byEpoch "" evidence.Paths _.ValidationErrors

                for model in [ TransformerModel.FrozenNtk; TransformerModel.Tangent ] do
                    for scores in evidence.Models do
                        if scores.Id = TransformerModel.id model then
                            PointChart.line scores.Title ChartMark.Theory [
                                0.0, scores.ValidationError
                                last, scores.ValidationError
                            ]
            ]
    }

    let drift (evidence: TransformerEvidence) : PointChart = {
        Id = "transformer-drift"
        Title = "Movement of the transformer's tangent kernel"
        Caption =
            "ΔΘ on the probe rows after each epoch of fine-tuning, a line a seed; the dotted line is where a kernel counts as staying put."
        Horizontal = FigureAxis.linear "epoch"
        Vertical = FigureAxis.share "ΔΘ (% of ‖Θ̂₀‖)"
        Drawing =
            Drawing.Lines [
                for seed, drifts in evidence.Drift |> Array.groupBy _.Seed do
                    PointChart.line $"seed %d{seed}" ChartMark.Measured [
                        yield 0.0, 0.0

                        for drift in drifts do
                            yield float drift.Epoch, drift.DeltaTheta
                    ]

                let last = evidence.Drift |> Array.fold (fun most drift -> max most drift.Epoch) 1 |> float
                PointChart.level "lazy below" (0.0, last) evidence.LazyThreshold
            ]
    }

    let layers (evidence: TransformerEvidence) : PointChart =
        let places = evidence.Layers |> Array.mapi (fun k part -> float (k + 1), part)

        {
            Id = "transformer-layers"
            Title = "What each layer's kernel reaches alone"
            Caption =
                "Accuracy on the validation rows of regression with the part of the tangent kernel that belongs to one layer, and that layer's share of the whole kernel's trace."
            Horizontal = {
                FigureAxis.linear "layer" with
                    Ticks = Some(places |> Array.map (fun (x, part) -> x, part.Part))
            }
            Vertical = FigureAxis.share "share"
            Drawing =
                Drawing.Lines [
                    PointChart.line "accuracy alone" ChartMark.Measured [
                        for x, part in places -> x, part.ValidationAccuracy
                    ]
                    PointChart.line "share of the trace" ChartMark.Measured [
                        for x, part in places -> x, part.TraceShare
                    ]
                ]
        }
