namespace NtkPipeline.Core

open TorchSharp

/// Trains a network for real, as `FollowTraining` does, and looks at little but its outputs on held-out rows after each epoch: what a choice
/// among many networks needs, and no kernel of N² entries.
[<RequireQualifiedAccess>]
module HeldOutTraining =

    /// One epoch; its loss is the mean over the steps, each before it was taken.
    let private epoch (lane: HeldOutLane) number =
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
    let rec private follow lane last number (seen: HeldOutLook list) =
        if number > last then
            seen, None
        else
            let loss = epoch lane number
            let isSound = System.Double.IsFinite loss && loss <= lane.Limit

            match if isSound then Some(HeldOutLane.look lane) else None with
            | Some found when HeldOutLane.isFinite found -> follow lane last (number + 1) (found :: seen)
            | _ -> seen, Some number

    /// The path of a lane to its end; that the lane has moved by then is the caller's business.
    let private path (spec: RunSpec) (lane: HeldOutLane) (outputs: int) : HeldOutPath * HeldOutLook[] =
        let seen, diverged = follow lane spec.Epochs 1 [ HeldOutLane.look lane ]
        let seen = seen |> List.rev |> Array.ofList

        {
            Outputs = seen |> Array.map _.Outputs |> Matrix.ofRows (int lane.Held.shape[0] * outputs)
            Movement = seen |> Array.map _.Movement
            Diverged = diverged
        },
        seen

    let private check (targets: Matrix<float>) (rows: int) =
        if rows <> targets.Rows || rows = 0 then
            invalidArg (nameof targets) $"%d{targets.Rows} targets for %d{rows} rows"

    /// `spec` says what is trained and for how long, `rate` is η itself. `kept` and `held` are rows of this form; `targets` those of the kept,
    /// rows × outputs: of several, the loss is ½·mean over all entries. The first weights and the batches are those that `TrainNetwork` draws
    /// from the same seed.
    let private train
        (isAligned: bool)
        (form: RowForm)
        (spec: RunSpec)
        (rate: float)
        (seed: Seed)
        (kept: Matrix<float32>)
        (targets: Matrix<float>)
        (held: Matrix<float32>)
        : Result<HeldOutNetwork, PipelineError> =
        check targets kept.Rows

        Device.resolve spec.Device
        |> Result.map (fun device ->
            use _ = torch.NewDisposeScope()
            use _ = torch.no_grad ()
            let tensor m = (RowForm.tensor form spec.InputScale m).``to``(device: torch.Device)
            let lane = HeldOutLane.create isAligned spec rate seed (tensor kept) targets (tensor held)
            let initial = TrainedNetwork.weights lane.Theta
            let path, seen = path spec lane targets.Columns
            let alignment k = if isAligned then seen |> Array.map _.Alignments[k] else [||]

            {
                Path = path
                Initial = initial
                Final = TrainedNetwork.weights lane.Theta
                AlignmentWithTargets = alignment 0
                AlignmentWithInitial = alignment 1
            })

    let runWhole form spec rate seed kept targets held : Result<HeldOutNetwork, PipelineError> =
        train true form spec rate seed kept targets held

    /// The path and the weights that it ends in.
    let runTo form spec rate seed kept targets held : Result<HeldOutPath * Matrix<float32>, PipelineError> =
        train false form spec rate seed kept targets held
        |> Result.map (fun trained -> trained.Path, trained.Final)

    /// The path alone.
    let run form spec rate seed kept targets held : Result<HeldOutPath, PipelineError> =
        train false form spec rate seed kept targets held |> Result.map _.Path

    /// The places, among the texts that are trained on, of those on which the kernel is followed.
    let probe (texts: int) : int[] = Probe.rows HeldOutLane.probeTexts texts

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
            let lane = HeldOutLane.create false spec rate seed (tensor kept) targets (tensor held)
            let alpha = spec.Architecture.OutputScale
            let first = lane.FirstKernel.mul((alpha * alpha).ToScalar()).cpu() |> Tensors.toMatrix32
            fst (path spec lane 1), first)
