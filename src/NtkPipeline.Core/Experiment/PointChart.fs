namespace NtkPipeline.Core

/// How a line of a chart is drawn.
[<RequireQualifiedAccess>]
type ChartMark =
    /// A line through its places, which are marked.
    | Measured
    /// A line alone, with its spread as a band.
    | Followed
    /// The places alone.
    | Points
    /// A dashed line: what theory says, or a reference.
    | Theory
    /// A dotted grey line: a threshold, a guide to the eye.
    | Guide

/// One named line over plain points.
type ChartLine = { Name: string; Mark: ChartMark; Points: CurvePoint[] }

/// Values over a grid of places, as a picture: `Values[row][column]`, none where there is none.
type ChartMap = {
    Columns: float[]
    Rows: float[]
    Values: float option[][]
    /// What the colours say.
    Label: string
    /// Colours by the logarithm of the values, which are above 0 then.
    IsLogarithmic: bool
    IsShare: bool
}

[<RequireQualifiedAccess>]
type Drawing =
    | Lines of ChartLine list
    /// A heat map with lines over it.
    | Map of ChartMap * ChartLine list
    /// Lines that never change, and lines of which a slider shows one set at a time, each under a label: "epoch 5".
    | Frames of still: ChartLine list * frames: (string * ChartLine list) list

/// A chart of plain points as data: for what no `Curve` over networks says.
type PointChart = {
    Id: string
    Title: string
    Caption: string
    Horizontal: FigureAxis
    Vertical: FigureAxis
    Drawing: Drawing
}

[<RequireQualifiedAccess>]
module PointChart =

    let line (name: string) (mark: ChartMark) (points: (float * float) seq) : ChartLine = {
        Name = name
        Mark = mark
        Points = [| for x, y in points -> CurvePoint.create x y |]
    }

    /// A horizontal line across a chart's places.
    let level (name: string) (from: float, upTo: float) (y: float) : ChartLine =
        line name ChartMark.Guide [ from, y; upTo, y ]
