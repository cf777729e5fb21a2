namespace NtkPipeline.Core

open TorchSharp

/// A network through its training.
type BiasPath = {
    Kind: OptimiserKind
    Loss: Loss
    Width: int
    Member: int
    Steps: int
    /// Each tracked step up to where it diverged, if it did. Outputs are f(·; θ) − f(·; θ₀) at the validation rows.
    Points: OptimiserPoint[]
    /// √(yᵀ Θ̂₀⁻¹ y): the least ‖θ − θ₀‖ by which the network linearised at θ₀ fits every row; and what it then says of the validation
    /// rows. None where its kernel is singular.
    LeastTravel: float option
    OwnSolution: float[] option
} with

    /// Whether it was trained to the end and had fitted its rows by then: on the squared error a loss below 0.01, where it began at ½.
    member this.HasFitted = this.IsWhole && (Array.last this.Points).Loss < 0.01

    member this.IsWhole = this.Points.Length > 0 && (Array.last this.Points).Step = this.Steps

/// A network's first steps beside what is predicted of them.
type BiasFirst = {
    Kind: OptimiserKind
    /// One row a step.
    IsSingle: bool
    Width: int
    Member: int
    /// Empty where it diverged.
    Steps: FirstSteps list
}

/// What is trained on few rows, so that every row can be fitted.
[<RequireQualifiedAccess>]
module BiasModels =

    let private norm (spec: RunSpec) columns = (InputScale.norm columns spec.InputScale).ToScalar()

    let private tensor (spec: RunSpec) device (rows: Matrix<float32>) : torch.Tensor =
        (Tensors.ofMatrix32 rows).mul(norm spec rows.Columns).``to``(device: torch.Device)

    /// η or s, absolute. Four times descent's on the cross-entropy, by its curvature.
    let private rate (point: BiasPoint) (input: TrainInput) =
        let optimiser = OptimiserKind.optimiser point.Kind
        let largest = input.LambdaMax * TrainNetwork.kernelFactor point.Spec input
        let parameters = ParameterStep.length input.Labelled.Columns (RunSpec.network point.Spec)
        let plain = Optimiser.resolve largest input.TrainTargets.Length parameters point.Spec.Rate optimiser

        if OptimiserKind.isLinear point.Kind then
            plain / Loss.curvature point.Loss
        else
            plain

    let private batches (point: BiasPoint) seed rows =
        let size = if OptimiserKind.isMinibatch point.Kind then point.BatchSize else 0
        let ofEpoch = Batches.ofEpoch (Seed.derive "batches" seed) size rows
        let count = Batches.count size rows
        // Steps follow one another, so that the last epoch asked for is the one wanted.
        let mutable known = 0, [||]

        fun step ->
            let epoch = (step - 1) / count + 1

            if fst known <> epoch then
                known <- epoch, ofEpoch epoch

            (snd known)[(step - 1) % count]

    let private drawing (point: BiasPoint) columns seed (device: torch.Device) () =
        Forward.draw (RunSpec.network point.Spec) columns (Seed.derive "parameters" seed) torch.float32
        |> Forward.toDevice device

    let private job
        (point: BiasPoint)
        seed
        (input: TrainInput)
        (x: torch.Tensor)
        network
        tracked
        : OptimiserJob = {
        Network = network
        Rows = x
        Labels = input.TrainTargets
        Loss = point.Loss
        Optimiser = OptimiserKind.optimiser point.Kind
        Rate = rate point input
        Share = OptimiserKind.share point.Kind point.Steps
        Batch = batches point seed input.TrainTargets.Length
        Tracked = tracked
    }

    let private trained (point: BiasPoint) seed (input: TrainInput) device : BiasPath =
        use _ = torch.NewDisposeScope()
        use _ = torch.no_grad ()
        let network, alpha = RunSpec.network point.Spec, point.Spec.Architecture.OutputScale
        let draw = drawing point input.Labelled.Columns seed device
        let x = tensor point.Spec device input.Labelled
        // In float64: the solve without a ridge asks for its digits.
        let wide = x.``to`` torch.float64

        let theta =
            draw ()
            |> Array.map (fun layer -> {
                W = layer.W.``to`` torch.float64
                B = layer.B |> Option.map _.``to``(torch.float64)
            })

        let first =
            (EmpiricalNtk.gram
                network
                theta
                wide
                (Some(wide.narrow (0L, 0L, int64 input.TrainTargets.Length))))
                .mul_((alpha * alpha).ToScalar())
                .cpu()

        let own = BiasRows.solution (Tensors.toMatrix64 first) input.TrainTargets

        {
            Kind = point.Kind
            Loss = point.Loss
            Width = point.Spec.Width
            Member = point.Spec.Member
            Steps = point.Steps
            Points =
                ImplicitBias.tracked point.Steps
                |> job point seed input x (Trainable.ofNetwork network (draw ()) alpha)
                |> OptimiserPath.run
                |> Array.ofList
            LeastTravel = Option.map fst own
            OwnSolution = Option.map snd own
        }

    let private onDevice (point: BiasPoint) run (input: TrainInput) =
        match Device.resolve point.Spec.Device, BiasRows.restrict point.Rows point.Closest input with
        | Error reason, _
        | _, Error reason -> Error reason
        | Ok device, Ok(input, _) -> Ok(run input device)

    let private name stem (point: BiasPoint) =
        let home = $"implicit-bias/%s{stem}/%s{OptimiserKind.print point.Kind}"
        (RunSpec.name point.Spec).Replace("train-network", home)

    /// One network by one optimiser; its seed hangs on its own name.
    let path (point: BiasPoint) : Stage<TrainInput, BiasPath> = {
        Name = name (Loss.print point.Loss) point
        Version = 2
        Settings = Fingerprint.describe point
        Codec = Codec.json "bias-path/2"
        Body = Seeded(fun seed -> onDevice point (trained point seed))
    }

    /// Validation rows that first steps are watched on, and the steps.
    let private watched, firstTracked = 300, [ 1; 2; 5; 10; 20 ]

    let private first (point: BiasPoint) isSingle seed (input: TrainInput) device : BiasFirst =
        use _ = torch.NewDisposeScope()
        let trained = input.TrainTargets.Length
        let other = Probe.rows watched input.ValidationLabels.Length |> Array.map ((+) trained)
        let rows = Array.append [| 0 .. trained - 1 |] other
        let x = tensor point.Spec device (Matrix.gatherRows rows input.Labelled)
        let network, alpha = RunSpec.network point.Spec, point.Spec.Architecture.OutputScale
        let draw = drawing point input.Labelled.Columns seed device
        let job = job point seed input x (Trainable.ofNetwork network (draw ()) alpha) firstTracked

        {
            Kind = point.Kind
            IsSingle = isSingle
            Width = point.Spec.Width
            Member = point.Spec.Member
            Steps =
                OwnKernelSteps.run network draw alpha {
                    job with
                        Share = fun _ -> 1.0
                        Batch = if isSingle then (fun k -> [| (k - 1) % trained |]) else job.Batch
                }
        }

    /// The same network's first steps. Single rows: the steps that the sign kernel is exact for.
    let firstSteps (point: BiasPoint) (isSingle: bool) : Stage<TrainInput, BiasFirst> = {
        Name = name (if isSingle then "single-rows" else "first-steps") point
        Version = 1
        Settings = Fingerprint.describe (point, isSingle)
        Codec = Codec.json "bias-first/1"
        Body = Seeded(fun seed -> onDevice point (first point isSingle seed))
    }
