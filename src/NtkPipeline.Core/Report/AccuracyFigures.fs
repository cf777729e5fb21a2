namespace NtkPipeline.Core

open System

/// Charts of the accuracy, against the width and against the learning rate.
[<RequireQualifiedAccess>]
module AccuracyFigures =

    let private accuracyWidth (findings: Findings) : Figure =
        let widths = Condition.widths findings
        let main = Condition.main findings

        let shown (condition: Condition) =
            Condition.ofSummaries (_.Width >> float) _.Accuracy condition.Widths

        let others =
            Condition.all findings
            |> Array.filter (fun condition ->
                main
                |> Array.forall (fun c ->
                    c.InputScale <> condition.InputScale || c.LearningRate <> condition.LearningRate))

        {
            Id = "accuracy-width"
            Title = "Validation accuracy against width"
            Caption =
                "After the last epoch; bars are one standard deviation over seeds. The kernel's lines need no seed: one has the tuned ridge, the other the smallest ridge of the path, which is a different opponent. Rates are in units of N/Λ_max."
            Chart =
                Plot.lines (WidthAxis.axis widths) (FigureAxis.share "accuracy (% of rows)") [
                    yield! WidthAxis.scales shown findings
                    for condition in others do
                        let place = main |> Array.findIndex (fun c -> c.InputScale = condition.InputScale)

                        {
                            FigureSeries.create
                                (Condition.shortLabel condition)
                                (Palette.category place)
                                (shown condition) with
                                Symbol = Some(Palette.symbol (3 + place))
                                Dash = LineDash.Dotted
                                Spread = Bars
                        }
                    FigureSeries.level
                        "kernel, tuned ridge"
                        Palette.ink
                        LineDash.Dashed
                        (WidthAxis.extent widths)
                        findings.Kernel.Validation.Accuracy
                    FigureSeries.level
                        "kernel, smallest ridge"
                        Palette.grey
                        LineDash.DashDotted
                        (WidthAxis.extent widths)
                        findings.Kernel.SmallestRidgeValidation.Accuracy
                ]
        }

    /// Accuracy against the learning rate, for the widths that were trained with several.
    let private accuracyRate (findings: Findings) : Figure option =
        let lines =
            findings.Comparison.Widths
            |> Array.groupBy (fun width -> width.InputScale, width.Width)
            |> Array.filter (fun (_, rates) -> rates |> Array.filter _.Accuracy.IsSome |> Array.length > 1)

        if lines.Length = 0 then
            None
        else
            let rates =
                lines |> Array.collect (snd >> Array.map _.LearningRate) |> Array.distinct |> Array.sort

            let scales = Condition.main findings |> Array.map _.InputScale
            let widths = lines |> Array.map (fst >> snd) |> Array.distinct |> Array.sort

            let line ((scale, width): string * int, summaries: WidthSummary[]) = {
                FigureSeries.create
                    $"m = %d{width}, %s{Show.inputScale scale}"
                    (Palette.category (Array.IndexOf(scales, scale)))
                    (Condition.ofSummaries _.LearningRate _.Accuracy summaries) with
                    Symbol = Some(Palette.symbol (Array.IndexOf(widths, width)))
                    Dash = (if Array.IndexOf(widths, width) % 2 = 0 then LineDash.Solid else LineDash.Dotted)
                    Spread = Bars
            }

            Some {
                Id = "accuracy-rate"
                Title = "Validation accuracy against the learning rate"
                Caption =
                    "After the last epoch; bars are one standard deviation over seeds. One unit is N/Λ_max; full-batch descent becomes unstable at 2. Runs that diverged are left out."
                Chart =
                    Plot.lines
                        {
                            FigureAxis.logarithmic "learning rate (units of N/Λ_max)" with
                                Ticks = Some(rates |> Array.map (fun rate -> rate, Show.short rate))
                        }
                        (FigureAxis.share "accuracy (% of rows)")
                        [
                            yield! lines |> Array.map line
                            FigureSeries.level
                                "kernel, tuned ridge"
                                Palette.ink
                                LineDash.Dashed
                                (Array.min rates, Array.max rates)
                                findings.Kernel.Validation.Accuracy
                        ]
            }

    /// Accuracy against width, and against the learning rate where several were tried.
    let accuracy (findings: Findings) : Figure list = [
        accuracyWidth findings
        yield! accuracyRate findings |> Option.toList
    ]
