namespace NtkPipeline.Core

/// Networks of one scaling and width, those that ended.
type ScalingPlace = {
    Width: int
    OutputScale: float
    Rate: float
    /// ‖h_T − h₀‖/‖h₀‖ of the first hidden layer on the probe rows, a seed each; and the means of training loss and validation accuracy.
    Movements: float[]
    Loss: float option
    Accuracy: float option
    /// Mean validation accuracy of those that reached the epoch that fitted rows chose; none where none was chosen or none did.
    Stopped: float option
    Diverged: int
}

/// How features move as networks of one scaling widen.
type ScalingLine = {
    Layers: int
    Scaling: WidthScaling
    Places: ScalingPlace[]
    /// Movement ∝ m^slope.
    Fit: PowerFit option
}

[<RequireQualifiedAccess>]
module RegimeScalings =

    let private place (spec: RunSpec) (stopped: NetworkRun list) (runs: NetworkRun[]) : ScalingPlace =
        let seeds = runs |> Array.filter (fun run -> RunSpec.group run.Spec = spec)
        let sound = seeds |> Array.filter Group.isSound
        let mean pick = sound |> Array.map (Group.last >> pick) |> Aggregate.ofValues |> Option.map _.Mean

        {
            Width = spec.Width
            OutputScale = spec.Architecture.OutputScale
            Rate = spec.Rate
            Movements = sound |> Array.choose (Quantity.ofRun (Quantity.FeatureMovement 0))
            Loss = mean _.TrainLoss
            Accuracy = mean _.Validation.Accuracy
            Stopped =
                [|
                    for run in stopped do
                        if RunSpec.group run.Spec = spec then
                            (Group.last run).Validation.Accuracy
                |]
                |> Aggregate.ofValues
                |> Option.map _.Mean
            Diverged = seeds.Length - sound.Length
        }

    let line (stopped: NetworkRun list) (runs: NetworkRun[]) (plan: ScalingPlan) : ScalingLine =
        let places = plan.Networks |> List.map (fun spec -> place spec stopped runs) |> Array.ofList

        {
            Layers = plan.Layers
            Scaling = plan.Scaling
            Places = places
            Fit =
                PowerLaw.fit [|
                    for place in places do
                        for movement in place.Movements do
                            float place.Width, movement
                |]
        }

    /// Least and greatest width that has a value.
    let ends (line: ScalingLine) : (int * int) option =
        match line.Places |> Array.filter (fun place -> place.Movements.Length > 0) |> Array.map _.Width with
        | [||] -> None
        | widths -> Some(Array.min widths, Array.max widths)

    /// By what factor the movement changes from the least width to the greatest, by the fitted power: value and band.
    let change (line: ScalingLine) : Difference option =
        match ends line, line.Fit with
        | Some(least, most), Some fit ->
            let power (slope: float) = System.Math.Pow(float most / float least, slope)
            Some { Value = power fit.Slope; Lower = power fit.Lower; Upper = power fit.Upper }
        | _ -> None
