namespace NtkPipeline.Core

open TorchSharp

/// What a network in training says of rows that it is not trained on.
type HeldOutPath = {
    /// f at these rows, one row for each epoch, from 0: of several outputs, those of a row side by side. Ends before the epoch of a
    /// divergence.
    Outputs: Matrix<float32>
    /// ‖Θ̂_t − Θ̂_0‖/‖Θ̂_0‖ after the same epochs, on some of the rows that are trained on.
    Movement: float[]
    /// The epoch in which the loss ceased to be finite or passed 10⁶ times its start.
    Diverged: int option
}

/// Trains a network for real, as `FollowTraining` does, and looks at little but its outputs on held-out rows after each epoch: what a choice
/// among many networks needs, and no kernel of N² entries.
[<RequireQualifiedAccess>]
module HeldOutTraining =

    /// A loss this many times the first one is divergence.
    let private tooMuch = 1e6

    /// Rows on which the movement of the kernel is followed.
    let private probeRows = 128

    [<NoEquality; NoComparison>]
    type private Lane = {
        Network: Trainable
        Theta: DenseParameters[]
        Step: TrainingStep
        Kept: torch.Tensor
        /// What the network itself must reach on the kept rows: y, plus f(·; θ₀) where it is centred.
        Goal: torch.Tensor
        Held: torch.Tensor
        /// f(·; θ₀) on the held-out rows where it is centred, else 0.
        Offset: torch.Tensor
        Batches: int -> int[][]
        Limit: float
        /// Θ̂ on the probe rows, but for α².
        Kernel: unit -> torch.Tensor
        FirstKernel: torch.Tensor
    }

    /// f at the held-out rows, and how far the kernel has moved.
    let private look lane =
        use _ = torch.NewDisposeScope()
        let f = (lane.Network.Outputs lane.Held - lane.Offset).cpu()
        Tensors.toArray32 f, KernelMeasures.relativeChange (lane.Kernel()) 1.0 lane.FirstKernel

    /// One epoch; its loss is the mean over the steps, each before it was taken.
    let private epoch lane number =
        use _ = torch.NewDisposeScope()

        let losses =
            lane.Batches number
            |> Array.map (fun batch ->
                use _ = torch.NewDisposeScope()
                let rows = torch.tensor (batch |> Array.map int64, device = lane.Kept.device)
                let x, y = lane.Kept.index_select (0L, rows), lane.Goal.index_select (0L, rows)
                (lane.Step x y).MoveToOuterDisposeScope())

        torch.stack(losses).``to``(torch.float64).mean().item<float>()

    /// What is seen after each epoch, newest first, until the last or a divergence.
    let rec private follow lane last number (seen: (float32[] * float) list) =
        if number > last then
            seen, None
        else
            let loss = epoch lane number
            let isSound = System.Double.IsFinite loss && loss <= lane.Limit
            let f, movement = if isSound then look lane else [||], nan

            if System.Double.IsFinite movement && Array.forall System.Single.IsFinite f then
                follow lane last (number + 1) ((f, movement) :: seen)
            else
                seen, Some number

    let private lane (spec: RunSpec) (rate: float) (seed: Seed) device kept (targets: Matrix<float>) held =
        let features, alpha = (kept: Matrix<float32>).Columns, spec.Architecture.OutputScale
        let layers = RunSpec.networkOf targets.Columns spec

        let theta =
            Forward.draw layers features (Seed.derive "parameters" seed) torch.float32
            |> Forward.toDevice device

        let norm = (InputScale.norm features spec.InputScale).ToScalar()
        let tensor m = (Tensors.ofMatrix32 m).mul(norm).``to``(device: torch.Device)
        let network, x, out = Trainable.ofNetwork layers theta alpha, tensor kept, tensor held

        let start rows =
            let f = network.Outputs rows
            if spec.Architecture.Centred then f else torch.zeros_like f

        let y = (Tensors.ofMatrix64 targets).``to``(x.dtype).``to`` device
        let goal = y + start x
        let first = (network.Outputs x - goal).square().mean().item<float32>()
        let probe = Probe.rows probeRows kept.Rows |> Array.map int64
        let probe = x.index_select (0L, torch.tensor (probe, device = device))
        let kernel () = EmpiricalNtk.gram layers theta probe None

        {
            Network = network
            Theta = theta
            Step = network.Begin spec.Optimiser rate
            Kept = x
            Goal = goal
            Held = out
            Offset = start out
            Batches = Batches.ofEpoch (Seed.derive "batches" seed) spec.BatchSize targets.Rows
            Limit = tooMuch * 0.5 * float first
            Kernel = kernel
            FirstKernel = kernel ()
        }

    /// `spec` says what is trained and for how long, `rate` is η itself. `kept` and `held` are unit rows; `targets` those of the kept, rows ×
    /// outputs: of several, the loss is ½·mean over all entries. The weights before and after stand behind the path. The first weights and the batches are those that `TrainNetwork` draws
    /// from the same seed.
    let runWhole
        (spec: RunSpec)
        (rate: float)
        (seed: Seed)
        (kept: Matrix<float32>)
        (targets: Matrix<float>)
        (held: Matrix<float32>)
        : Result<HeldOutPath * (Matrix<float32> * Matrix<float32>), PipelineError> =
        if kept.Rows <> targets.Rows || kept.Rows = 0 then
            invalidArg (nameof targets) $"%d{targets.Rows} targets for %d{kept.Rows} rows"

        Device.resolve spec.Device
        |> Result.map (fun device ->
            use _ = torch.NewDisposeScope()
            use _ = torch.no_grad ()
            let lane = lane spec rate seed device kept targets held
            let initial = TrainedNetwork.weights lane.Theta
            let seen, diverged = follow lane spec.Epochs 1 [ look lane ]
            let outputs, movement = seen |> List.rev |> Array.ofList |> Array.unzip

            {
                Outputs = Matrix.ofRows (held.Rows * targets.Columns) outputs
                Movement = movement
                Diverged = diverged
            },
            (initial, TrainedNetwork.weights lane.Theta))

    /// The same without the weights.
    let run spec rate seed kept targets held : Result<HeldOutPath, PipelineError> =
        runWhole spec rate seed kept targets held |> Result.map fst

    let codec: Codec<HeldOutPath> =
        Codec.pair
            ("outputs", Codec.matrix32)
            ("course", Codec.pair ("movement", Codec.vector) ("diverged", Codec.json<int[]> "divergence/1"))
        |> Codec.map
            "held-out-path/1"
            (fun path -> path.Outputs, (path.Movement, Option.toArray path.Diverged))
            (fun (outputs, (movement, diverged)) ->
                if movement.Length = outputs.Rows then
                    Ok { Outputs = outputs; Movement = movement; Diverged = Array.tryHead diverged }
                else
                    Error $"it has outputs of %d{outputs.Rows} epochs and movements of %d{movement.Length}")
