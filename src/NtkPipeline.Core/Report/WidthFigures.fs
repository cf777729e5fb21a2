namespace NtkPipeline.Core

open System

/// Charts against the width m: what becomes of a network as it widens.
[<RequireQualifiedAccess>]
module WidthFigures =

    let private widthAxis (widths: int[]) : FigureAxis = {
        Figure.logarithmic "width m (hidden units)" with
            Ticks = Some(widths |> Array.map (fun width -> float width, string width))
    }

    let private extent (widths: int[]) =
        if widths.Length = 0 then 1.0, 2.0 else float (Array.min widths), float (Array.max widths)

    /// A line an input scale, with its spread over seeds.
    let private scales (pick: Condition -> CurvePoint[]) (findings: Findings) : FigureSeries list = [
        for place, condition in Array.indexed (Condition.main findings) do
            { Figure.series (Condition.label condition) (Palette.category place) (pick condition) with
                Symbol = Some(Palette.symbol place)
                Spread = Bars
            }
    ]

    /// The line of a fitted power law: it has the fit's slope and goes through the logarithmic centre of the runs.
    let private fit (place: int) (pick: NetworkRun -> float option) (slope: Slope) (condition: Condition) : FigureSeries option =
        let points =
            condition.Runs
            |> Array.filter (fun run -> run.Diverged.IsNone && Array.contains run.Width slope.Widths)
            |> Array.choose (fun run -> pick run |> Option.map (fun y -> log (float run.Width), log y))
            |> Array.filter (fun (_, y) -> Double.IsFinite y)

        if points.Length = 0 || slope.Widths.Length < 2 then
            None
        else
            let x0, y0 = Array.averageBy fst points, Array.averageBy snd points
            let at (m: int) = Figure.point (float m) (exp (y0 + slope.Slope * (log (float m) - x0)))

            Some {
                Figure.series
                    $"∝ m^(%s{Show.short (Math.Round(slope.Slope, 2))})"
                    (Palette.category place)
                    [| at (Array.min slope.Widths); at (Array.max slope.Widths) |] with
                    Dash = "dot"
            }

    let private fits quantity (pick: NetworkRun -> float option) (findings: Findings) : FigureSeries list = [
        for place, condition in Array.indexed (Condition.main findings) do
            for slope in findings.Comparison.Slopes do
                if slope.Quantity = quantity && slope.InputScale = condition.InputScale then
                    yield! fit place pick slope condition |> Option.toList
    ]

    let private power id title caption (y: FigureAxis) quantity (pick: NetworkRun -> float option) findings extra : Figure =
        let fits = fits quantity pick findings

        {
            Id = id
            Title = title
            Caption =
                if fits.IsEmpty then
                    $"%s{caption} Bars are one standard deviation over seeds."
                else
                    $"%s{caption} Bars are one standard deviation over seeds; dotted lines are the fitted power laws."
            Chart =
                Figure.lines (widthAxis (Condition.widths findings)) y [
                    yield! scales (Condition.byWidth pick) findings
                    yield! fits
                    yield! extra
                ]
        }

    let private last (pick: EpochMeasures -> Gap option) (run: NetworkRun) =
        Array.tryLast run.Epochs |> Option.bind pick |> Option.map _.Rms

    /// ΔΘ and the error of the initial kernel against width.
    let kernelMovement (findings: Findings) : Figure list = [
        power
            "delta-width"
            "Movement of the tangent kernel against width"
            "ΔΘ over all of training, on all training rows. Below the dashed line a network is called lazy here."
            { Figure.logarithmic "ΔΘ (% of the initial kernel's norm)" with IsShare = true }
            Quantity.deltaTheta
            _.DeltaTheta
            findings
            [ Figure.level "5%" Palette.ink "dash" (extent (Condition.widths findings)) 0.05 ]
        power
            "init-width"
            "Distance of the initial kernel from its limit"
            "‖Θ̂₀ − Θ‖/‖Θ‖ before any training: the random draw alone. Theory says m to the power −½."
            { Figure.logarithmic "‖Θ̂₀ − Θ‖/‖Θ‖ (% of the limit's norm)" with IsShare = true }
            Quantity.initKernelError
            (fun run -> Some run.InitKernelError)
            findings
            []
    ]

    /// Gaps between functions against width.
    let gaps (findings: Findings) : Figure list = [
        power
            "gap-kernel"
            "Gap to the infinite-width kernel"
            "Root mean square of f − f_kernel on the validation rows after the last epoch, both trained by the same steps."
            (Figure.logarithmic "rms gap (output units; targets are ±1)")
            Quantity.gapToKernel
            (last _.GapToKernelValidation)
            findings
            []
        power
            "gap-linearised"
            "Gap to the linearised network"
            "Root mean square of f − f_lin on the validation rows after the last epoch, both trained by the same steps."
            (Figure.logarithmic "rms gap (output units; targets are ±1)")
            Quantity.gapToLinearised
            (last _.GapToLinearisedValidation)
            findings
            []
    ]

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
                "After the last epoch; bars are one standard deviation over seeds. The kernel's lines need no seed: one has the tuned ridge, the other the smallest ridge of the path, which is a different and weaker opponent."
            Chart =
                Figure.lines (widthAxis widths) (Figure.axis "validation accuracy (share of rows)") [
                    yield! scales shown findings
                    for condition in others do
                        let place = main |> Array.findIndex (fun c -> c.InputScale = condition.InputScale)

                        { Figure.series (Condition.label condition) (Palette.category place) (shown condition) with
                            Symbol = Some(Palette.symbol (3 + place))
                            Dash = "dot"
                            Spread = Bars
                        }
                    Figure.level
                        "kernel, tuned ridge"
                        Palette.ink
                        "dash"
                        (extent widths)
                        findings.Kernel.Validation.Accuracy
                    Figure.level
                        "kernel, smallest ridge"
                        Palette.grey
                        "dashdot"
                        (extent widths)
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
            let rates = lines |> Array.collect (snd >> Array.map _.LearningRate) |> Array.distinct |> Array.sort
            let scales = Condition.main findings |> Array.map _.InputScale
            let widths = lines |> Array.map (fst >> snd) |> Array.distinct |> Array.sort

            let line ((scale, width): string * int, summaries: WidthSummary[]) =
                { Figure.series
                      $"m = %d{width}, %s{Show.inputScale scale}"
                      (Palette.category (Array.IndexOf(scales, scale)))
                      (Condition.ofSummaries _.LearningRate _.Accuracy summaries) with
                    Symbol = Some(Palette.symbol (Array.IndexOf(widths, width)))
                    Dash = (if Array.IndexOf(widths, width) % 2 = 0 then "solid" else "dot")
                    Spread = Bars
                }

            Some {
                Id = "accuracy-rate"
                Title = "Validation accuracy against the learning rate"
                Caption =
                    "After the last epoch; bars are one standard deviation over seeds. One unit is N/Λ_max; full-batch descent becomes unstable at 2. Runs that diverged are left out."
                Chart =
                    Figure.lines
                        { Figure.logarithmic "learning rate (units of N/Λ_max)" with
                            Ticks = Some(rates |> Array.map (fun rate -> rate, Show.short rate))
                        }
                        (Figure.axis "validation accuracy (share of rows)")
                        [
                            yield! lines |> Array.map line
                            Figure.level
                                "kernel, tuned ridge"
                                Palette.ink
                                "dash"
                                (Array.min rates, Array.max rates)
                                findings.Kernel.Validation.Accuracy
                        ]
            }

    /// Accuracy against width, and against the learning rate where several were tried.
    let accuracy (findings: Findings) : Figure list = [
        accuracyWidth findings
        yield! accuracyRate findings |> Option.toList
    ]
