namespace NtkPipeline.Core

/// The reliability diagram: predicted probabilities against what came true.
[<RequireQualifiedAccess>]
module CalibrationFigure =

    /// A bin with one standard error of its share.
    let private point (bin: ReliabilityBin) : CurvePoint =
        let low, high = Metrics.errorBar bin.Count bin.PositiveShare

        { X = bin.MeanProbability; Y = bin.PositiveShare; Low = low; High = high }

    let reliability (findings: Findings) : Figure = {
        Id = "reliability"
        Title = "Probabilities against what came true"
        Caption =
            $"Validation tweets, %d{findings.Calibration.Rows} of them, by the probability that the kernel regression gives them, a tenth at a time; bars are one standard error. On the diagonal a probability is what it says."
        Chart =
            Plot.lines (FigureAxis.share "predicted probability (%)") (FigureAxis.share "positive rows (%)") [
                {
                    FigureSeries.create "as it says" Palette.grey [|
                        CurvePoint.create 0.0 0.0
                        CurvePoint.create 1.0 1.0
                    |] with
                        Dash = LineDash.Dashed
                }
                {
                    FigureSeries.create
                        "kernel regression"
                        (Palette.category 0)
                        (findings.Calibration.Reliability.Bins |> Array.map point) with
                        Symbol = Some(Palette.symbol 0)
                        Spread = Bars
                }
            ]
    }
