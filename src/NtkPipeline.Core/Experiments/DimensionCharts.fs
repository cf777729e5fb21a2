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

    /// A line for each width: the accuracy of its networks where they are judged.
    let private judged (evidence: DimensionEvidence) : ChartLine list = [
        for width in DimensionEvidence.widths evidence.Places do
            {
                Name = $"networks, m = %d{width}"
                Mark = ChartMark.Measured
                Points = [|
                    for place in evidence.Places do
                        match DimensionEvidence.judged width place with
                        | [||] -> ()
                        | runs ->
                            runs
                            |> Array.map (fun run -> (Group.last run).Validation.Accuracy)
                            |> CurvePoint.ofValues false (float place.Dimensions)
                |]
            }
    ]

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
                (if evidence.Places |> Array.exists (fun place -> place.Stopped.Length > 0) then
                     $"Networks after the epochs that held-out fitted rows chose. %s{over}."
                 else
                     $"Networks after their last epoch. %s{over}.")
                (FigureAxis.share "accuracy (% of rows)")
                (ofPlaces "kernel, tuned ridge" ChartMark.Measured _.Kernel.Validation.Accuracy evidence
                 :: judged evidence)
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
