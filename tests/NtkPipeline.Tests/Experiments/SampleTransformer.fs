/// What was seen of a transformer, made up: tests change the part that they are about.
module NtkPipeline.Tests.SampleTransformer

open NtkPipeline.Core

let rows, stop = 40, 10
let private labels count = Array.init count (fun i -> if i % 2 = 0 then 1.0 else -1.0)

/// Outputs that miss the label of every row whose number divides by this.
let private outputs count miss =
    labels count |> Array.mapi (fun i y -> if i % miss = 0 then -0.4 * y else 0.8 * y)

let model (id: TransformerModel) stopError : ModelScores =
    let said = outputs rows 5

    {
        Id = TransformerModel.id id
        Title = TransformerModel.title id
        RelativeRidge = Some 1.0
        IsUnit = false
        Share = None
        Epochs = [||]
        CvError = Some 0.51
        CvAccuracy = Some 0.83
        IsHonest = true
        LooError = Some 0.5
        LooAccuracy = Some 0.84
        StopError = stopError
        StopAccuracy = 0.8
        Validation = Metrics.scores (labels rows) said
        ValidationError = 0.5
        Calibration = Calibration.judge 10 (labels stop) (outputs stop 4) (labels rows) said
        Outputs = [| said |]
        Test = [| 0.5; -0.5 |]
    }

/// Stopped after the epochs given, one a seed.
let trained (id: TransformerModel) stopError (epochs: int[]) : ModelScores = {
    model id stopError with
        RelativeRidge = None
        Epochs = epochs
        CvError = None
        CvAccuracy = None
        LooError = None
        LooAccuracy = None
        Outputs = epochs |> Array.map (fun _ -> outputs rows 6)
}

let drift seed epoch deltaTheta : TransformerDrift = {
    Seed = seed
    Epoch = epoch
    DeltaTheta = deltaTheta
    Cosine = 0.93
    Cka = 0.77
    TraceRatio = 1.24
    Movement = 0.01
}

let private part name share : LayerPart = {
    Part = name
    TraceShare = share
    RelativeRidge = 1.0
    ValidationError = 0.6
    ValidationAccuracy = 0.75
}

/// About a value by so much.
let about reach value : Difference = { Value = value; Lower = value - reach; Upper = value + reach }

/// The numbers of the independent measurement, nearly: ΔΘ = 40% at a tie, and a gain of 0.031.
let evidence: TransformerEvidence = {
    LazyThreshold = 0.05
    Margin = 0.01
    FittedRows = 100
    StopRows = stop
    ValidationRows = rows
    Models = [|
        model TransformerModel.FrozenNtk 0.54
        model TransformerModel.Tangent 0.50
        { model TransformerModel.Blend 0.51 with Share = Some 0.8 }
        { model TransformerModel.AfterKernel 0.52 with IsHonest = false }
        trained (TransformerModel.Tuned TuningMethod.Full) 0.49 [| 1; 2 |]
    |]
    ErrorGain = about 0.01 0.031
    AccuracyGain = about 0.01 0.009
    TunedLessTangent = Some(about 0.01 0.002)
    TunedLessFrozen = Some(about 0.005 0.017)
    TangentLessFrozen = about 0.01 0.008
    P = [|
        { Against = "the tangent kernel"; P = 0.62 }
        { Against = "the frozen features' NTK"; P = 0.0002 }
    |]
    LeakedError = 0.501
    LeakedAccuracy = 0.839
    Sketch = { Frobenius = 0.063; Diagonal = 0.05; OffDiagonal = 0.022 }
    SketchRows = 50
    Drift = [| drift 0 1 0.38; drift 0 2 0.44; drift 1 1 0.36; drift 1 2 0.42 |]
    Foretold = [|
        {
            Of = "fine-tuned"
            What = "The first-order expansion,"
            Correlation = Some 0.83
            Explained = Some 0.62
            Agreement = 0.95
        }
    |]
    Layers = [| part "embeddings" 0.2; part "layer 0" 0.3; part "layer 1" 0.5 |]
    Kinds = [| part "words" 0.4; part "inner" 0.6 |]
    Paths = [|
        for seed in 0..1 do
            {
                Model = "fine-tuned"
                Seed = seed
                StopErrors = [| 0.58; 0.50; 0.49 |]
                ValidationErrors = [| 0.57; 0.5; 0.51 |]
                ValidationAccuracies = [| 0.81; 0.84; 0.83 |]
            }
    |]
}

/// Of a run that was not asked to fine-tune all weights.
let untuned: TransformerEvidence = {
    evidence with
        Models = evidence.Models[..2]
        TunedLessTangent = None
        TunedLessFrozen = None
        P = [||]
        Drift = [||]
        Foretold = [||]
        Paths = [||]
}
