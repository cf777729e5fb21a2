namespace NtkPipeline.Core

open System

/// Charts against the width m: what becomes of a network as it widens.
[<RequireQualifiedAccess>]
module WidthFigures =

    /// The line of a fitted power law: it has the fit's slope and goes through the logarithmic centre of the runs.
    let private fit
        (place: int)
        (pick: NetworkRun -> float option)
        (slope: Slope)
        (series: WidthSeries)
        : FigureSeries option =
        let points =
            series.Runs
            |> Array.filter (fun run -> run.Diverged.IsNone && Array.contains run.Spec.Width slope.Widths)
            |> Array.choose (fun run -> pick run |> Option.map (fun y -> log (float run.Spec.Width), log y))
            |> Array.filter (fun (_, y) -> Double.IsFinite y)

        if points.Length = 0 || slope.Widths.Length < 2 then
            None
        else
            let x0, y0 = Array.averageBy fst points, Array.averageBy snd points
            let at (m: int) = FigureSeries.point (float m) (exp (y0 + slope.Slope * (log (float m) - x0)))

            Some {
                FigureSeries.create
                    $"∝ m^(%s{Show.slope slope.Slope}), %s{Show.inputScale slope.Spec.InputScale}"
                    (Palette.category place)
                    [| at (Array.min slope.Widths); at (Array.max slope.Widths) |] with
                    Dash = LineDash.Dotted
            }

    let private fits quantity (pick: NetworkRun -> float option) (findings: Findings) : FigureSeries list = [
        for place, series in Array.indexed (WidthSeries.main findings) do
            for slope in findings.Comparison.Slopes do
                if slope.Quantity = quantity && slope.Spec = series.Spec then
                    yield! fit place pick slope series |> Option.toList
    ]

    let private power
        id
        title
        caption
        (y: FigureAxis)
        quantity
        (pick: NetworkRun -> float option)
        findings
        extra
        : Figure =
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
                Plot.lines (WidthAxis.axis (WidthSeries.widths findings)) y [
                    yield! WidthAxis.scales (WidthSeries.byWidth pick) findings
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
            (if findings.Comparison.LazyThreshold > 0.0 then
                 "ΔΘ over all of training, on all training rows. Below the dashed line a network is called lazy here."
             else
                 "ΔΘ over all of training, on all training rows.")
            (FigureAxis.logarithmicShare "ΔΘ (% of ‖Θ̂₀‖)")
            Quantity.DeltaTheta
            _.DeltaTheta
            findings
            (WidthSeries.widths findings
             |> WidthAxis.extent
             |> FigureSeries.lazyLevel findings.Comparison.LazyThreshold
             |> Option.toList)
        power
            "init-width"
            "Distance of the initial kernel from its limit"
            "‖Θ̂₀ − Θ‖/‖Θ‖ before any training: the random draw alone. Theory says m to the power −½."
            (FigureAxis.logarithmicShare "‖Θ̂₀ − Θ‖ (% of ‖Θ‖)")
            Quantity.InitKernelError
            (fun run -> Some run.InitKernelError)
            findings
            []
    ]

    /// Gaps between functions against width.
    let gaps (findings: Findings) : Figure list = [
        power
            "gap-kernel"
            "Gap to the infinite-width kernel"
            "Root mean square of f − f_kernel on the validation rows after the last epoch, both trained by the same steps; targets are ±1."
            (FigureAxis.logarithmic "rms gap (output units)")
            Quantity.GapToKernel
            (last _.GapToKernelValidation)
            findings
            []
        power
            "gap-linearised"
            "Gap to the linearised network"
            "Root mean square of f − f_lin on the validation rows after the last epoch, both trained by the same steps; targets are ±1."
            (FigureAxis.logarithmic "rms gap (output units)")
            Quantity.GapToLinearised
            (last _.GapToLinearisedValidation)
            findings
            []
    ]
