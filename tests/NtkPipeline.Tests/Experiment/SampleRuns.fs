/// Runs of networks that miss the rows they are told to, and what is said of them.
module NtkPipeline.Tests.SampleRuns

open Expecto
open NtkPipeline.Core

let settings: CompareSettings = {
    Resamples = 400
    LazyThreshold = 0.05
    Margin = 0.01
    MainRate = 1.0
    SmallWidth = 256
}

let seed = Seed.root 5UL
let rows = 1000
let labels = Array.init rows (fun i -> if i % 2 = 0 then 1.0 else -1.0)

/// Outputs that miss the labels of the named rows, and no others.
let missing (wrong: int list) =
    let outputs = Array.copy labels

    for row in wrong do
        outputs[row] <- -outputs[row]

    outputs

let scores = Metrics.scores labels

let kernel: KernelRegression =
    let point: RidgePoint = {
        Ridge = 0.3
        RelativeRidge = 0.3
        EffectiveDimension = 10.0
        TrainAccuracy = Some 0.9
        CvAccuracy = Some 0.8
        CvF1 = Some 0.8
        CvError = Some 0.6
        LooAccuracy = Some 0.8
        LooError = 0.6
        Gcv = 0.6
        LogLikelihood = Some -100.0
    }

    let outputs = missing [ 0..199 ]

    {
        Path = [| point |]
        Chosen = point
        Targets = TargetCoding.PlusMinus
        ChosenBy = RidgeChoice.CrossValidation
        Folds = 5
        MeanDiagonal = 1.0
        Certificate = {
            Residual = 1e-14
            ConditionNumber = 100.0
            DigitsLost = 2.0
            Clipped = 0
            MostNegative = 0.0
        }
        Validation = scores outputs
        SmallestRidge = 0.001
        SmallestRidgeValidation = scores (missing [ 0..219 ])
        SmallestRidgeOutputs = missing [ 0..219 ]
        Coefficients = [||]
        LeftOutOutputs = [||]
        ValidationOutputs = outputs
        TestOutputs = [||]
        Refit = None
    }

let measures epoch deltaTheta gap outputs : EpochMeasures = {
    Epoch = epoch
    Step = 4 * epoch
    TrainLoss = 0.2
    TrainAccuracy = 0.9
    Validation = scores outputs
    KernelAccuracy = Some 0.81
    LinearisedAccuracy = Some 0.81
    DeltaTheta = deltaTheta
    GapToKernelTrain = Some { Rms = gap; Sup = gap }
    GapToKernelValidation = Some { Rms = gap; Sup = 2.0 * gap }
    GapToLinearisedTrain = Some { Rms = gap; Sup = gap }
    GapToLinearisedValidation = Some { Rms = gap ** 2.0; Sup = gap }
    WeightMovement = [| 0.1 |]
    FeatureMovement = [| 0.05 |]
    FlippedGates = Some 0.1
    AlignmentWithTargets = 0.2
    AlignmentWithInitial = 0.9
    LayerAlignment = [| 0.1; 0.3 |]
    EffectiveRank = Some 20.0
}

/// A run of 50 epochs, tracked at 0, 10 and 50; the kernel moves by a tenth of `move` in the first ten.
let run width number (rate: float) move (wrong: int list) : NetworkRun =
    let outputs = missing wrong
    let gap = 2.0 / sqrt (float width)

    {
        Spec = {
            Architecture = Architecture.withCentring true Architecture.written
            Width = width
            Member = number
            InputScale = InputScale.SqrtD
            Optimiser = Optimiser.Descent
            Rate = rate
            BatchSize = 256
            Epochs = 50
            Tracked = TrackedEpochs.Listed [ 0; 10; 50 ]
            ProbeRows = 100
            Device = Device.Cpu
        }
        Features = 128
        AbsoluteRate = rate
        Steps = 200
        Parameters = 100L
        TrainRows = 500
        ProbeRows = 100
        InitKernelError = gap
        DeltaTheta = Some move
        Diverged = None
        Epochs = [|
            measures 0 0.0 gap outputs
            measures 10 (move / 10.0) gap outputs
            measures 50 move gap outputs
        |]
        SpectrumInitial = [| 1.0 |]
        SpectrumFinal = [| 1.0 |]
        ValidationOutputs = outputs
        TestOutputs = [||]
    }

let diverge (run: NetworkRun) = { run with Diverged = Some 3; DeltaTheta = None; Epochs = run.Epochs[..1] }

let seeds make = List.init 3 make

/// Judged after their last epoch.
let compare runs =
    Judge.run Widths.claims settings seed kernel labels { Ended = runs; Choices = [||]; Stopped = [] }


let verdict (fragment: string) runs =
    (compare runs).Verdicts |> Array.find (fun verdict -> verdict.Claim.Contains fragment)

let wants holds (fragments: string list) (verdict: Verdict) =
    Expect.equal verdict.Holds holds $"%s{verdict.Evidence}"

    for fragment in fragments do
        Expect.stringContains (verdict.Setting + " | " + verdict.Evidence) fragment "it says so"

/// Networks that miss so many of the kernel's mistakes and so many other rows.
let wide missed others =
    seeds (fun k -> run 4096 k 1.0 0.02 ([ 0 .. missed - 1 ] @ [ 400 + k .. 399 + k + others ]))

/// All rows are kept for validation.
let split: Split = {
    Train = [||]
    Validation = Array.init rows id
    Folds = [||]
    Labels = labels
    Targets = labels
    FitRows = [||]
    DuplicateRows = 0
    ContradictoryTexts = 0
    ContradictoryRows = 0
    IdenticalRows = 0
    IdenticalContradictions = 0
    SimilarRows = 0
    LargestSimilarGroup = 0
}

/// Rows as an encoder and a reduction might have left them.
let features (labelled: Matrix<float32>) (test: Matrix<float32>) : Features = {
    Labelled = labelled
    Test = test
    Facts = {
        Encoder = "made up"
        Reduction = "none"
        EmbeddingColumns = labelled.Columns
        Columns = labelled.Columns
        ExplainedVariance = [||]
        ZeroLabelledRows = [||]
        ZeroTestRows = [||]
    }
}

let artifact name value = Artifact.create name (Digest.ofParts [ name ]) (lazy (Ok value))
