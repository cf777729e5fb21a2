namespace NtkPipeline.Core

/// What d does, drawn and listed.
[<RequireQualifiedAccess>]
module DimensionCharts =

    let private d = FigureAxis.logarithmic "input dimension d (components)"

    let private chart id title caption vertical lines : PointChart = {
        Id = $"dimension-%s{id}"
        Title = title
        Caption = caption
        Horizontal = d
        Vertical = vertical
        Drawing = Drawing.Lines lines
    }

    /// A line for each width: a quantity of its networks, the mean over seeds and their spread.
    let private networks isGeometric quantity (evidence: DimensionEvidence) : ChartLine list = [
        for width in DimensionEvidence.widths evidence.Places do
            {
                Name = $"networks, m = %d{width}"
                Mark = ChartMark.Measured
                Points = [|
                    for place in evidence.Places do
                        match
                            place.Runs
                            |> Array.filter (fun run -> run.Spec.Width = width)
                            |> Array.choose (Quantity.ofRun quantity)
                        with
                        | [||] -> ()
                        | values -> CurvePoint.ofValues isGeometric (float place.Dimensions) values
                |]
            }
    ]

    let private ofPlaces name mark (read: DimensionPlace -> float) (evidence: DimensionEvidence) =
        PointChart.line name mark [ for place in evidence.Places -> float place.Dimensions, read place ]

    let private needed (evidence: DimensionEvidence) : ChartLine = {
        Name = $"width for ΔΘ = %s{VerdictWords.percent evidence.Settings.LazyThreshold}"
        Mark = ChartMark.Measured
        Points = [|
            for place, needed in Array.zip evidence.Places evidence.Needed do
                match needed.Width with
                | Some width -> {
                    X = float place.Dimensions
                    Y = width.Width
                    Low = width.Lower
                    High = Option.defaultValue width.Width width.Upper
                  }
                | None -> ()
        |]
    }

    let private spectra (evidence: DimensionEvidence) : PointChart = {
        Id = "dimension-spectrum"
        Title = "Spectrum of the kernel, for each dimension"
        Caption =
            "Eigenvalues of the analytic kernel of the fitted rows over their sum, on both axes by their logarithm. Every line sums to 1: one that declines more slowly is spread over more directions."
        Horizontal = FigureAxis.logarithmic "place in the spectrum"
        Vertical = FigureAxis.logarithmic "share of the sum"
        Drawing =
            Drawing.Lines [
                for place in evidence.Places ->
                    PointChart.line $"d = %d{place.Dimensions}" ChartMark.Followed [
                        for k in 0 .. place.Spectrum.Length - 1 do
                            if place.Spectrum[k] > 0.0 then
                                float (k + 1), place.Spectrum[k]
                    ]
            ]
    }

    let all (evidence: DimensionEvidence) : PointChart list =
        let over = "Means over seeds, with one standard deviation"
        let geometric = "Means over seeds, with the smallest and the largest"

        [
            chart
                "accuracy"
                "Validation accuracy against the input dimension"
                $"%s{over}."
                (FigureAxis.share "accuracy (% of rows)")
                (ofPlaces "kernel, tuned ridge" ChartMark.Measured _.Kernel.Validation.Accuracy evidence
                 :: networks false Quantity.Accuracy evidence)
            chart
                "movement"
                "Movement of the tangent kernel against the input dimension"
                $"%s{geometric}."
                (FigureAxis.ofQuantity Quantity.DeltaTheta)
                [
                    yield! networks true Quantity.DeltaTheta evidence
                    PointChart.level
                        "counts as constant"
                        (match evidence.Places with
                         | [||] -> 1.0, 1.0
                         | places -> float places[0].Dimensions, float (Array.last places).Dimensions)
                        evidence.Settings.LazyThreshold
                ]
            chart
                "initial"
                "Error of the initial kernel against the input dimension"
                $"%s{geometric}."
                (FigureAxis.ofQuantity Quantity.InitKernelError)
                (networks true Quantity.InitKernelError evidence)
            chart
                "gap"
                "Gap to the kernel, trained by the same steps, against the input dimension"
                $"Root mean square on the validation rows. %s{geometric}."
                (FigureAxis.ofQuantity Quantity.GapToKernel)
                (networks true Quantity.GapToKernel evidence)
            chart
                "needed"
                "Width that a lazy network needs against the input dimension"
                "By the power law through the widths that were trained, with a 95% bootstrap band over seeds."
                (FigureAxis.logarithmic "width m (hidden units)")
                [ needed evidence ]
            chart
                "effective"
                "Effective dimension of the kernel against the input dimension"
                "Σ Λ/(Λ+λ) at the tuned ridge: how many directions the regression uses; and how many the spectrum has, exp of the entropy of the eigenvalues' shares."
                (FigureAxis.logarithmic "directions")
                [
                    ofPlaces "at the tuned ridge" ChartMark.Measured _.Kernel.EffectiveDimension evidence
                    ofPlaces "effective rank" ChartMark.Measured _.EffectiveRank evidence
                ]
            spectra evidence
        ]

    let neededWords (needed: NeededAt) : string =
        match needed.Width with
        | None -> "– (" + needed.Reason + ")"
        | Some width ->
            let upper = width.Upper |> Option.map (sprintf "%.0f") |> Option.defaultValue "∞"
            let mark = if width.IsExtrapolated then ", extrapolated" else ""
            $"%.0f{width.Width} (%.0f{width.Lower} to %s{upper}%s{mark})"

    let private mean show quantity width (place: DimensionPlace) =
        place.Runs
        |> Array.filter (fun run -> run.Spec.Width = width)
        |> Array.choose (Quantity.ofRun quantity)
        |> Aggregate.ofValues
        |> Option.map (fun aggregate -> show aggregate.Mean)
        |> Option.defaultValue "–"

    let tables (evidence: DimensionEvidence) : ChapterTable list =
        let widest = evidence.Widest
        let limit = VerdictWords.percent evidence.Settings.LazyThreshold

        [
            {
                Title = "What each dimension does"
                Headings =
                    [
                        "d"
                        "variance kept"
                        "kernel's accuracy"
                        "leave-one-out accuracy"
                        "ridge over mean diagonal"
                        "effective dimension"
                        "decay of Λ"
                        $"networks' accuracy, m = %d{widest}"
                        $"‖Θ̂₀−Θ‖/‖Θ‖, m = %d{widest}"
                        $"ΔΘ, m = %d{widest}"
                        $"gap, m = %d{widest}"
                        $"width for ΔΘ = %s{limit}"
                    ]
                    |> List.map NumberCell
                Rows = [
                    for place, needed in Array.zip evidence.Places evidence.Needed do
                        [
                            string place.Dimensions
                            VerdictWords.percent place.ExplainedVariance
                            VerdictWords.percent place.Kernel.Validation.Accuracy
                            place.Kernel.LeaveOneOutAccuracy
                            |> Option.map VerdictWords.percent
                            |> Option.defaultValue "–"
                            $"%.2g{place.Kernel.RelativeRidge}"
                            $"%.0f{place.Kernel.EffectiveDimension}"
                            match place.Decay with
                            | Some fit -> $"k^%s{DimensionClaims.power fit.Slope}"
                            | None -> "–"
                            mean VerdictWords.percent Quantity.Accuracy widest place
                            mean VerdictWords.percent Quantity.InitKernelError widest place
                            mean VerdictWords.percent Quantity.DeltaTheta widest place
                            mean (sprintf "%.3f") Quantity.GapToKernel widest place
                            neededWords needed
                        ]
                        |> List.map NumberCell
                ]
                Notes = [
                    "Means over seeds. The decline of the kernel's eigenvalues is fitted from the tenth to a quarter of the rows."
                ]
            }
        ]
