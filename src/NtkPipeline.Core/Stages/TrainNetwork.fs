namespace NtkPipeline.Core

open System
open TorchSharp

/// What training one network needs to know.
type TrainSettings = {
    /// What is trained, but for its width.
    Architecture: Architecture
    /// Hidden units, m.
    Width: int
    /// Which of the seeds, from 0.
    Member: int
    InputScale: InputScale
    /// In units of N/Λ_max of the infinite-width kernel at this input scale and output scale.
    LearningRate: float
    /// 0 stands for full-batch descent.
    BatchSize: int
    Epochs: int
    TrackedEpochs: TrackedEpochs
    /// Training rows on which the kernel is followed.
    ProbeRows: int
    /// f(x; θ) − f(x; θ₀) is trained, rather than f(x; θ).
    Centred: bool
    /// α, which multiplies the output.
    OutputScale: float
    Device: Device
}

/// Stage: features and their analytic kernel → one finite network, trained for real by gradient descent and followed.
///
/// Every run has its own seed, which its name gives: widths, input scales, learning rates and members are independent draws of
/// first weights ("parameters") and of batches ("batches"). Only the probe rows are common to all: they are evenly spaced.
[<RequireQualifiedAccess>]
module TrainNetwork =

    /// Made ready once, when a network is first trained, and shared by all that are.
    let inputs
        (features: Artifact<Features>)
        (split: Artifact<Split>)
        (gram: Artifact<Matrix<float32>>)
        (spectrum: Artifact<Spectrum>)
        : Artifact<TrainInput> =
        let gather (features: Features) (split: Split) gram (spectrum: Spectrum) : TrainSource = {
            Labelled = features.Labelled
            Test = features.Test
            Gram = gram
            LambdaMax = spectrum.Computed[0]
            Train = split.Train
            Validation = split.Validation
            Targets = split.Targets
            Labels = split.Labels
        }

        Artifact.map4 gather features split gram spectrum |> Artifact.bind TrainInput.create

    let private check (settings: TrainSettings) =
        let refuse name (value: obj) =
            invalidArg name $"a network cannot be trained with %s{name} = %O{value}"

        if settings.Width < 1 then
            refuse "Width" settings.Width

        if settings.BatchSize < 0 then
            refuse "BatchSize" settings.BatchSize

        if settings.Epochs < 1 then
            refuse "Epochs" settings.Epochs

        if settings.ProbeRows < 1 then
            refuse "ProbeRows" settings.ProbeRows

        for name, value in [ "LearningRate", settings.LearningRate; "OutputScale", settings.OutputScale ] do
            if not (Double.IsFinite value && value > 0.0) then
                refuse name value

    let private network (settings: TrainSettings) =
        match Width.create settings.Width with
        | Ok width -> Architecture.at width settings.Architecture
        | Error reason -> invalidArg (nameof settings) reason

    /// The network whose analytic kernel this one is held against.
    let limit (settings: TrainSettings) : Network =
        match Width.create settings.Width with
        | Ok width -> Architecture.limit width settings.Architecture
        | Error reason -> invalidArg (nameof settings) reason

    /// Θ of this network's own scales over Θ as `Gram` holds it.
    let private kernelFactor settings (input: TrainInput) =
        NetworkGram.factor settings.Architecture input.Labelled.Columns settings.InputScale
        * settings.OutputScale
        * settings.OutputScale

    let private follow
        (settings: TrainSettings)
        (device: torch.Device)
        rate
        (seed: Seed)
        (input: TrainInput)
        =
        use _ = torch.NewDisposeScope()
        let network, features = network settings, input.Labelled.Columns

        let theta =
            Forward.draw network features (Seed.derive "parameters" seed) torch.float32
            |> Forward.toDevice device

        let norm = (InputScale.norm features settings.InputScale).ToScalar()
        let tensor m = (Tensors.ofMatrix32 m).mul(norm).``to`` device
        let outputScale = (settings.OutputScale * settings.OutputScale).ToScalar()

        let initial = TrainedNetwork.weights theta
        let epochs, spectra = TrackedEpochs.upTo settings.Epochs settings.TrackedEpochs

        FollowedTraining.run {
            Network = Trainable.ofNetwork network theta settings.OutputScale
            KernelOf = fun x -> (EmpiricalNtk.gram network theta x None).mul_ outputScale
            Labelled = tensor input.Labelled
            Test = tensor input.Test
            TrainTargets = input.TrainTargets
            ValidationLabels = input.ValidationLabels
            Kernel = (Tensors.ofMatrix32 input.Kernel).``to`` device
            KernelFactor = kernelFactor settings input
            Centred = settings.Centred
            Optimiser = Optimiser.Descent
            Rate = rate
            Batches =
                Batches.ofEpoch (Seed.derive "batches" seed) settings.BatchSize input.TrainTargets.Length
            Tracked = epochs
            Spectra = spectra
            ProbeRows = settings.ProbeRows
        }
        |> Result.map (fun seen ->
            seen, initial, (if seen.Diverged.IsNone then Some(TrainedNetwork.weights theta) else None))

    let private run
        (settings: TrainSettings)
        (seed: Seed)
        (input: TrainInput)
        : Result<TrainedNetwork, PipelineError> =
        match Device.resolve settings.Device with
        | Error reason -> Error reason
        | Ok device ->
            let rows = input.TrainTargets.Length
            let largest = input.LambdaMax * kernelFactor settings input
            let rate = LearningRate.resolve largest rows (LearningRate.Multiple settings.LearningRate)

            follow settings device rate seed input
            |> Result.map (fun (seen, initial, final) -> {
                Initial = initial
                Final = final
                Run = {
                    Network = settings.Architecture.Text
                    Features = input.Labelled.Columns
                    Width = settings.Width
                    Member = settings.Member
                    InputScale = InputScale.print settings.InputScale
                    LearningRate = settings.LearningRate
                    AbsoluteRate = rate
                    BatchSize = settings.BatchSize
                    Steps = seen.Steps
                    Centred = settings.Centred
                    OutputScale = settings.OutputScale
                    Parameters = int64 initial.Columns
                    TrainRows = rows
                    ProbeRows = min settings.ProbeRows rows
                    InitKernelError = seen.InitKernelError
                    DeltaTheta = seen.DeltaTheta
                    Diverged = seen.Diverged
                    Epochs = seen.Epochs
                    SpectrumInitial = seen.SpectrumInitial
                    SpectrumFinal = seen.SpectrumFinal
                    ValidationOutputs = seen.ValidationOutputs
                    TestOutputs = seen.TestOutputs
                }
            })

    /// The written method's network is not named, so that its seeds are those of its first version.
    let private name (settings: TrainSettings) =
        let network =
            if settings.Architecture = Architecture.written then
                ""
            else
                $"/%s{settings.Architecture.Text}"

        $"train-network/%s{InputScale.print settings.InputScale}/m=%d{settings.Width}/rate=%g{settings.LearningRate}/seed=%d{settings.Member}%s{network}"

    let stage (settings: TrainSettings) : Stage<TrainInput, TrainedNetwork> =
        check settings

        {
            Name = name settings
            Version = 5
            Settings = Fingerprint.describe settings
            Codec = TrainedNetwork.codec
            Body = Seeded(run settings)
        }
