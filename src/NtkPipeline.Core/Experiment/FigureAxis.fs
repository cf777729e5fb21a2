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

    /// The vertical axis of a quantity, with its unit.
    let ofQuantity (quantity: Quantity) : FigureAxis =
        match quantity with
        | Quantity.Accuracy
        | Quantity.KernelAccuracy
        | Quantity.LinearisedAccuracy
        | Quantity.TrainAccuracy -> share "accuracy (% of rows)"
        | Quantity.F1 -> linear "F1 (0 to 1)"
        | Quantity.Auc -> linear "AUC (0 to 1)"
        | Quantity.TrainLoss -> logarithmic "loss (½ mean squared error)"
        | Quantity.DeltaTheta -> logarithmicShare "ΔΘ (% of ‖Θ̂₀‖)"
        | Quantity.InitKernelError -> logarithmicShare "‖Θ̂₀ − Θ‖ (% of ‖Θ‖)"
        | Quantity.GapToKernel
        | Quantity.GapToLinearised -> logarithmic "rms gap (output units)"
        | Quantity.WeightMovement _ -> logarithmicShare "movement (% of ‖W₀‖)"
        | Quantity.FeatureMovement _ -> logarithmicShare "movement (% of ‖h₀‖)"
        | Quantity.FlippedGates -> share "flipped gates (% of all pairs)"
        | Quantity.AlignmentWithTargets
        | Quantity.AlignmentWithInitial
        | Quantity.LayerAlignment _ -> linear "alignment (0 to 1)"
        | Quantity.EffectiveRank -> linear "effective rank (directions)"
