namespace NtkPipeline.Core

/// How a trained network is called in predictions. `axes` are those that tell a run's networks apart beyond input scale, width, rate
/// and seed (`Axis.unlabelled`).
[<RequireQualifiedAccess>]
module NetworkName =

    /// All seeds of one kind: "network m = 64, ‖x‖ = √d, rate 1".
    let ofKind (axes: Axis list) (spec: RunSpec) : string =
        let norm = Axis.inputScale.Show(Axis.inputScale.Of spec)
        $"network m = %d{spec.Width}, %s{norm}, rate %g{spec.Rate}%s{Axis.remark axes spec}"

    /// "network m = 64, ‖x‖ = √d, rate 1, seed 0".
    let ofRun (axes: Axis list) (spec: RunSpec) : string = $"%s{ofKind axes spec}, seed %d{spec.Member}"
