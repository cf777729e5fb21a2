namespace NtkPipeline.Core

open TorchSharp

/// Trains a network for real, as `FollowTraining` does, and looks at little but its outputs on held-out rows after each epoch: what a choice
/// among many networks needs, and no kernel of N² entries.
[<RequireQualifiedAccess>]
module HeldOutTraining =

    /// A loss this many times the first one is divergence.
    let private tooMuch = 1e6

    /// Rows on which the movement of the kernel is followed.
    let private probeRows = 128

    /// The same of texts, whose kernels take as the square of their tokens.
    let private probeTexts = 32

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

    /// Of the rows or texts x, as the network sees them, and of the held-out ones.
    let private lane (spec: RunSpec) (rate: float) (seed: Seed) x (targets: Matrix<float>) held : Lane =
        let layers, alpha = RunSpec.networkOf targets.Columns spec, spec.Architecture.OutputScale
        let theta = Forward.drawFor layers x (Seed.derive "parameters" seed)
        let network = Trainable.ofNetwork layers theta alpha

        let start rows =
            let f = network.Outputs rows
            if spec.Architecture.Centred then f else torch.zeros_like f

        let y = (Tensors.ofMatrix64 targets).``to``(x.dtype).``to`` x.device
        let goal = y + start x
        let first = (network.Outputs x - goal).square().mean().item<float32>()

        let most, gram =
            if TextTensor.isTexts x then
                probeTexts, TokenNtk.gram
            else
                probeRows, EmpiricalNtk.gram

        let probe = Probe.rows most targets.Rows |> Array.map int64
        let probe = x.index_select (0L, torch.tensor (probe, device = x.device))
        let kernel () = gram layers theta probe None

        {
            Network = network
            Theta = theta
            Step = network.Begin spec.Optimiser rate
            Kept = x
            Goal = goal
            Held = held
            Offset = start held
            Batches = Batches.ofEpoch (Seed.derive "batches" seed) spec.BatchSize targets.Rows
            Limit = tooMuch * 0.5 * float first
            Kernel = kernel
            FirstKernel = kernel ()
        }

    /// The path of a lane to its end; that the lane has moved by then is the caller's business.
    let private path (spec: RunSpec) (lane: Lane) (outputs: int) : HeldOutPath =
        let seen, diverged = follow lane spec.Epochs 1 [ look lane ]
        let found, movement = seen |> List.rev |> Array.ofList |> Array.unzip

        {
            Outputs = Matrix.ofRows (int lane.Held.shape[0] * outputs) found
            Movement = movement
            Diverged = diverged
        }

    let private check (targets: Matrix<float>) (rows: int) =
        if rows <> targets.Rows || rows = 0 then
            invalidArg (nameof targets) $"%d{targets.Rows} targets for %d{rows} rows"

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
        check targets kept.Rows

        Device.resolve spec.Device
        |> Result.map (fun device ->
            use _ = torch.NewDisposeScope()
            use _ = torch.no_grad ()
            let norm = (InputScale.norm kept.Columns spec.InputScale).ToScalar()
            let tensor m = (Tensors.ofMatrix32 m).mul(norm).``to``(device: torch.Device)
            let lane = lane spec rate seed (tensor kept) targets (tensor held)
            let initial = TrainedNetwork.weights lane.Theta
            let path = path spec lane targets.Columns
            path, (initial, TrainedNetwork.weights lane.Theta))

    /// The same without the weights.
    let run spec rate seed kept targets held : Result<HeldOutPath, PipelineError> =
        runWhole spec rate seed kept targets held |> Result.map fst

    /// The places, among the texts that are trained on, of those on which the kernel is followed.
    let probe (texts: int) : int[] = Probe.rows probeTexts texts

    /// The same of a network over texts, one target each: rows of a text's tokens of so many entries, one after another, and its mask
    /// (`TextTensor.ofRows`). Behind the path stands Θ̂_0 on the texts of `probe`, α² included.
    let runTexts
        (spec: RunSpec)
        (rate: float)
        (seed: Seed)
        (features: int)
        (kept: Matrix<float32>)
        (targets: float[])
        (held: Matrix<float32>)
        : Result<HeldOutPath * Matrix<float32>, PipelineError> =
        let targets = Matrix.create targets.Length 1 targets
        check targets kept.Rows

        Device.resolve spec.Device
        |> Result.map (fun device ->
            use _ = torch.NewDisposeScope()
            use _ = torch.no_grad ()
            let tensor m = (TextTensor.ofRows features (Tensors.ofMatrix32 m)).``to``(device: torch.Device)
            let lane = lane spec rate seed (tensor kept) targets (tensor held)
            let alpha = spec.Architecture.OutputScale
            let first = lane.FirstKernel.mul((alpha * alpha).ToScalar()).cpu() |> Tensors.toMatrix32
            path spec lane 1, first)
