namespace NtkPipeline.Core

/// The regime map and the scalings, as charts and tables.
[<RequireQualifiedAccess>]
module RegimeCharts =

    let private number (x: float) = $"%.2f{x}".Replace('-', '−')

    let private borderLines (threshold: float) (border: RegimeBorder) : ChartLine list =
        let places =
            border.Places
            |> Array.groupBy _.Width
            |> Array.map (fun (width, places) ->
                float width, exp (places |> Array.averageBy (fun place -> log place.OutputScale)))

        match border.AlphaRootWidth with
        | None -> []
        | Some constant ->
            let widths = places |> Array.map fst

            [
                PointChart.line
                    $"border, ΔΘ = %s{VerdictWords.percent threshold}: lazy above, features below"
                    ChartMark.Measured
                    places
                PointChart.line $"α√m = %.3g{constant}" ChartMark.Theory [
                    for m in [ Array.min widths; Array.max widths ] do
                        m, constant / sqrt m
                ]
            ]

    let private map
        (evidence: RegimeEvidence)
        (border: RegimeBorder)
        id
        title
        caption
        label
        isLogarithmic
        pick
        =
        let cells =
            evidence.Cells |> Array.filter (fun cell -> cell.Rate = border.Rate && cell.Epoch = border.Epoch)

        let widths = cells |> Array.map _.Width |> Array.distinct |> Array.sort
        let scales = cells |> Array.map _.OutputScale |> Array.distinct |> Array.sort

        let value scale width =
            cells
            |> Array.tryFind (fun cell -> cell.OutputScale = scale && cell.Width = width)
            |> Option.bind pick

        {
            Id = $"regime-%s{id}-rate-%g{border.Rate}-epoch-%d{border.Epoch}"
            Title = $"%s{title}, rate %g{border.Rate}, epoch %d{border.Epoch}"
            Caption = caption
            Horizontal = FigureAxis.logarithmic "width m (hidden units)"
            Vertical = FigureAxis.logarithmic "output scale α"
            Drawing =
                Drawing.Map(
                    {
                        Columns = widths |> Array.map float
                        Rows = scales
                        Values = scales |> Array.map (fun scale -> widths |> Array.map (value scale))
                        Label = label
                        IsLogarithmic = isLogarithmic
                        IsShare = true
                    },
                    borderLines evidence.Threshold border
                )
        }

    let maps (evidence: RegimeEvidence) : PointChart list = [
        for border in evidence.Borders do
            map
                evidence
                border
                "movement"
                "Movement of the tangent kernel"
                "ΔΘ on the probe rows, geometric mean over seeds; an empty place diverged. The border is where it passes the threshold, between neighbouring α by a straight line through logarithms; dashed, the line of constant α√m through its geometric middle."
                "ΔΘ"
                true
                (fun cell -> cell.DeltaTheta |> Option.filter (fun moved -> moved > 0.0))

            map
                evidence
                border
                "accuracy"
                "Validation accuracy"
                "Mean over seeds; an empty place diverged. The lines are those of the map of ΔΘ."
                "accuracy"
                false
                _.Accuracy
    ]

    let private layersOf (evidence: RegimeEvidence) =
        evidence.Scalings |> Array.map _.Layers |> Array.distinct |> List.ofArray

    /// The first layer's movement against the width, a chart a depth.
    let movements (evidence: RegimeEvidence) : PointChart list = [
        for layers in layersOf evidence do
            let lines = evidence.Scalings |> Array.filter (fun line -> line.Layers = layers)
            let depth = VerdictWords.hiddenLayers layers

            {
                Id = $"regime-features-%d{layers}"
                Title = $"Movement of the first layer's features against the width, %s{depth}"
                Caption =
                    "‖h_T − h₀‖/‖h₀‖ on the probe rows after the last epoch, mean and range over seeds. At the base width all scalings are one network. Of one hidden layer, mean-field scaling is µP."
                Horizontal = FigureAxis.logarithmic "width m (hidden units)"
                Vertical = FigureAxis.ofQuantity (Quantity.FeatureMovement 0)
                Drawing =
                    Drawing.Lines [
                        for line in lines do
                            {
                                Name = WidthScaling.words line.Scaling
                                Mark = ChartMark.Measured
                                Points = [|
                                    for place in line.Places do
                                        if place.Movements.Length > 0 then
                                            CurvePoint.ofValues true (float place.Width) place.Movements
                                |]
                            }
                    ]
            }
    ]

    let table (evidence: RegimeEvidence) : ChapterTable =
        let power (k: float) = NumberCell $"m^%s{number k}"
        let share (value: float option) = value |> Option.map VerdictWords.percent |> Option.defaultValue "–"

        {
            Title = "Scalings with the width"
            Headings = [
                NumberCell "hidden layers"
                TextCell "scaling"
                NumberCell "α ∝"
                NumberCell "η ∝"
                NumberCell "features move ∝, theory"
                NumberCell "measured (95% band)"
                NumberCell "movement, narrowest"
                NumberCell "movement, widest"
                NumberCell "training loss, widest"
                NumberCell "accuracy, widest, last epoch"
                NumberCell "accuracy, widest, where fitted rows stop it"
            ]
            Rows = [
                for line in evidence.Scalings do
                    let moved (place: ScalingPlace) =
                        place.Movements |> Aggregate.ofValues |> Option.map _.Mean |> share

                    let last = Array.last line.Places

                    [
                        NumberCell(string line.Layers)
                        TextCell(WidthScaling.words line.Scaling)
                        power (WidthScaling.outputExponent line.Layers line.Scaling)
                        power (WidthScaling.rateExponent line.Layers line.Scaling)
                        power (WidthScaling.movementExponent line.Layers line.Scaling)
                        NumberCell(
                            match line.Fit with
                            | Some fit ->
                                $"m^%s{number fit.Slope} (%s{number fit.Lower} to %s{number fit.Upper})"
                            | None -> "–"
                        )
                        NumberCell(moved (Array.head line.Places))
                        NumberCell(moved last)
                        NumberCell(
                            last.Loss |> Option.map (fun loss -> $"%.3f{loss}") |> Option.defaultValue "–"
                        )
                        NumberCell(share last.Accuracy)
                        NumberCell(share last.Stopped)
                    ]
            ]
            Notes = [
                "α and η are those of NTK parameterisation that are equal to each scaling (Yang & Hu 2021, table 1, written with b = 0). Mean-field, of more than one layer, is 1/m at every layer above the first."
            ]
        }
