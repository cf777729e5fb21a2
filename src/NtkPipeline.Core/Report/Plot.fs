namespace NtkPipeline.Core

open System
open Plotly.NET
open Plotly.NET.LayoutObjects
open Plotly.NET.TraceObjects

/// Line charts, made by Plotly.NET. Coordinates that cannot be drawn (not finite, or not positive on a logarithmic axis)
/// are left out; numbers carry six significant digits.
[<RequireQualifiedAccess>]
module Plot =

    let private dash =
        function
        | LineDash.Solid -> StyleParam.DrawingStyle.Solid
        | LineDash.Dashed -> StyleParam.DrawingStyle.Dash
        | LineDash.Dotted -> StyleParam.DrawingStyle.Dot
        | LineDash.DashDotted -> StyleParam.DrawingStyle.DashDot

    let private isDrawable (x: FigureAxis) (y: FigureAxis) (point: CurvePoint) =
        Double.IsFinite point.X
        && Double.IsFinite point.Y
        && (not x.IsLogarithmic || point.X > 0.0)
        && (not y.IsLogarithmic || point.Y > 0.0)

    /// Low and high ends that can be drawn too.
    let private trim (y: FigureAxis) (point: CurvePoint) =
        let floor = if y.IsLogarithmic then point.Y * 0.05 else Double.MinValue

        {
            point with
                Low = (if Double.IsFinite point.Low then max floor point.Low else point.Y)
                High = (if Double.IsFinite point.High then point.High else point.Y)
        }

    let private rounded (pick: CurvePoint -> float) (points: CurvePoint[]) =
        points |> Array.map (pick >> FigureSeries.round 6)

    /// The area between the low and the high ends, as one polygon.
    let private band (series: FigureSeries) (points: CurvePoint[]) : Trace =
        let back = Array.rev points

        Trace2D.initScatter (
            Trace2DStyle.Scatter(
                Name = PlotLayout.text series.Name,
                ShowLegend = false,
                LegendGroup = PlotLayout.text series.Name,
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
                Name = PlotLayout.text series.Name,
                LegendGroup = PlotLayout.text series.Name,
                ?ShowLegend = (if series.IsNamed then None else Some false),
                X = rounded _.X points,
                Y = rounded _.Y points,
                Mode = mode,
                Line =
                    Line.init (
                        Color = Color.fromString series.Color,
                        Width = series.Width,
                        Dash = dash series.Dash
                    ),
                Marker =
                    Marker.init (
                        Color = Color.fromString series.Color,
                        Size = 7,
                        Symbol = Option.defaultValue StyleParam.MarkerSymbol.Circle series.Symbol
                    ),
                ?YError = error,
                HoverTemplate = $"at %%{{x:.4~g}}: %s{value}"
            )
        )

    let private drawable (x: FigureAxis) (y: FigureAxis) (series: FigureSeries list) =
        let drawn =
            series
            |> List.map (fun series ->
                series, series.Points |> Array.filter (isDrawable x y) |> Array.map (trim y))
            |> List.filter (fun (_, points) -> points.Length > 0)

        List.zip (drawn |> List.map fst |> SeriesLooks.distinct) (List.map snd drawn)

    let private traces (y: FigureAxis) (drawable: (FigureSeries * CurvePoint[]) list) : Trace list = [
        for series, points in drawable do
            if series.Spread = Band && points |> Array.exists (fun point -> point.High > point.Low) then
                band series points
        for series, points in drawable do
            line y series points
    ]

    let private assemble (x: FigureAxis) (y: FigureAxis) (points: CurvePoint seq) =
        PlotLayout.assemble
            x
            (PlotLayout.across x (Seq.map _.X points))
            (PlotLayout.linearAxis y (Seq.map _.Y points))
            []

    /// Lines over two axes, in the order of their drawing, no two of which look alike (`SeriesLooks`). A series without a drawable point
    /// is left out.
    let lines (x: FigureAxis) (y: FigureAxis) (series: FigureSeries list) : GenericChart =
        let drawable = drawable x y series
        traces y drawable |> assemble x y (Seq.collect snd drawable)

    /// The traces of lines alone, for a chart that holds more than lines.
    let tracesOf (x: FigureAxis) (y: FigureAxis) (series: FigureSeries list) : Trace list =
        traces y (drawable x y series)

    /// Lines that never change, and lines of which a slider shows one set at a time, each under its label.
    let frames
        (x: FigureAxis)
        (y: FigureAxis)
        (still: FigureSeries list)
        (frames: (string * FigureSeries list) list)
        : GenericChart =
        let looks = still @ List.collect snd frames |> SeriesLooks.distinct
        let drawable series = series |> SeriesLooks.like looks |> drawable x y
        let still, moving = drawable still, frames |> List.map (snd >> drawable)
        let stillTraces, movingTraces = traces y still, moving |> List.map (traces y)

        let visible shown = [|
            for _ in stillTraces -> true
            for k, frame in List.indexed movingTraces do
                for _ in frame -> (k = shown)
        |]

        let step shown (label: string, _) =
            SliderStep.init (
                Args = [ "visible", visible shown ],
                Method = StyleParam.Method.Restyle,
                Label = PlotLayout.text label
            )

        for k, frame in List.indexed movingTraces do
            for trace in frame do
                trace?visible <- (k = 0)

        stillTraces @ List.concat movingTraces
        |> assemble x y (Seq.collect snd (still @ List.concat moving))
        |> Chart.withSlider (
            Slider.init (
                Steps = List.mapi step frames,
                Padding = Padding.init (T = 120),
                Active = 0,
                BgColor = Color.fromString Palette.grid,
                ActiveBgColor = Color.fromString Palette.grey,
                BorderColor = Color.fromString Palette.grey,
                TickColor = Color.fromString Palette.grey
            )
        )
