namespace NtkPipeline.Core

/// When a quantity is read off a run.
[<RequireQualifiedAccess>]
type Moment =
    | Start
    | End

/// What a chart's vertical axis shows; several in one chart are of one kind, and each has a name of its own.
type Ordinate = { Name: string; Quantity: Quantity; Moment: Moment }

[<RequireQualifiedAccess>]
type Abscissa =
    /// Through training, from 0.
    | Epoch
    /// After it, along an axis of numbers.
    | Along of Axis

/// A horizontal line: "kernel, tuned ridge" at its accuracy.
type Level = { Name: string; At: float }

/// A chart as data: drawn from whatever networks a chapter gives it. Runs that agree in all that is named below are averaged.
[<NoEquality; NoComparison>]
type Curve = {
    Id: string
    Title: string
    Caption: string
    Ordinates: Ordinate list
    /// Drawn once, over all lines, dashed: what all networks have in common.
    Shared: Ordinate list
    Against: Abscissa
    /// Each combination of their values has a line.
    Lines: Axis list
    /// Each combination of their values has a chart.
    Panels: Axis list
    Levels: Level list
    /// Whether a power law is fitted to each line and drawn, dotted.
    IsFitted: bool
    /// A line of fewer places is left out, and a chart without a line.
    LeastPlaces: int
    /// What the chart's own runs show, in sentences that go behind the caption; nothing where they show nothing.
    Seen: NetworkRun[] -> string
}

[<RequireQualifiedAccess>]
module Curve =

    let ordinate (quantity: Quantity) : Ordinate = { Name = ""; Quantity = quantity; Moment = Moment.End }

    /// One quantity in one chart.
    let create
        (id: string)
        (title: string)
        (caption: string)
        (quantity: Quantity)
        (against: Abscissa)
        (lines: Axis list)
        : Curve = {
        Id = id
        Title = title
        Caption = caption
        Ordinates = [ ordinate quantity ]
        Shared = []
        Against = against
        Lines = lines
        Panels = []
        Levels = []
        IsFitted = false
        LeastPlaces = 1
        Seen = fun _ -> ""
    }

    /// A quantity at the start and at the end of training.
    let beforeAndAfter (quantity: Quantity) : Ordinate list = [
        { Name = "before"; Quantity = quantity; Moment = Moment.Start }
        { Name = "after"; Quantity = quantity; Moment = Moment.End }
    ]
