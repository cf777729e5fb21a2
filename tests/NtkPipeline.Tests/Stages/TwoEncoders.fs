/// Embeddings of which one tells the label and one does not.
module NtkPipeline.Tests.TwoEncoders

open System
open NtkPipeline.Core

let count = 150

/// Labels that the first view shows with some noise, and the second not at all.
let telling, noise, labels =
    let random = Random 3
    let labels = Array.init count (fun i -> if i % 3 = 0 then 1.0 else -1.0)
    let draw () = random.NextDouble() - 0.5
    let noise = Matrix.init count 8 (fun _ _ -> float32 (draw ()))

    let telling =
        Matrix.init count 5 (fun i j -> float32 ((if j = 0 then 0.35 * labels[i] else 0.0) + draw ()))

    telling, noise, labels

let part name (rows: Matrix<float32>) : Embeddings = {
    Encoder = name
    Labelled = rows
    Test = Matrix.gatherRows [| 0..9 |] rows
}

let parts = [ part "telling" telling; part "noise" noise ]

let split: Split = {
    Train = [| 0..119 |]
    Validation = [| 120..149 |]
    Folds = Array.init 120 (fun i -> i % 3)
    Labels = labels
    Targets = labels
    FitRows = [| 0..149 |]
    DuplicateRows = 0
    ContradictoryTexts = 0
    ContradictoryRows = 0
    IdenticalRows = 0
    IdenticalContradictions = 0
    SimilarRows = 0
    LargestSimilarGroup = 1
}
