namespace NtkPipeline.Core

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

[<RequireQualifiedAccess>]
module FigureAxis =

    let linear (title: string) : FigureAxis = {
        Title = title
        IsLogarithmic = false
        IsShare = false
        Ticks = None
    }

    let logarithmic (title: string) : FigureAxis = { linear title with IsLogarithmic = true }

    /// Values are shares, labels percentages.
    let share (title: string) : FigureAxis = { linear title with IsShare = true }

    let logarithmicShare (title: string) : FigureAxis = { logarithmic title with IsShare = true }
