namespace NtkPipeline.Core

open DynamicObj
open Plotly.NET
open Plotly.NET.TraceObjects

/// Draws a `PointChart`.
[<RequireQualifiedAccess>]
module ChartFigures =

    /// Theory's first line is dashed and in ink; those that share a chart with it differ in dash and shade, so that none is taken for
    /// another.
    let private theory (k: int) (line: ChartLine) : FigureSeries = {
        FigureSeries.create line.Name (if k % 2 = 0 then Palette.ink else Palette.grey) line.Points with
            Dash = if k % 4 < 2 then LineDash.Dashed else LineDash.DashDotted
            Spread = Band
    }

    /// References in ink and grey; all else in colours that are easily told apart, in the order of their first appearance.
    let private series (lines: ChartLine list) : FigureSeries list =
        let named isOne =
            lines |> List.filter (fun line -> isOne line.Mark) |> List.map _.Name |> List.distinct

        let coloured = named (fun mark -> mark <> ChartMark.Theory && mark <> ChartMark.Guide)
        let ofTheory = named ((=) ChartMark.Theory)

        let place names (line: ChartLine) =
            names |> List.tryFindIndex ((=) line.Name) |> Option.defaultValue 0

        lines
        |> List.map (fun line ->
            let k = place coloured line
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
            | ChartMark.Theory -> theory (place ofTheory line) line
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

    /// Where the cells of a map begin and end: half way between neighbouring places, on a logarithmic axis by ratio. Plotly's own half ways
    /// are by difference there too, and the first cell would begin below 0, which such an axis does not have.
    let private edges (axis: FigureAxis) (places: float[]) : float[] =
        let into (x: float) = if axis.IsLogarithmic then log x else x
        let back (x: float) = if axis.IsLogarithmic then exp x else x
        let places = Array.map into places
        let inner = Array.pairwise places |> Array.map (fun (a, b) -> 0.5 * (a + b))

        let first, last =
            if inner.Length = 0 then
                places[0] - 0.5, places[0] + 0.5
            else
                2.0 * places[0] - inner[0], 2.0 * Array.last places - Array.last inner

        Array.concat [ [| first |]; inner; [| last |] ] |> Array.map back

    let private heat (horizontal: FigureAxis) (vertical: FigureAxis) (map: ChartMap) : Trace =
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
                    X = edges horizontal map.Columns,
                    Y = edges vertical map.Rows,
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
                    HoverTemplate = "%{text}<extra></extra>"
                )
            )

        // Plotly takes null for a place without a value, and words for each place.
        trace?z <- (map.Values |> Array.map (Array.map shown))
        // Places are told in words, and kept for the data: x and y are the cells' edges.
        let place row column =
            $"%s{NumberText.number map.Columns[column]}, %s{NumberText.number map.Rows[row]}"

        let told =
            map.Values
            |> Array.mapi (fun row ->
                Array.mapi (fun column value -> $"%s{place row column}: %s{text value}"))

        trace?text <- told
        trace?meta <- {| x = map.Columns; y = map.Rows |}
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
            heat chart.Horizontal chart.Vertical map
            :: Plot.tracesOf chart.Horizontal chart.Vertical (List.collect edged (series lines))
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
