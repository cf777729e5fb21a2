namespace NtkPipeline.Core

/// A power law q ∝ m^slope, fitted over widths ≥ 128 by least squares on logarithms, with a 95% band over seeds.
type Slope = {
    Quantity: Quantity
    /// The networks that it goes through, but for their width and seed (`RunSpec.series`).
    Spec: RunSpec
    Slope: float
    Lower: float
    Upper: float
    Widths: int[]
}

[<RequireQualifiedAccess>]
module Slope =

    /// Those whose decline with the width is asked for.
    let quantities: Quantity list = [
        Quantity.DeltaTheta
        Quantity.InitKernelError
        Quantity.GapToKernel
        Quantity.GapToLinearised
    ]

    /// Narrower networks bend the line, and are left out of power laws.
    let narrowest = 128

    /// The power laws of runs that differ in width and seed alone.
    let ofRuns (spec: RunSpec) (runs: NetworkRun[]) : Slope[] =
        let wide = runs |> Array.filter (fun run -> Group.isSound run && run.Spec.Width >= narrowest)

        quantities
        |> List.choose (fun quantity ->
            let points =
                wide
                |> Array.choose (fun run ->
                    Quantity.ofRun quantity run |> Option.map (fun q -> float run.Spec.Width, q))

            PowerLaw.fit points
            |> Option.map (fun fit -> {
                Quantity = quantity
                Spec = spec
                Slope = fit.Slope
                Lower = fit.Lower
                Upper = fit.Upper
                Widths = points |> Array.map (fst >> int) |> Array.distinct
            }))
        |> Array.ofList

    /// The power law of a quantity along any axis of numbers, over runs at or beyond a place, and how many runs it goes through.
    let along (axis: Axis) (quantity: Quantity) (from: float) (runs: NetworkRun[]) : int * PowerFit option =
        let points =
            runs
            |> Array.choose (fun run ->
                match axis.Of run.Spec, Quantity.ofRun quantity run with
                | AxisValue.Number place, Some value when place >= from -> Some(place, value)
                | _, _ -> None)

        points.Length, PowerLaw.fit points
