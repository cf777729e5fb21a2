namespace NtkPipeline.Core

open Plotly.NET
open Plotly.NET.LayoutObjects
open Plotly.NET.TraceObjects

/// A matrix as a picture, made by Plotly.NET.
[<RequireQualifiedAccess>]
module HeatMap =

    /// A square picture of a matrix, first row on top. `border` is where the first kind of rows ends and the second begins.
    let draw
        (scale: string)
        (first: string, second: string)
        (border: int)
        (size: int)
        (values: float[])
        : GenericChart =
        let rows =
            Array.init size (fun i -> Array.init size (fun j -> FigureSeries.round 4 values[i * size + j]))

        let ticks =
            [| float border / 2.0 - 0.5, first; float (border + size) / 2.0 - 0.5, second |]
            |> Array.filter (fun (place, _) -> place > -0.5 && place < float size - 0.5)

        let side = {
            FigureAxis.linear "training rows, in blocks, sorted by target" with
                Ticks = Some ticks
        }

        let edge x0 y0 x1 y1 =
            Shape.init (
                ShapeType = StyleParam.ShapeType.Line,
                X0 = x0,
                Y0 = y0,
                X1 = x1,
                Y1 = y1,
                Line = Line.init (Color = Color.fromString Palette.paper, Width = 1.5)
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
                            Title = Title.init (Text = PlotLayout.text scale, Side = StyleParam.Side.Right),
                            Thickness = 14.0
                        ),
                    HoverTemplate = "blocks %{y} and %{x}: %{z:.4~g}<extra></extra>"
                )
            )

        let across =
            PlotLayout.linearAxis side [] |> LinearAxis.style (Constrain = StyleParam.AxisConstraint.Domain)

        let down =
            PlotLayout.linearAxis { side with Title = "" } []
            |> LinearAxis.style (
                Constrain = StyleParam.AxisConstraint.Domain,
                AutoRange = StyleParam.AutoRange.Reversed,
                ScaleAnchor = StyleParam.ScaleAnchor.X 1,
                TickAngle = -90
            )

        PlotLayout.assemble side across down edges [ picture ]
