namespace NtkPipeline.Core

open System
open DynamicObj
open Plotly.NET
open Plotly.NET.LayoutObjects

/// Axes, fonts and legends in the report's one style.
[<RequireQualifiedAccess>]
module PlotLayout =

    /// Plotly reads its texts as HTML.
    let text (value: string) : string = Powers.encoded value

    /// The labels of a logarithmic axis: powers of ten over two decades and more, 1, 2 and 5 (Plotly's "D2") over one, else
    /// Plotly's choice.
    let private step (axis: FigureAxis) (values: float seq) : IConvertible option =
        if not axis.IsLogarithmic || axis.Ticks.IsSome || Seq.isEmpty values then
            None
        else
            let decades = log10 (Seq.max values / Seq.min values)
            let most = if axis.IsShare then 4.0 else 2.0

            if decades > most then Some(1.0 :> IConvertible)
            elif decades > 0.9 then Some("D2" :> IConvertible)
            else None

    /// `values` are the coordinates that the axis must hold.
    let linearAxis (axis: FigureAxis) (values: float seq) : LinearAxis =
        let kind =
            if axis.IsLogarithmic then
                StyleParam.AxisType.Log
            else
                StyleParam.AxisType.Linear

        let format = if axis.IsShare then Some ".3~%" else None
        let places = axis.Ticks |> Option.map (Seq.map fst)
        let labels = axis.Ticks |> Option.map (Seq.map (snd >> text))

        let drawn =
            LinearAxis.init (
                Title = Title.init (Text = text axis.Title, Standoff = 8, Font = Font.init (Size = 12.0)),
                AxisType = kind,
                ?TickVals = places,
                ?TickText = labels,
                ?TickFormat = format,
                ?DTick = step axis values,
                ExponentFormat = StyleParam.ExponentFormat.Power,
                GridColor = Color.fromString Palette.grid,
                LineColor = Color.fromString Palette.grey,
                ShowLine = true,
                ZeroLine = false,
                Ticks = StyleParam.TickOptions.Outside
            )

        // Plotly.NET has no word for it.
        drawn?automargin <- true
        drawn

    /// The letters of the longest label, where labels are words: numbers have room as they are.
    let private letters (axis: FigureAxis) : int =
        match axis.Ticks with
        | None -> 0
        | Some ticks ->
            match ticks |> Seq.map (snd >> String.length) |> Seq.fold max 0 with
            | longest when longest > 6 -> longest
            | _ -> 0

    /// An axis from left to right: words stand aslant, and end at their places.
    let across (axis: FigureAxis) (values: float seq) : LinearAxis =
        let drawn = linearAxis axis values

        if letters axis > 0 then LinearAxis.style (TickAngle = -45) drawn else drawn

    let private layout (shapes: Shape list) : Layout =
        Layout.init (
            Margin = Margin.init (Left = 66, Right = 16, Top = 22, Bottom = 50),
            Font =
                Font.init (
                    Family = StyleParam.FontFamily.Custom "system-ui, sans-serif",
                    Size = 12.0,
                    Color = Color.fromString Palette.ink
                ),
            PaperBGColor = Color.fromString Palette.paper,
            PlotBGColor = Color.fromString Palette.paper,
            HoverMode = StyleParam.HoverMode.Closest,
            DragMode = StyleParam.DragMode.False,
            Shapes = shapes
        )

    /// Below the horizontal axis and its labels, in shares of the chart's height.
    let private legend (axis: FigureAxis) =
        Legend.init (
            Orientation = StyleParam.Orientation.Horizontal,
            X = 0.0,
            XAnchor = StyleParam.XAnchorPosition.Left,
            Y = -0.24 - 0.014 * float (letters axis),
            YAnchor = StyleParam.YAnchorPosition.Top,
            Font = Font.init (Size = 12.0)
        )

    /// Traces over two axes, with shapes above them. `axis` is the horizontal one.
    let assemble
        (axis: FigureAxis)
        (x: LinearAxis)
        (y: LinearAxis)
        (shapes: Shape list)
        (traces: Trace list)
        : GenericChart =
        let layout =
            layout shapes
            |> Layout.updateLinearAxisById (StyleParam.SubPlotId.XAxis 1, x)
            |> Layout.updateLinearAxisById (StyleParam.SubPlotId.YAxis 1, y)
            |> Layout.updateLegendById (StyleParam.SubPlotId.Legend 1, legend axis)

        GenericChart.ofTraceObjects false traces |> GenericChart.setLayout layout
