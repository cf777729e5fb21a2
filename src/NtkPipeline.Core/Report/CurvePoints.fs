namespace NtkPipeline.Core

/// What a `Curve` reads off networks.
[<RequireQualifiedAccess>]
module CurvePoints =

    let values (axes: Axis list) (run: NetworkRun) : AxisValue list =
        axes |> List.map (fun axis -> axis.Of run.Spec)

    let named (axes: Axis list) (run: NetworkRun) : string =
        axes |> List.map (fun axis -> axis.Show(axis.Of run.Spec)) |> String.concat ", "

    let place (axis: Axis) (run: NetworkRun) : float =
        match axis.Of run.Spec with
        | AxisValue.Number x -> x
        | AxisValue.Words words ->
            invalidArg (nameof axis) $"a chart cannot be drawn along %s{axis.Key}: %s{words}"

    let private read (ordinate: Ordinate) (run: NetworkRun) =
        match ordinate.Moment with
        | Moment.End -> Quantity.ofRun ordinate.Quantity run
        | Moment.Start ->
            if run.Diverged.IsSome then
                None
            else
                run.Epochs |> Array.tryHead |> Option.bind (Quantity.atEpoch ordinate.Quantity)

    /// What an ordinate's mean over seeds is at each place of the abscissa.
    let along (curve: Curve) (ordinate: Ordinate) (runs: NetworkRun[]) : CurvePoint[] =
        match curve.Against with
        | Abscissa.Epoch ->
            runs
            |> Array.filter _.Diverged.IsNone
            |> WidthSeries.byEpoch
                (FigureAxis.ofQuantity ordinate.Quantity).IsLogarithmic
                (Quantity.atEpoch ordinate.Quantity)
            |> FigureSeries.thin 120
        | Abscissa.Along axis ->
            runs
            |> Array.groupBy (place axis)
            |> Array.sortBy fst
            |> Array.choose (fun (x, runs) ->
                match runs |> Array.choose (read ordinate) |> Array.filter System.Double.IsFinite with
                | [||] -> None
                | values -> Some(CurvePoint.ofValues false x values))
