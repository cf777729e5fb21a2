namespace NtkPipeline.Core

open DynamicObj
open Plotly.NET
open Plotly.NET.TraceObjects

/// Draws a `PointChart`.
[<RequireQualifiedAccess>]
module ChartFigures =

    /// References in ink and grey; all else in colours that are easily told apart, in the order of their first appearance.
    let private series (lines: ChartLine list) : FigureSeries list =
        let coloured =
            lines
            |> List.filter (fun line -> line.Mark <> ChartMark.Theory && line.Mark <> ChartMark.Guide)
            |> List.map _.Name
            |> List.distinct

        lines
        |> List.map (fun line ->
            let k = coloured |> List.tryFindIndex ((=) line.Name) |> Option.defaultValue 0
            let plain colour = FigureSeries.create line.Name colour line.Points

            match line.Mark with
            | ChartMark.Measured -> {
                plain (Palette.category k) with
                    Symbol = Some(Palette.symbol k)
                    Spread = Bars
              }
            | ChartMark.Followed -> { plain (Palette.category k) with Spread = Band }
            | ChartMark.Points -> {
                plain (Palette.category k) with
                    Symbol = Some(Palette.symbol k)
                    HasLine = false
                    Spread = Bars
              }
            | ChartMark.Theory -> { plain Palette.ink with Dash = LineDash.Dashed; Spread = Band }
            | ChartMark.Guide -> { plain Palette.grey with Dash = LineDash.Dotted })

    /// A line that stands out from any colour of a map: over a wider one in the colour of the page.
    let private edged (series: FigureSeries) : FigureSeries list = [
        if series.HasLine then
            {
                series with
                    Color = Palette.paper
                    Width = series.Width + 3.0
                    IsNamed = false
                    Symbol = None
                    Spread = NoSpread
            }
        series
    ]

    let private heat (map: ChartMap) : Trace =
        let shown (value: float option) : obj | null =
            match value with
            | Some value when map.IsLogarithmic -> FigureSeries.round 4 (log10 value) |> box
            | Some value -> FigureSeries.round 4 value |> box
            | None -> null

        let text value =
            match value with
            | None -> "none"
            | Some value when map.IsShare -> NumberText.percent value
            | Some value -> NumberText.number value

        let trace =
            Trace2D.initHeatmap (
                Trace2DStyle.Heatmap(
                    X = map.Columns,
                    Y = map.Rows,
                    ColorScale = StyleParam.Colorscale.Viridis,
                    ColorBar =
                        ColorBar.init (
                            Title =
                                Title.init (
                                    Text =
                                        PlotLayout.text (
                                            if map.IsLogarithmic then $"log₁₀ %s{map.Label}" else map.Label
                                        ),
                                    Side = StyleParam.Side.Right
                                ),
                            Thickness = 14.0
                        ),
                    HoverTemplate = "%{x:.4~g}, %{y:.4~g}: %{text}<extra></extra>"
                )
            )

        // Plotly takes null for a place without a value, and words for each place.
        trace?z <- (map.Values |> Array.map (Array.map shown))
        trace?text <- (map.Values |> Array.map (Array.map text))
        trace

    let private draw (chart: PointChart) : GenericChart =
        match chart.Drawing with
        | Drawing.Lines lines -> Plot.lines chart.Horizontal chart.Vertical (series lines)
        | Drawing.Frames(still, frames) ->
            let all = still @ List.collect snd frames |> List.distinctBy _.Name |> series

            let styled lines =
                lines
                |> List.map (fun (line: ChartLine) -> {
                    (all |> List.find (fun one -> one.Name = line.Name)) with
                        Points = line.Points
                })

            Plot.frames
                chart.Horizontal
                chart.Vertical
                (styled still)
                (frames |> List.map (fun (label, lines) -> label, styled lines))
        | Drawing.Map(map, lines) ->
            heat map :: Plot.tracesOf chart.Horizontal chart.Vertical (List.collect edged (series lines))
            |> PlotLayout.assemble
                chart.Horizontal
                (PlotLayout.across chart.Horizontal map.Columns)
                (PlotLayout.linearAxis chart.Vertical map.Rows)
                []

    let figure (chart: PointChart) : NtkPipeline.Core.Figure = {
        Id = chart.Id
        Title = chart.Title
        Caption = chart.Caption
        Chart = draw chart
    }
