namespace NtkPipeline.Core

open System
open TorchSharp

/// What training one network needs to know.
type TrainSettings = {
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
    /// Epochs after which everything is measured. The first (0) and the last always are; what lies past the last never is.
    TrackedEpochs: int list
    /// Training rows on which the kernel is followed.
    ProbeRows: int
    /// f(x; θ) − f(x; θ₀) is trained, rather than f(x; θ).
    Centred: bool
    /// α in f(x) = (α/√m) W₂ relu(W₁x/√d).
    OutputScale: float
    Device: Device
}

/// What a network is trained on and measured against.
type TrainInput = {
    /// Unit rows, labelled and not: n × d.
    Labelled: Matrix<float32>
    Test: Matrix<float32>
    /// The infinite-width kernel of all labelled rows at ‖x‖ = √d, where its diagonal is 1: n × n.
    Gram: Matrix<float32>
    /// The largest eigenvalue of the training rows' part of `Gram`.
    LambdaMax: float
    /// Row numbers.
    Train: int[]
    Validation: int[]
    /// ±1 for every labelled row: what is trained on, and what validation is scored by.
    Targets: float[]
    Labels: float[]
}

/// Stage: features and their analytic kernel → one finite network, trained for real by gradient descent and followed.
///
/// Every run has its own seed, which its name gives: widths, input scales, learning rates and members are independent draws of
/// first weights ("parameters") and of batches ("batches"). Only the probe rows are common to all: they are evenly spaced.
[<RequireQualifiedAccess>]
module TrainNetwork =

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
        | Ok width -> Network.oneHidden Relu width
        | Error reason -> invalidArg (nameof settings) reason

    let private tracked (settings: TrainSettings) =
        settings.Epochs :: settings.TrackedEpochs
        |> List.filter (fun epoch -> epoch > 0 && epoch <= settings.Epochs)
        |> List.distinct
        |> List.sort

    /// Θ of this network's own scales over Θ as `Gram` holds it.
    let private kernelFactor settings (input: TrainInput) =
        InputScale.kernelFactor input.Labelled.Columns settings.InputScale
        * settings.OutputScale
        * settings.OutputScale

    let private refusal (input: TrainInput) =
        let n = input.Labelled.Rows

        if
            input.Gram.Rows <> n
            || input.Gram.Columns <> n
            || input.Targets.Length <> n
            || input.Labels.Length <> n
        then
            invalidArg (nameof input) "features, kernel, targets and labels are not of the same rows"

        if input.Train.Length = 0 || input.Validation.Length = 0 then
            Some(
                DataRefused
                    $"train-network: of %d{n} labelled rows, %d{input.Train.Length} are to train on and %d{input.Validation.Length} to validate on; both need at least one"
            )
        elif not (Double.IsFinite input.LambdaMax && input.LambdaMax > 0.0) then
            Some(
                NumbersRefused
                    $"train-network: the learning rate is given in units of N/Λ_max, but the largest eigenvalue of the training rows' kernel is %g{input.LambdaMax}"
            )
        else
            [
                "features", input.Labelled
                "test features", input.Test
                "kernel", input.Gram
            ]
            |> List.tryPick (fun (name, matrix) ->
                Matrix.firstNonFinite32 matrix
                |> Option.map (fun (row, column) ->
                    NumbersRefused
                        $"train-network: the %s{name} of row %d{row} (from 0) holds %g{matrix[row, column]} in column %d{column}"))

    /// The entries at `rows` × `rows`, copied to where networks are trained.
    let private gatherSquare (device: torch.Device) (rows: int[]) (m: Matrix<float32>) : torch.Tensor =
        use _ = torch.NewDisposeScope()
        let n, source = rows.LongLength, Tensors.ofMatrix32 m
        let index = torch.tensor (rows |> Array.map int64)
        let target = torch.empty ([| n; n |], dtype = torch.float32, device = device)

        for start in 0L .. 256L .. n - 1L do
            use _ = torch.NewDisposeScope()
            let count = min 256L (n - start)
            let chosen = source.index_select(0L, index.narrow (0L, start, count)).index_select (1L, index)
            target.narrow(0L, start, count).copy_ chosen |> ignore

        target.MoveToOuterDisposeScope()

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
            |> Array.map (fun layer -> { layer with W = layer.W.``to`` device })

        let norm = (InputScale.norm features settings.InputScale).ToScalar()
        let tensor m = (Tensors.ofMatrix32 m).mul(norm).``to`` device
        let outputScale = (settings.OutputScale * settings.OutputScale).ToScalar()
        // Rows that are trained on come first.
        let rows = Array.append input.Train input.Validation

        FollowedTraining.run {
            Stack = ReluStack.ofNetwork network theta settings.OutputScale
            KernelOf = fun x -> (EmpiricalNtk.gram network theta x None).mul_ outputScale
            Labelled = input.Labelled |> Matrix.gatherRows rows |> tensor
            Test = tensor input.Test
            TrainTargets = input.Train |> Array.map (fun row -> input.Targets[row])
            ValidationLabels = input.Validation |> Array.map (fun row -> input.Labels[row])
            Kernel = input.Gram |> gatherSquare device rows
            KernelFactor = kernelFactor settings input
            Centred = settings.Centred
            Rate = rate
            Batches = Batches.ofEpoch (Seed.derive "batches" seed) settings.BatchSize input.Train.Length
            Tracked = tracked settings
            ProbeRows = settings.ProbeRows
        }

    let private run
        (settings: TrainSettings)
        (seed: Seed)
        (input: TrainInput)
        : Result<NetworkRun, PipelineError> =
        match refusal input, Device.resolve settings.Device with
        | Some reason, _
        | None, Error reason -> Error reason
        | None, Ok device ->
            let rows = input.Train.Length
            let rate = settings.LearningRate * float rows / (input.LambdaMax * kernelFactor settings input)

            follow settings device rate seed input
            |> Result.map (fun seen -> {
                Width = settings.Width
                Member = settings.Member
                InputScale = InputScale.print settings.InputScale
                LearningRate = settings.LearningRate
                AbsoluteRate = rate
                BatchSize = settings.BatchSize
                Steps = seen.Steps
                Centred = settings.Centred
                OutputScale = settings.OutputScale
                Parameters = int64 settings.Width * int64 (input.Labelled.Columns + 1)
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
            })

    let codec: Codec<NetworkRun> = Codec.json "network-run/1"

    let stage (settings: TrainSettings) : Stage<TrainInput, NetworkRun> =
        check settings

        {
            Name =
                $"train-network/%s{InputScale.print settings.InputScale}/m=%d{settings.Width}/rate=%g{settings.LearningRate}/seed=%d{settings.Member}"
            Version = 1
            Settings = Fingerprint.describe settings
            Codec = codec
            Body = Seeded(run settings)
        }
