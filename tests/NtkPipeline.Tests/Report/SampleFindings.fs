/// Findings as a run might make them: two input scales, five widths, three seeds, one more learning rate, one diverged
/// run, and texts that try to break out of the page.
module NtkPipeline.Tests.SampleFindings

open System
open NtkPipeline.Core

/// Ends a script element, opens an image, breaks an attribute, a CSV cell and a JSON text.
let hostile = "</script><img src=x onerror=\"alert('1')\">, & \u2028\n\\"

let private widths = [| 16; 64; 256; 1024; 4096 |]
let private tracked = [| 0; 1; 2; 5; 10; 20; 30; 40; 50 |]
let private validationRows = 1523

/// A number in −1 … 1 that depends on its names alone.
let private noise (names: string) =
    let value = (Seed.derive names (Seed.root 7UL)).Value
    2.0 * float (value % 1000003UL) / 1000003.0 - 1.0

let private scores names accuracy = {
    Accuracy = accuracy + 0.004 * noise names
    F1 = accuracy - 0.05 + 0.004 * noise (names + "/f1")
    Auc = accuracy + 0.06 + 0.004 * noise (names + "/auc")
}

let private data isSynthetic : DataFacts = {
    Name = $"tweets %s{hostile}"
    Synthetic = isSynthetic
    TrainRows = 7613
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

let private features: FeatureFacts = {
    Encoder = "lsa:384"
    Reduction = "pca exact"
    EmbeddingColumns = 384
    Columns = 128
    ExplainedVariance = Array.init 128 (fun k -> 0.09 / Math.Pow(float (k + 1), 0.85))
    ZeroLabelledRows = [| 12; 4001 |]
    ZeroTestRows = [| 77 |]
}

let private heldOut error : LooScores = { RelativeRidge = 0.5; Accuracy = 1.0 - error / 2.9; Error = error }

let private combination: CombinationFacts =
    let view name columns weight error : ViewFacts = {
        Encoder = name
        Columns = columns
        Weight = weight
        Alone = Some(heldOut error)
    }

    {
        Combining = "beside"
        Views = [| view "lsa 384" 384 1.0 0.54; view "keywords" 221 0.25 0.73 |]
        ChosenBy = "leave-one-out error"
        SearchRows = 2000
        Solves = 47
        Confirmed = [|
            { Name = "searched weights"; Weights = [| 1.0; 0.25 |]; HeldOut = heldOut 0.52 }
            { Name = "all weights 1"; Weights = [| 1.0; 1.0 |]; HeldOut = heldOut 0.53 }
        |]
    }

let private dimensions: DimensionFacts = {
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

let private ridgePoint (ridge: float) : RidgePoint =
    let t = log10 (ridge / 0.4)
    let hill = 0.806 - 0.008 * t * t

    {
        Ridge = ridge
        RelativeRidge = ridge
        EffectiveDimension = 6090.0 / (1.0 + Math.Pow(40.0 * ridge, 0.6))
        TrainAccuracy = Some(0.985 / (1.0 + 0.09 * Math.Pow(ridge, 0.4)))
        CvAccuracy = Some hill
        CvF1 = Some(hill - 0.05)
        CvError = Some(0.58 + 0.03 * t * t)
        LooAccuracy = Some(hill + 0.002 * sin (5.0 * t))
        LooError = 0.575 + 0.031 * t * t
        Gcv = 0.57 + 0.03 * t * t
        LogLikelihood = Some(-7000.0 - 300.0 * t * t)
    }

let private kernel: KernelRegression =
    let path = Array.init 33 (fun k -> ridgePoint (Math.Pow(10.0, -4.0 + 7.0 * float k / 32.0)))

    {
        Path = path
        Chosen = path |> Array.maxBy _.CvAccuracy
        Targets = "plus-minus"
        ChosenBy = "cv"
        Folds = 5
        MeanDiagonal = 1.0
        Certificate = {
            Residual = 3.1e-15
            ConditionNumber = 2.4e3
            DigitsLost = 3.38
            Clipped = 3
            MostNegative = -4.2e-6
        }
        Validation = scores "kernel" 0.806
        SmallestRidge = path[0].Ridge
        SmallestRidgeValidation = scores "ridgeless" 0.785
        SmallestRidgeOutputs = Array.init validationRows (fun k -> noise $"kernel/ridgeless/%d{k}")
        Coefficients = [||]
        LeftOutOutputs = Array.init 6090 (fun k -> noise $"kernel/left-out/%d{k}")
        ValidationOutputs = Array.init validationRows (fun k -> noise $"kernel/%d{k}")
        TestOutputs = Array.init 3263 (fun k -> noise $"kernel/test/%d{k}")
        Refit =
            Some {
                Rows = 7613
                LooAccuracy = 0.817
                LooAccuracyAsGiven = 0.809
                LooError = 0.55
            }
    }

let private picture: KernelPicture =
    let size, negative = 60, 34

    {
        Size = size
        Negative = negative
        Values =
            Array.init (size * size) (fun k ->
                let i, j = k / size, k % size
                let alike = (i < negative) = (j < negative)

                (if i = j then 0.34
                 elif alike then 0.32
                 else 0.3)
                + 0.006 * noise $"block/%d{min i j}/%d{max i j}")
        Eigenvalues =
            Array.init 6090 (fun k ->
                if k = 0 then 1900.0
                elif k > 6086 then 0.0
                else 60.0 / Math.Pow(float k, 0.62))
    }

let private epochMeasures scale width rate memberNumber epoch : EpochMeasures =
    let names part = $"%s{scale}/%d{width}/%g{rate}/%d{memberNumber}/%d{epoch}/%s{part}"

    let isLazy = scale = "sqrt-d"
    let t = float epoch / 50.0
    let m = float width
    let wide = Math.Pow(m / 4096.0, (if isLazy then -0.84 else -0.14))
    let ceiling = (if isLazy then 0.802 else 0.79) - 0.3 / m - 0.02 * t * (1.0 - log m / log 4096.0)
    let rise = 1.0 - exp (-12.0 * t)

    let movement =
        (if isLazy then 0.025 else 1.3) * wide * Math.Pow(t, 0.8) * (1.0 + 0.1 * noise (names "delta"))

    let gap slope part =
        Some {
            Rms = 0.9 * Math.Pow(m, slope) * rise * (1.0 + 0.1 * noise (names part))
            Sup = 4.0 * Math.Pow(m, slope) * rise
        }

    {
        Epoch = epoch
        Step = 24 * epoch
        TrainLoss = 0.5 * exp (-1.5 * sqrt t) + 0.02 * exp (0.2 * noise (names "loss"))
        TrainAccuracy = 0.5 + 0.35 * rise
        Validation = scores (names "validation") (0.57 + (ceiling - 0.57) * rise)
        KernelAccuracy = Some(0.57 + 0.232 * rise)
        LinearisedAccuracy = Some(0.57 + 0.23 * rise)
        DeltaTheta = movement
        GapToKernelTrain = gap -0.49 "kernel/train"
        GapToKernelValidation = gap -0.49 "kernel/validation"
        GapToLinearisedTrain = gap -0.8 "linearised/train"
        GapToLinearisedValidation = gap -0.8 "linearised/validation"
        WeightMovement = [| 0.8 * movement * (1.0 + 0.05 * noise (names "w1")); 1.5 * movement |]
        FlippedGates = Some(min 0.4 (0.3 * movement))
        AlignmentWithTargets = 0.05 + min 0.3 (0.1 * movement) + 0.002 * noise (names "alignment")
        AlignmentWithInitial = 1.0 / (1.0 + movement)
        EffectiveRank = Some(80.0 / (1.0 + movement) + noise (names "rank"))
    }

let private spectrum names (flatness: float) =
    Array.init 100 (fun k ->
        200.0 / Math.Pow(float (k + 1), flatness) * (1.0 + 0.05 * noise $"%s{names}/%d{k}"))

let private run scale (width: int) rate memberNumber : NetworkRun =
    let names = $"%s{scale}/%d{width}/%g{rate}/%d{memberNumber}"
    let isLost = scale = "unit" && width = 64 && rate = 1.0 && memberNumber = 1
    let epochs = if isLost then tracked |> Array.filter (fun epoch -> epoch < 5) else tracked
    let measures = epochs |> Array.map (epochMeasures scale width rate memberNumber)

    {
        Network = Architecture.written.Text
        Features = 128
        Width = width
        Member = memberNumber
        InputScale = scale
        LearningRate = rate
        AbsoluteRate = 3.2 * rate
        BatchSize = 256
        Steps = 24 * Array.last epochs
        Centred = true
        OutputScale = 1.0
        Parameters = 129L * int64 width
        TrainRows = 6090
        ProbeRows = 1000
        InitKernelError = 2.3 / sqrt (float width) * (1.0 + 0.05 * noise (names + "/init"))
        DeltaTheta = if isLost then None else Some(1.01 * (Array.last measures).DeltaTheta)
        Diverged = if isLost then Some 5 else None
        Epochs = measures
        SpectrumInitial = spectrum names 0.7
        SpectrumFinal = spectrum (names + "/final") (if scale = "unit" then 1.1 else 0.72)
        ValidationOutputs = Array.init 4 (fun k -> noise $"%s{names}/f/%d{k}")
        TestOutputs = [||]
    }

let private aggregate (values: float[]) : Aggregate option =
    if values.Length = 0 then
        None
    else
        let mean = Array.average values

        Some {
            Mean = mean
            Count = values.Length
            StandardDeviation =
                if values.Length < 2 then
                    None
                else
                    Some(sqrt (Array.sumBy (fun x -> (x - mean) ** 2.0) values / float (values.Length - 1)))
        }

let private summary (runs: NetworkRun[]) : WidthSummary =
    let sound = runs |> Array.filter _.Diverged.IsNone
    let last pick = sound |> Array.map (fun run -> pick (Array.last run.Epochs)) |> aggregate

    let rms pick =
        sound
        |> Array.choose (fun run -> pick (Array.last run.Epochs))
        |> Array.map (fun (gap: Gap) -> gap.Rms)

    {
        InputScale = runs[0].InputScale
        Width = runs[0].Width
        LearningRate = runs[0].LearningRate
        Runs = runs.Length
        Diverged = runs.Length - sound.Length
        Accuracy = last _.Validation.Accuracy
        F1 = last _.Validation.F1
        Auc = last _.Validation.Auc
        DeltaTheta = sound |> Array.choose _.DeltaTheta |> aggregate
        InitKernelError = runs |> Array.map _.InitKernelError |> aggregate |> Option.get
        GapToKernel = aggregate (rms _.GapToKernelValidation)
        GapToLinearised = aggregate (rms _.GapToLinearisedValidation)
    }

let private slopes: Slope[] = [|
    for scale in [ "unit"; "sqrt-d" ] do
        for quantity, slope in
            [
                "deltaTheta", (if scale = "unit" then -0.14 else -0.84)
                "initKernelError", -0.5
                "gapToKernel", -0.49
                "gapToLinearised", -0.8
            ] do
            {
                Quantity = quantity
                InputScale = scale
                Slope = slope
                Lower = slope - 0.03
                Upper = slope + 0.03
                Widths = [| 256; 1024; 4096 |]
            }
|]

let private verdicts: Verdict[] = [|
    for scale, reaches, isLazy in [ "‖x‖ = 1", false, false; "‖x‖ = √d", true, true ] do
        {
            Claim = "Wide networks reach the kernel's accuracy"
            Setting = $"%s{scale}, 1 unit of learning rate, 50 epochs"
            Holds = Some reaches
            Evidence = "m = 4096 reaches 0.802 ± 0.003 & the kernel 0.806"
        }

        {
            Claim = "The tangent kernel moves by less than 5% at m = 4096"
            Setting = $"%s{scale}, 1 unit of learning rate, 50 epochs"
            Holds = Some isLazy
            Evidence = if isLazy then "ΔΘ = 2.5% ± 0.1%" else "ΔΘ = 130% ± 8%"
        }
    {
        Claim = "A small network with a larger learning rate beats the kernel"
        Setting = "‖x‖ = √d, m = 16, 1.9 units, against the tuned kernel"
        Holds = None
        Evidence = $"the paired interval −0.9 … +0.4 points holds 0 <b>%s{hostile}</b>"
    }
|]

/// The whole, of a synthetic sample or of tweets.
let make (isSynthetic: bool) : Findings =
    let runs = [|
        for scale in [ "unit"; "sqrt-d" ] do
            for width in widths do
                for memberNumber in 0..2 do
                    run scale width 1.0 memberNumber
        for memberNumber in 0..2 do
            run "sqrt-d" 16 1.9 memberNumber
    |]

    {
        Seed = 18446744073709551615UL
        Data = data isSynthetic
        Features = features
        Combination = Some combination
        Dimensions = dimensions
        Kernel = kernel
        Suspects = [|
            { Id = 48; Text = hostile; Positive = true; LeftOut = -1.25 }
            { Id = 51; Text = "plain"; Positive = false; LeftOut = 0.75 }
        |]
        Calibration =
            let labels count = Array.init count (fun k -> if noise $"label/%d{k}" > 0.0 then 1.0 else -1.0)

            Calibration.judge
                10
                (labels 6090)
                kernel.LeftOutOutputs
                (labels validationRows)
                kernel.ValidationOutputs
        Picture = picture
        Networks = runs
        Comparison = {
            MainRate = 1.0
            LazyThreshold = 0.05
            Widths =
                runs
                |> Array.groupBy (fun run -> run.InputScale, run.Width, run.LearningRate)
                |> Array.map (snd >> summary)
            Slopes = slopes
            Verdicts = verdicts
        }
        Settings = [|
            { Key = "train.epochs"; Value = "50"; Source = "default" }
            { Key = "embed.encoder"; Value = hostile; Source = "command line" }
        |]
    }

/// Every run diverged before its first step, nothing was fitted or judged, no picture was made.
let barren: Findings =
    let findings = make false

    let runs =
        findings.Networks
        |> Array.map (fun run -> { run with Diverged = Some 1; Epochs = [||]; DeltaTheta = None })

    {
        findings with
            Networks = runs
            Suspects = [||]
            Features = { findings.Features with ExplainedVariance = [||] }
            Combination = None
            Dimensions = { Rows = 0; Points = [||] }
            Picture = { Size = 0; Negative = 0; Values = [||]; Eigenvalues = [||] }
            Comparison = {
                MainRate = 1.0
                LazyThreshold = 0.05
                Widths =
                    runs
                    |> Array.groupBy (fun run -> run.InputScale, run.Width, run.LearningRate)
                    |> Array.map (snd >> summary)
                Slopes = [||]
                Verdicts = [||]
            }
    }
