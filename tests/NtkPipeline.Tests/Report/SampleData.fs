/// What a run might find of its data; the texts try to break out of the page.
module NtkPipeline.Tests.SampleData

open System
open NtkPipeline.Core

/// Ends a script element, opens an image, breaks an attribute, a CSV cell and a JSON text.
let hostile = "</script><img src=x onerror=\"alert('1')\">, & \u2028\n\\"

let validationRows = 1523

/// A number in −1 … 1 that depends on its names alone.
let noise (names: string) =
    let value = (Seed.derive names (Seed.root 7UL)).Value
    2.0 * float (value % 1000003UL) / 1000003.0 - 1.0

let scores names accuracy = {
    Accuracy = accuracy + 0.004 * noise names
    F1 = accuracy - 0.05 + 0.004 * noise (names + "/f1")
    Auc = accuracy + 0.06 + 0.004 * noise (names + "/auc")
}

let data isSynthetic : DataFacts = {
    Name = $"tweets %s{hostile}"
    Synthetic = isSynthetic
    Classes = "0", "1"
    TrainRows = 7613
    SampledFrom = None
    TestRows = 3263
    PositiveShare = 0.4297
    FittedRows = 6090
    ValidationRows = validationRows
    DuplicateRows = 110
    ContradictoryTexts = 18
    ContradictoryRows = 41
    IdenticalRows = 0
    IdenticalContradictions = 0
    SimilarRows = 0
    LargestSimilarGroup = 1
}

let features: FeatureFacts = {
    Encoder = "lsa:384"
    Reduction = "pca exact"
    EmbeddingColumns = 384
    Columns = 128
    ExplainedVariance = Array.init 128 (fun k -> 0.09 / Math.Pow(float (k + 1), 0.85))
    ZeroLabelledRows = [| 12; 4001 |]
    ZeroTestRows = [| 77 |]
}

let private heldOut error : LooScores = { RelativeRidge = 0.5; Accuracy = 1.0 - error / 2.9; Error = error }

let combination: CombinationFacts =
    let view name columns weight error : ViewFacts = {
        Encoder = name
        Columns = columns
        Weight = weight
        Alone = Some(heldOut error)
    }

    {
        Combining = Combining.Beside
        Views = [| view "lsa 384" 384 1.0 0.54; view "keywords" 221 0.25 0.73 |]
        ChosenBy = WeightSource.LeaveOneOutError
        SearchRows = 2000
        Solves = 47
        Confirmed = [|
            { Name = "searched weights"; Weights = [| 1.0; 0.25 |]; HeldOut = heldOut 0.52 }
            { Name = "all weights 1"; Weights = [| 1.0; 1.0 |]; HeldOut = heldOut 0.53 }
        |]
    }

let dimensions: DimensionFacts = {
    Rows = 2000
    Points = [|
        for d in [ 32; 64; 128 ] ->
            {
                Dimensions = d
                ExplainedVariance = 0.1 * log (float d)
                HeldOut = heldOut (0.5 + 1.0 / float d)
            }
    |]
}
