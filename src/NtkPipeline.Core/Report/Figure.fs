namespace NtkPipeline.Core

open System
open System.Globalization
open System.Net
open Plotly.NET
open Plotly.NET.LayoutObjects
open Plotly.NET.TraceObjects

/// What a figure's axis says and how it is divided.
type FigureAxis = {
    /// The quantity with its unit.
    Title: string
    IsLogarithmic: bool
    /// Shares are shown in percent.
    IsShare: bool
    /// Places that carry a label; none leaves them to Plotly.
    Ticks: (float * string)[] option
}

/// How a series shows the spread of its points.
type FigureSpread =
    | NoSpread
    | Band
    | Bars

/// One named line of a figure.
type FigureSeries = {
    Name: string
    Color: string
    /// "solid", "dash", "dot", "dashdot".
    Dash: string
    /// A Plotly marker; none draws the line alone.
    Symbol: string option
    HasLine: bool
    Spread: FigureSpread
    Points: CurvePoint[]
}

/// A chart with its words. The id is its place in the page.
type Figure = { Id: string; Title: string; Caption: string; Chart: GenericChart }

/// Charts in the report's one style, made by Plotly.NET. Coordinates that cannot be drawn (not finite, or not positive on
/// a logarithmic axis) are left out; numbers carry six significant digits.
[<RequireQualifiedAccess>]
module Figure =

    let axis (title: string) : FigureAxis = {
        Title = title
        IsLogarithmic = false
        IsShare = false
        Ticks = None
    }

    let logarithmic (title: string) : FigureAxis = { axis title with IsLogarithmic = true }

    let series (name: string) (color: string) (points: CurvePoint[]) : FigureSeries = {
        Name = name
        Color = color
        Dash = "solid"
        Symbol = None
        HasLine = true
        Spread = NoSpread
        Points = points
    }

    let point (x: float) (y: float) : CurvePoint = { X = x; Y = y; Low = y; High = y }

    /// A horizontal line from `left` to `right`.
    let level
        (name: string)
        (color: string)
        (dash: string)
        (left: float, right: float)
        (y: float)
        : FigureSeries =
        { series name color [| point left y; point right y |] with Dash = dash }

    /// A vertical line from `low` to `high`.
    let upright
        (name: string)
        (color: string)
        (dash: string)
        (x: float)
        (low: float, high: float)
        : FigureSeries =
        { series name color [| point x low; point x high |] with Dash = dash }

    /// At most `most` of the points, evenly by place, first and last among them.
    let thin (most: int) (points: 'a[]) : 'a[] =
        if points.Length <= most then
            points
        else
            Array.init most (fun k ->
                points[int (Math.Round(float k * float (points.Length - 1) / float (most - 1)))])

    let round (digits: int) (x: float) : float =
        Double.Parse(
            x.ToString($"G%d{digits}", CultureInfo.InvariantCulture),
            NumberStyles.Float,
            CultureInfo.InvariantCulture
        )

    /// Plotly reads its texts as HTML.
    let private text (value: string) = WebUtility.HtmlEncode value |> string

    let private dash =
        function
        | "dash" -> StyleParam.DrawingStyle.Dash
        | "dot" -> StyleParam.DrawingStyle.Dot
        | "dashdot" -> StyleParam.DrawingStyle.DashDot
        | _ -> StyleParam.DrawingStyle.Solid

    let private symbol =
        function
        | "square" -> StyleParam.MarkerSymbol.Square
        | "diamond" -> StyleParam.MarkerSymbol.Diamond
        | "triangle-up" -> StyleParam.MarkerSymbol.TriangleUp
        | "cross" -> StyleParam.MarkerSymbol.Cross
        | "star" -> StyleParam.MarkerSymbol.Star
        | _ -> StyleParam.MarkerSymbol.Circle

    let private isDrawable (x: FigureAxis) (y: FigureAxis) (point: CurvePoint) =
        Double.IsFinite point.X
        && Double.IsFinite point.Y
        && (not x.IsLogarithmic || point.X > 0.0)
        && (not y.IsLogarithmic || point.Y > 0.0)

    /// Low and high ends that can be drawn too.
    let private trim (y: FigureAxis) (point: CurvePoint) =
        let floor = if y.IsLogarithmic then point.Y * 0.05 else Double.MinValue

        { point with
            Low = (if Double.IsFinite point.Low then max floor point.Low else point.Y)
            High = (if Double.IsFinite point.High then point.High else point.Y)
        }

    let private rounded (pick: CurvePoint -> float) (points: CurvePoint[]) = points |> Array.map (pick >> round 6)

    /// The area between the low and the high ends, as one polygon.
    let private band (series: FigureSeries) (points: CurvePoint[]) : Trace =
        let back = Array.rev points

        Trace2D.initScatter (
            Trace2DStyle.Scatter(
                Name = text series.Name,
                ShowLegend = false,
                LegendGroup = text series.Name,
                X = Array.append (rounded _.X points) (rounded _.X back),
                Y = Array.append (rounded _.High points) (rounded _.Low back),
                Mode = StyleParam.Mode.Lines,
                Line = Line.init (Width = 0.0),
                Fill = StyleParam.Fill.ToSelf,
                FillColor = Color.fromString (Palette.translucent 0.15 series.Color),
                HoverInfo = StyleParam.HoverInfo.Skip
            )
        )

    let private line (y: FigureAxis) (series: FigureSeries) (points: CurvePoint[]) : Trace =
        let mode =
            match series.HasLine, series.Symbol with
            | true, None -> StyleParam.Mode.Lines
            | true, Some _ -> StyleParam.Mode.Lines_Markers
            | false, _ -> StyleParam.Mode.Markers

        let error =
            if series.Spread = Bars && points |> Array.exists (fun point -> point.High > point.Y) then
                Some(
                    Error.init (
                        Type = StyleParam.ErrorType.Data,
                        Symmetric = false,
                        Array = rounded (fun point -> point.High - point.Y) points,
                        Arrayminus = rounded (fun point -> point.Y - point.Low) points,
                        Thickness = 1.2,
                        Width = 4.0
                    )
                )
            else
                None

        let value = if y.IsShare then "%{y:.3~%}" else "%{y:.4~g}"

        Trace2D.initScatter (
            Trace2DStyle.Scatter(
                Name = text series.Name,
                LegendGroup = text series.Name,
                X = rounded _.X points,
                Y = rounded _.Y points,
                Mode = mode,
                Line =
                    Line.init (Color = Color.fromString series.Color, Width = 2.0, Dash = dash series.Dash),
                Marker =
                    Marker.init (
                        Color = Color.fromString series.Color,
                        Size = 7,
                        Symbol = symbol (Option.defaultValue "circle" series.Symbol)
                    ),
                ?YError = error,
                HoverTemplate = $"at %%{{x:.4~g}}: %s{value}"
            )
        )

    let private linearAxis (axis: FigureAxis) : LinearAxis =
        let kind =
            if axis.IsLogarithmic then StyleParam.AxisType.Log else StyleParam.AxisType.Linear

        let format = if axis.IsShare then Some ".3~%" else None
        let values = axis.Ticks |> Option.map (Seq.map fst)
        let labels = axis.Ticks |> Option.map (Seq.map (snd >> text))

        LinearAxis.init (
            Title = Title.init (Text = text axis.Title, Standoff = 8),
            AxisType = kind,
            ?TickVals = values,
            ?TickText = labels,
            ?TickFormat = format,
            ExponentFormat = StyleParam.ExponentFormat.Power,
            GridColor = Color.fromString "#eeeeee",
            LineColor = Color.fromString Palette.grey,
            ShowLine = true,
            ZeroLine = false,
            Ticks = StyleParam.TickOptions.Outside
        )

    let private layout (shapes: Shape list) : Layout =
        Layout.init (
            Margin = Margin.init (Left = 66, Right = 16, Top = 22, Bottom = 50),
            Font =
                Font.init (
                    Family = StyleParam.FontFamily.Custom "system-ui, sans-serif",
                    Size = 13.0,
                    Color = Color.fromString Palette.ink
                ),
            PaperBGColor = Color.fromString "#ffffff",
            PlotBGColor = Color.fromString "#ffffff",
            HoverMode = StyleParam.HoverMode.Closest,
            DragMode = StyleParam.DragMode.False,
            Shapes = shapes
        )

    let private legend =
        Legend.init (
            Orientation = StyleParam.Orientation.Horizontal,
            X = 0.0,
            XAnchor = StyleParam.XAnchorPosition.Left,
            Y = -0.24,
            YAnchor = StyleParam.YAnchorPosition.Top
        )

    let private assemble (x: LinearAxis) (y: LinearAxis) (shapes: Shape list) (traces: Trace list) : GenericChart =
        let layout =
            layout shapes
            |> Layout.updateLinearAxisById (StyleParam.SubPlotId.XAxis 1, x)
            |> Layout.updateLinearAxisById (StyleParam.SubPlotId.YAxis 1, y)
            |> Layout.updateLegendById (StyleParam.SubPlotId.Legend 1, legend)

        GenericChart.ofTraceObjects false traces |> GenericChart.setLayout layout

    /// Lines over two axes, in the order of their drawing. A series without a drawable point is left out.
    let lines (x: FigureAxis) (y: FigureAxis) (series: FigureSeries list) : GenericChart =
        let drawable =
            series
            |> List.map (fun series ->
                series, series.Points |> Array.filter (isDrawable x y) |> Array.map (trim y))
            |> List.filter (fun (_, points) -> points.Length > 0)

        [
            for series, points in drawable do
                if series.Spread = Band && points |> Array.exists (fun point -> point.High > point.Low) then
                    band series points
            for series, points in drawable do
                line y series points
        ]
        |> assemble (linearAxis x) (linearAxis y) []

    /// A square picture of a matrix, first row on top. `border` is where the first kind of rows ends and the second begins.
    let heatMap (scale: string) (first: string, second: string) (border: int) (size: int) (values: float[]) : GenericChart =
        let rows =
            Array.init size (fun i -> Array.init size (fun j -> round 4 values[i * size + j]))

        let ticks =
            [|
                float border / 2.0 - 0.5, first
                float (border + size) / 2.0 - 0.5, second
            |]
            |> Array.filter (fun (place, _) -> place > -0.5 && place < float size - 0.5)

        let side = {
            axis "training rows, in blocks, sorted by target" with
                Ticks = Some ticks
        }

        let edge x0 y0 x1 y1 =
            Shape.init (
                ShapeType = StyleParam.ShapeType.Line,
                X0 = x0,
                Y0 = y0,
                X1 = x1,
                Y1 = y1,
                Line = Line.init (Color = Color.fromString "#ffffff", Width = 1.5)
            )

        let low, high, at = -0.5, float size - 0.5, float border - 0.5

        let edges =
            if border > 0 && border < size then
                [ edge at low at high; edge low at high at ]
            else
                []

        let picture =
            Trace2D.initHeatmap (
                Trace2DStyle.Heatmap(
                    Z = rows,
                    ColorScale = StyleParam.Colorscale.Viridis,
                    ColorBar =
                        ColorBar.init (
                            Title = Title.init (Text = text scale, Side = StyleParam.Side.Right),
                            Thickness = 14.0
                        ),
                    HoverTemplate = "blocks %{y} and %{x}: %{z:.4~g}<extra></extra>"
                )
            )

        let across =
            linearAxis side |> LinearAxis.style (Constrain = StyleParam.AxisConstraint.Domain)

        let down =
            linearAxis { side with Title = "" }
            |> LinearAxis.style (
                Constrain = StyleParam.AxisConstraint.Domain,
                AutoRange = StyleParam.AutoRange.Reversed,
                ScaleAnchor = StyleParam.ScaleAnchor.X 1,
                TickAngle = -90
            )

        assemble across down edges [ picture ]

    /// The chart as JSON that a script element can hold: no character that could end the element. A synthetic sample is
    /// named in the picture itself, which a reader may save.
    let json (isSynthetic: bool) (figure: Figure) : string =
        if isSynthetic then
            let mark =
                Annotation.init (
                    Text = "synthetic sample",
                    X = 1.0,
                    Y = 1.0,
                    XRef = "paper",
                    YRef = "paper",
                    XAnchor = StyleParam.XAnchorPosition.Right,
                    YAnchor = StyleParam.YAnchorPosition.Bottom,
                    ShowArrow = false,
                    Font = Font.init (Size = 12.0, Color = Color.fromString "#A33B00")
                )

            figure.Chart |> Chart.withAnnotation mark
        else
            figure.Chart
        |> GenericChart.toFigureJson
        |> _.Replace("<", "\\u003c").Replace(">", "\\u003e").Replace("&", "\\u0026")
