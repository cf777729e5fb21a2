namespace NtkPipeline.Core

open System
open TorchSharp

/// Stage: features and their analytic kernel → one finite network, trained for real by gradient descent and followed.
///
/// Every run has its own seed, which its name gives: widths, input scales, learning rates and members are independent draws of
/// first weights ("parameters") and of batches ("batches"). Only the probe rows are common to all: they are evenly spaced.
[<RequireQualifiedAccess>]
module TrainNetwork =

    let private inputsOf
        (form: Features -> RowForm)
        (features: Artifact<Features>)
        (split: Artifact<Split>)
        (gram: Artifact<Matrix<float32>>)
        (spectrum: Artifact<Spectrum>)
        : Artifact<TrainInput> =
        let gather (features: Features) (split: Split) gram (spectrum: Spectrum) : TrainSource = {
            Form = form features
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

    /// Made ready once, when a network is first trained, and shared by all that are.
    let inputs features split gram spectrum : Artifact<TrainInput> =
        inputsOf (fun _ -> RowForm.Row) features split gram spectrum

    /// The same of texts (`TokenFeatures`).
    let inputsOfTexts features split gram spectrum : Artifact<TrainInput> =
        inputsOf (fun features -> RowForm.Text features.Facts.Columns) features split gram spectrum

    /// Θ of this network's own scales over Θ as `Gram` holds it.
    let kernelFactor (spec: RunSpec) (input: TrainInput) : float =
        NetworkGram.factor spec.Architecture input.Labelled.Columns spec.InputScale
        * spec.Architecture.OutputScale
        * spec.Architecture.OutputScale

    /// Of texts, outputs are asked of some at a time. Gates are not counted there: padding has some that never flip.
    let private followed form network theta alpha =
        let trainable = Trainable.ofNetwork network theta alpha

        match form with
        | RowForm.Row -> trainable
        | RowForm.Text _ -> {
            trainable with
                Outputs = TextGram.inBlocks theta trainable.Outputs
                Gates = None
          }

    let private follow (spec: RunSpec) (device: torch.Device) rate (seed: Seed) (input: TrainInput) =
        use _ = torch.NewDisposeScope()
        let network, alpha = RunSpec.network spec, spec.Architecture.OutputScale

        let theta =
            Forward.drawMaps
                (RowForm.maps input.Form input.Labelled.Columns network)
                (Seed.derive "parameters" seed)
                torch.float32
            |> Forward.toDevice device

        let tensor m = (RowForm.tensor input.Form spec.InputScale m).``to`` device
        let outputScale = (alpha * alpha).ToScalar()

        let gram, parts =
            match input.Form with
            | RowForm.Row ->
                (fun x -> EmpiricalNtk.gram network theta x None), EmpiricalNtk.parts network theta
            | RowForm.Text _ -> TextGram.gram network theta, TextGram.parts network theta

        let initial = TrainedNetwork.weights theta
        let epochs, spectra = TrackedEpochs.upTo spec.Epochs spec.Tracked

        FollowTraining.run {
            Network = followed input.Form network theta alpha
            KernelOf = fun x -> (gram x).mul_ outputScale
            PartsOf = fun x -> parts x |> Array.map _.mul_(outputScale)
            Labelled = tensor input.Labelled
            Test = tensor input.Test
            TrainTargets = input.TrainTargets
            ValidationLabels = input.ValidationLabels
            Kernel = (Tensors.ofMatrix32 input.Kernel).``to`` device
            KernelFactor = kernelFactor spec input
            Centred = spec.Architecture.Centred
            Optimiser = spec.Optimiser
            Rate = rate
            Batches = Batches.ofEpoch (Seed.derive "batches" seed) spec.BatchSize input.TrainTargets.Length
            Tracked = epochs
            Spectra = spectra
            ProbeRows = spec.ProbeRows
        }
        |> Result.map (fun seen ->
            seen, initial, (if seen.Diverged.IsNone then Some(TrainedNetwork.weights theta) else None))

    /// Kernels whose squares leave float32 have no distance from each other.
    let private checkKernel (seen: Following, initial, final) =
        let distances = seen.InitKernelError :: Option.toList seen.DeltaTheta

        if List.forall Double.IsFinite distances && Array.forall Double.IsFinite seen.SpectrumInitial then
            Ok(seen, initial, final)
        else
            Error(
                NumbersRefused
                    "train-network: the entries of the network's tangent kernel are too large for float32, so that its distance from the analytic kernel is no number; take smaller weights or a lower power"
            )

    /// η of the optimiser itself, in whose unit the rate is given.
    let rate (spec: RunSpec) (input: TrainInput) : float =
        let largest = input.LambdaMax * kernelFactor spec input
        let maps = RowForm.maps input.Form input.Labelled.Columns (RunSpec.network spec)
        Optimiser.resolve largest input.TrainTargets.Length (RowForm.parameters maps) spec.Rate spec.Optimiser

    /// One network, trained and followed.
    let train (spec: RunSpec) (seed: Seed) (input: TrainInput) : Result<TrainedNetwork, PipelineError> =
        match Device.resolve spec.Device with
        | Error reason -> Error reason
        | Ok device ->
            let rows = input.TrainTargets.Length
            let rate = rate spec input

            follow spec device rate seed input
            |> Result.bind checkKernel
            |> Result.map (fun (seen, initial, final) -> {
                Initial = initial
                Final = final
                Path =
                    Matrix.create
                        seen.Path.Length
                        input.ValidationLabels.Length
                        (Array.concat seen.Path |> Array.map float32)
                Run = {
                    Spec = spec
                    Features = input.Labelled.Columns
                    AbsoluteRate = rate
                    Steps = seen.Steps
                    Parameters = int64 initial.Columns
                    TrainRows = rows
                    ProbeRows = min spec.ProbeRows rows
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

    let stage (point: GridPoint) : Stage<TrainInput, TrainedNetwork> =
        RunSpec.check point.Spec

        {
            Name = point.Name
            Version = 7
            Settings = Fingerprint.describe point.Spec
            Codec = TrainedNetwork.codec
            Body = Seeded(train point.Spec)
        }
