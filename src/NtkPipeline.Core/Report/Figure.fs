namespace NtkPipeline.Core

open Plotly.NET
open Plotly.NET.LayoutObjects

/// A chart with its words. The id is its place in the page.
type Figure = { Id: string; Title: string; Caption: string; Chart: GenericChart }

/// Figures as the page holds them.
[<RequireQualifiedAccess>]
module Figure =

    /// The chart as JSON that a script element can hold: no character that could end the element. A synthetic sample is
    /// named in the picture itself, which a reader may save.
    let json (isSynthetic: bool) (figure: Figure) : string =
        if isSynthetic then
            let mark =
                Annotation.init (
                    Text = "synthetic sample",
                    X = 0.0,
                    Y = 1.0,
                    XRef = "paper",
                    YRef = "paper",
                    XAnchor = StyleParam.XAnchorPosition.Left,
                    YAnchor = StyleParam.YAnchorPosition.Bottom,
                    ShowArrow = false,
                    Font = Font.init (Size = 12.0, Color = Color.fromString "#A33B00")
                )

            figure.Chart |> Chart.withAnnotation mark
        else
            figure.Chart
        |> GenericChart.toFigureJson
        |> _.Replace("<", "\\u003c").Replace(">", "\\u003e").Replace("&", "\\u0026")
