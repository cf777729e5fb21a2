namespace NtkPipeline.Core

open System
open System.Globalization
open Plotly.NET

/// How a series shows the spread of its points.
type FigureSpread =
    | NoSpread
    | Band
    | Bars

/// How a line is broken.
[<RequireQualifiedAccess>]
type LineDash =
    | Solid
    | Dashed
    | Dotted
    | DashDotted

/// One named line of a figure.
type FigureSeries = {
    Name: string
    Color: string
    Dash: LineDash
    /// None draws the line alone.
    Symbol: StyleParam.MarkerSymbol option
    HasLine: bool
    /// In pixels.
    Width: float
    /// Whether the legend names it, and what is saved of the figure holds it.
    IsNamed: bool
    Spread: FigureSpread
    Points: CurvePoint[]
}

/// Series as charts are made of them.
[<RequireQualifiedAccess>]
module FigureSeries =

    let create (name: string) (color: string) (points: CurvePoint[]) : FigureSeries = {
        Name = name
        Color = color
        Dash = LineDash.Solid
        Symbol = None
        HasLine = true
        Width = 2.0
        IsNamed = true
        Spread = NoSpread
        Points = points
    }

    /// A horizontal line from `left` to `right`.
    let level
        (name: string)
        (color: string)
        (dash: LineDash)
        (left: float, right: float)
        (y: float)
        : FigureSeries = {
        create name color [| CurvePoint.create left y; CurvePoint.create right y |] with
            Dash = dash
    }

    /// A vertical line from `low` to `high`.
    let upright
        (name: string)
        (color: string)
        (dash: LineDash)
        (x: float)
        (low: float, high: float)
        : FigureSeries = {
        create name color [| CurvePoint.create x low; CurvePoint.create x high |] with
            Dash = dash
    }

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
