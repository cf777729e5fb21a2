namespace NtkPipeline.Core

/// How a trained network is called in predictions.
[<RequireQualifiedAccess>]
module NetworkName =

    /// All seeds of one kind: "network m = 64, ‖x‖ = √d, rate 1".
    let ofKind (inputScale: string) (width: int) (rate: float) : string =
        let norm = if inputScale = InputScale.print InputScale.Unit then "1" else "√d"
        $"network m = %d{width}, ‖x‖ = %s{norm}, rate %g{rate}"

    /// "network m = 64, ‖x‖ = √d, rate 1, seed 0".
    let ofRun (run: NetworkRun) : string =
        $"%s{ofKind run.InputScale run.Width run.LearningRate}, seed %d{run.Member}"
