/// Networks that a run might train: one of them diverges.
module NtkPipeline.Tests.SampleNetworks

open System
open NtkPipeline.Core
open NtkPipeline.Tests.SampleData

let private tracked = [| 0; 1; 2; 5; 10; 20; 30; 40; 50 |]

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
        FeatureMovement = [| 0.5 * movement |]
        FlippedGates = Some(min 0.4 (0.3 * movement))
        AlignmentWithTargets = 0.05 + min 0.3 (0.1 * movement) + 0.002 * noise (names "alignment")
        AlignmentWithInitial = 1.0 / (1.0 + movement)
        LayerAlignment = [| 0.04 + min 0.3 (0.1 * movement); 0.06 |]
        EffectiveRank = Some(80.0 / (1.0 + movement) + noise (names "rank"))
    }

let private spectrum names (flatness: float) =
    Array.init 100 (fun k ->
        200.0 / Math.Pow(float (k + 1), flatness) * (1.0 + 0.05 * noise $"%s{names}/%d{k}"))

let private scaleOf scale = if scale = "unit" then InputScale.Unit else InputScale.SqrtD

let run scale (width: int) rate memberNumber : NetworkRun =
    let names = $"%s{scale}/%d{width}/%g{rate}/%d{memberNumber}"
    let isLost = scale = "unit" && width = 64 && rate = 1.0 && memberNumber = 1
    let epochs = if isLost then tracked |> Array.filter (fun epoch -> epoch < 5) else tracked
    let measures = epochs |> Array.map (epochMeasures scale width rate memberNumber)

    {
        Spec = {
            Architecture = Architecture.withCentring true Architecture.written
            Width = width
            Member = memberNumber
            InputScale = scaleOf scale
            Optimiser = Optimiser.Descent
            Rate = rate
            BatchSize = 256
            Epochs = 50
            Tracked = TrackedEpochs.Listed(List.ofArray tracked)
            ProbeRows = 1000
            Device = Device.Cpu
        }
        Features = 128
        AbsoluteRate = 3.2 * rate
        Steps = 24 * Array.last epochs
        Parameters = 129L * int64 width
        TrainRows = 6090
        ProbeRows = 1000
        InitKernelError = 2.3 / sqrt (float width) * (1.0 + 0.05 * noise (names + "/init"))
        DeltaTheta = if isLost then None else Some(1.01 * (Array.last measures).DeltaTheta)
        Diverged = if isLost then Some 5 else None
        Epochs = measures
        SpectrumInitial = spectrum names 0.7
        SpectrumFinal = spectrum (names + "/final") (if scale = "unit" then 1.1 else 0.72)
        ValidationOutputs = Array.init validationRows (fun k -> noise $"%s{names}/f/%d{k}")
        TestOutputs = [||]
    }
