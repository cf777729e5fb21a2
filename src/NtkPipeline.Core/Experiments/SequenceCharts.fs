namespace NtkPipeline.Core

/// The charts of the chapter on texts as sequences.
[<RequireQualifiedAccess>]
module SequenceCharts =

    let private points name rows (values: float[]) : ChartLine = {
        Name = name
        Mark = ChartMark.Points
        Points =
            values
            |> Array.mapi (fun k y ->
                let low, high = Metrics.errorBar rows y
                { X = float (k + 1); Y = y; Low = low; High = high })
    }

    let accuracies (evidence: SequenceEvidence) : PointChart = {
        Id = "sequence-accuracy"
        Title = "Accuracy of each kernel of texts"
        Caption =
            $"Accuracy on %d{evidence.FittedRows} fitted tweets left out one at a time, and on %d{evidence.ValidationRows} validation tweets that chose nothing, with one standard error. All kernels stand on the same tweets, so that differences are surer than these bars: the claims have their paired bands."
        Horizontal = {
            FigureAxis.linear "kernel" with
                Ticks = Some(evidence.Kernels |> Array.mapi (fun k scores -> float (k + 1), scores.Title))
        }
        Vertical = FigureAxis.share "accuracy (% of rows)"
        Drawing =
            Drawing.Lines [
                points
                    "left out one at a time"
                    evidence.FittedRows
                    (evidence.Kernels |> Array.map _.LooAccuracy)
                points
                    "validation"
                    evidence.ValidationRows
                    (evidence.Kernels |> Array.map _.Validation.Accuracy)
            ]
    }

    /// Accuracy against the width, and each kernel's as a level.
    let widths (evidence: SequenceEvidence) : PointChart =
        let all = evidence.Networks |> Array.map (fun scores -> float scores.Width)
        let ends = Array.min all, Array.max all

        {
            Id = "sequence-widths"
            Title = "Finite networks over tokens against their kernels"
            Caption =
                $"Accuracy on %d{evidence.ValidationRows} validation tweets, mean over networks that differ in their seed; the dotted levels are regression with the kernels of the same networks, infinitely wide."
            Horizontal = FigureAxis.logarithmic "width m"
            Vertical = FigureAxis.share "accuracy (% of rows)"
            Drawing =
                Drawing.Lines [
                    for title, own in evidence.Networks |> Array.groupBy _.Title do
                        PointChart.line title ChartMark.Measured [
                            for scores in own -> float scores.Width, scores.Accuracy
                        ]

                        match evidence.Kernels |> Array.tryFind (fun scores -> scores.Title = title) with
                        | Some kernel -> PointChart.level $"%s{title}, kernel" ends kernel.Validation.Accuracy
                        | None -> ()
                ]
        }
