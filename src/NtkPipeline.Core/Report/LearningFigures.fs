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
        (condition: Condition)
        : FigureSeries list = [
        for width in condition.Widths do
            let place = System.Array.IndexOf(widths, width.Width)

            {
                FigureSeries.create
                    $"m = %d{width.Width}"
                    (Palette.ordered place widths.Length)
                    (Condition.sound width.Width condition
                     |> Condition.byEpoch isLogarithmic pick
                     |> FigureSeries.thin 120) with
                    Symbol = Some(Palette.symbol place)
                    Spread = Band
            }
    ]

    let private caption (condition: Condition) (words: string) =
        match Condition.divergence condition with
        | Some lost -> $"%s{words} %s{lost}"
        | None -> words

    let private accuracy widths (kernel: KernelRegression) (place: int) (condition: Condition) : Figure =
        let trained =
            condition.Runs
            |> Array.filter _.Diverged.IsNone
            |> Condition.byEpoch false _.KernelAccuracy
            |> FigureSeries.thin 120

        {
            Id = $"learning-%d{place}"
            Title = $"Validation accuracy while training (%s{Condition.label condition})"
            Caption =
                caption
                    condition
                    "Mean over seeds; bands are one standard deviation. The dashed line is the infinite-width kernel trained by the very same steps, the dash-dotted one kernel regression with its tuned ridge."
            Chart =
                Plot.lines epochs (FigureAxis.share "accuracy (% of rows)") [
                    yield! byWidth widths false (fun measures -> Some measures.Validation.Accuracy) condition
                    {
                        FigureSeries.create "kernel, same steps" Palette.ink trained with
                            Dash = LineDash.Dashed
                    }
                    FigureSeries.level
                        "kernel, tuned ridge"
                        Palette.grey
                        LineDash.DashDotted
                        (0.0, float (Condition.lastEpoch condition))
                        kernel.Validation.Accuracy
                ]
        }

    let private loss widths (place: int) (condition: Condition) : Figure = {
        Id = $"loss-%d{place}"
        Title = $"Training loss (%s{Condition.label condition})"
        Caption =
            caption
                condition
                "The loss that is descended, ½·mean((f − y)²) with targets ±1. Bands reach from the smallest to the largest seed."
        Chart =
            Plot.lines
                epochs
                (FigureAxis.logarithmic "loss (½ mean squared error)")
                (byWidth widths true (fun measures -> Some measures.TrainLoss) condition)
    }

    let private movement widths threshold (place: int) (condition: Condition) : Figure = {
        Id = $"movement-%d{place}"
        Title = $"How far the tangent kernel moves (%s{Condition.label condition})"
        Caption =
            caption
                condition
                "ΔΘ on the probe rows. A network whose line stays low learns like a fixed kernel. Bands reach from the smallest to the largest seed."
        Chart =
            Plot.lines epochs (FigureAxis.logarithmicShare "ΔΘ (% of ‖Θ̂₀‖)") [
                yield!
                    byWidth
                        widths
                        true
                        (fun measures -> if measures.Epoch = 0 then None else Some measures.DeltaTheta)
                        condition
                yield!
                    FigureSeries.lazyLevel threshold (0.0, float (Condition.lastEpoch condition))
                    |> Option.toList
            ]
    }

    let private over (draw: int -> Condition -> Figure list) (findings: Findings) =
        Condition.main findings |> Array.mapi draw |> List.concat

    /// Accuracy and loss by epoch, for each input scale.
    let learning (findings: Findings) : Figure list =
        let widths = Condition.widths findings

        findings
        |> over (fun place condition -> [
            accuracy widths findings.Kernel place condition
            loss widths place condition
        ])

    /// ΔΘ by epoch, for each input scale.
    let kernelMovement (findings: Findings) : Figure list =
        let widths, threshold = Condition.widths findings, findings.Comparison.LazyThreshold
        findings |> over (fun place condition -> [ movement widths threshold place condition ])
