namespace NtkPipeline.Core

/// Charts by epoch: one line a width, for one input scale and learning rate.
[<RequireQualifiedAccess>]
module LearningFigures =

    let private epochs = FigureAxis.linear "epoch (passes over the training rows)"

    /// A line a width, with its band over seeds. Colours are by place among all widths of the report.
    let private byWidth
        (widths: int[])
        (isLogarithmic: bool)
        (pick: EpochMeasures -> float option)
        (series: WidthSeries)
        : FigureSeries list = [
        for group in series.Groups do
            let width = group.Spec.Width
            let place = System.Array.IndexOf(widths, width)

            {
                FigureSeries.create
                    $"m = %d{width}"
                    (Palette.ordered place widths.Length)
                    (WidthSeries.sound width series
                     |> WidthSeries.byEpoch isLogarithmic pick
                     |> FigureSeries.thin 120) with
                    Symbol = Some(Palette.symbol place)
                    Spread = Band
            }
    ]

    let private caption (series: WidthSeries) (words: string) =
        match WidthSeries.divergence series with
        | Some lost -> $"%s{words} %s{lost}"
        | None -> words

    let private accuracy widths (kernel: KernelRegression) (place: int) (series: WidthSeries) : Figure =
        let trained =
            series.Runs
            |> Array.filter _.Diverged.IsNone
            |> WidthSeries.byEpoch false _.KernelAccuracy
            |> FigureSeries.thin 120

        {
            Id = $"learning-%d{place}"
            Title = $"Validation accuracy while training (%s{WidthSeries.label series})"
            Caption =
                caption
                    series
                    "Mean over seeds; bands are one standard deviation. The dashed line is the infinite-width kernel trained by the very same steps, the dash-dotted one kernel regression with its tuned ridge."
            Chart =
                Plot.lines epochs (FigureAxis.share "accuracy (% of rows)") [
                    yield! byWidth widths false (fun measures -> Some measures.Validation.Accuracy) series
                    {
                        FigureSeries.create "kernel, same steps" Palette.ink trained with
                            Dash = LineDash.Dashed
                    }
                    FigureSeries.level
                        "kernel, tuned ridge"
                        Palette.grey
                        LineDash.DashDotted
                        (0.0, float (WidthSeries.lastEpoch series))
                        kernel.Validation.Accuracy
                ]
        }

    let private loss widths (place: int) (series: WidthSeries) : Figure = {
        Id = $"loss-%d{place}"
        Title = $"Training loss (%s{WidthSeries.label series})"
        Caption =
            caption
                series
                "The loss that is descended, ½·mean((f − y)²) with targets ±1. Bands reach from the smallest to the largest seed."
        Chart =
            Plot.lines
                epochs
                (FigureAxis.logarithmic "loss (½ mean squared error)")
                (byWidth widths true (fun measures -> Some measures.TrainLoss) series)
    }

    let private movement widths threshold (place: int) (series: WidthSeries) : Figure = {
        Id = $"movement-%d{place}"
        Title = $"How far the tangent kernel moves (%s{WidthSeries.label series})"
        Caption =
            caption
                series
                "ΔΘ on the probe rows. A network whose line stays low learns like a fixed kernel. Bands reach from the smallest to the largest seed."
        Chart =
            Plot.lines epochs (FigureAxis.logarithmicShare "ΔΘ (% of ‖Θ̂₀‖)") [
                yield!
                    byWidth
                        widths
                        true
                        (fun measures -> if measures.Epoch = 0 then None else Some measures.DeltaTheta)
                        series
                yield!
                    FigureSeries.lazyLevel threshold (0.0, float (WidthSeries.lastEpoch series))
                    |> Option.toList
            ]
    }

    let private over (draw: int -> WidthSeries -> Figure list) (findings: Findings) =
        WidthSeries.main findings |> Array.mapi draw |> List.concat

    /// Accuracy and loss by epoch, for each input scale.
    let learning (findings: Findings) : Figure list =
        let widths = WidthSeries.widths findings

        findings
        |> over (fun place series -> [
            accuracy widths findings.Kernel place series
            loss widths place series
        ])

    /// ΔΘ by epoch, for each input scale.
    let kernelMovement (findings: Findings) : Figure list =
        let widths, threshold = WidthSeries.widths findings, findings.Comparison.LazyThreshold
        findings |> over (fun place series -> [ movement widths threshold place series ])
