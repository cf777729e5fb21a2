namespace NtkPipeline.Core

open System

/// Charts of the accuracy, against the width and against the learning rate.
[<RequireQualifiedAccess>]
module AccuracyFigures =

    let private accuracyWidth (findings: Findings) : Figure =
        let widths = WidthSeries.widths findings
        let main = WidthSeries.main findings

        let shown (series: WidthSeries) =
            WidthSeries.ofGroups (_.Spec.Width >> float) Quantity.Accuracy series.Groups

        let others =
            WidthSeries.all findings
            |> Array.filter (fun series -> main |> Array.forall (fun shown -> shown.Spec <> series.Spec))

        {
            Id = "accuracy-width"
            Title = "Validation accuracy against width"
            Caption =
                "After the last epoch; bars are one standard deviation over seeds. The kernel's lines need no seed: one has the tuned ridge, the other the smallest ridge of the path, which is a different opponent. Rates are in units of N/Λ_max."
            Chart =
                Plot.lines (WidthAxis.axis widths) (FigureAxis.share "accuracy (% of rows)") [
                    yield! WidthAxis.scales shown findings
                    for series in others do
                        let place =
                            main
                            |> Array.findIndex (fun c ->
                                { c.Spec with Rate = series.Spec.Rate } = series.Spec)

                        {
                            FigureSeries.create
                                (WidthSeries.shortLabel series)
                                (Palette.category place)
                                (shown series) with
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
            Group.ofRuns findings.Networks
            |> Array.groupBy (fun group -> { group.Spec with Rate = findings.Comparison.MainRate })
            |> Array.filter (fun (_, rates) ->
                rates |> Array.choose (fun group -> group.Of Quantity.Accuracy) |> Array.length > 1)

        if lines.Length = 0 then
            None
        else
            let rates = lines |> Array.collect (snd >> Array.map _.Spec.Rate) |> Array.distinct |> Array.sort

            let main = WidthSeries.main findings
            let unlabelled = findings.Networks |> Seq.map _.Spec |> Axis.unlabelled
            let widths = lines |> Array.map ((fst >> _.Width)) |> Array.distinct |> Array.sort

            let place (spec: RunSpec) =
                main
                |> Array.findIndex (fun series -> { series.Spec with Rate = spec.Rate } = RunSpec.series spec)

            let line (spec: RunSpec, groups: Group[]) = {
                FigureSeries.create
                    $"m = %d{spec.Width}, %s{Show.inputScale spec.InputScale}%s{Axis.remark unlabelled spec}"
                    (Palette.category (place spec))
                    (WidthSeries.ofGroups _.Spec.Rate Quantity.Accuracy groups) with
                    Symbol = Some(Palette.symbol (Array.IndexOf(widths, spec.Width)))
                    Dash =
                        (if Array.IndexOf(widths, spec.Width) % 2 = 0 then
                             LineDash.Solid
                         else
                             LineDash.Dotted)
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
