namespace NtkPipeline.Core

open TorchSharp

/// How a model is fine-tuned: ½·mean((f − y)²) over rows and outputs.
type OwnTraining = {
    Optimiser: Optimiser
    /// η itself.
    Rate: float
    /// 0 stands for full-batch descent.
    BatchSize: int
    Epochs: int
}

/// What a training model says of rows that it is not trained on: row by row after each epoch from 0, until the last or a divergence.
type OwnPath = { Outputs: float[][]; Diverged: int option }

/// Rows as tensors of the model's type: those that are trained on, their targets (rows × outputs), and others.
[<NoEquality; NoComparison>]
type OwnLane = { Kept: torch.Tensor; Targets: torch.Tensor; Held: torch.Tensor }

/// Fine-tunes a model in place, or its linearisation; the batches are those that a network of the run draws from the same seed.
[<RequireQualifiedAccess>]
module OwnTraining =

    /// A loss this many times the first one is divergence.
    let private tooMuch = 1e6

    let lane (f: OwnFunction) (kept: Matrix<float32>) (targets: Matrix<float>) (held: Matrix<float32>) = {
        Kept = (Tensors.ofMatrix32 kept).``to`` f.Model.Type
        Targets = (Tensors.ofMatrix64 targets).``to`` f.Model.Type
        Held = (Tensors.ofMatrix32 held).``to`` f.Model.Type
    }

    /// ∂(y·v)/∂leaf for each; zeros where y does not depend on it.
    let private pulled (leaves: torch.Tensor[]) (y: torch.Tensor) (v: torch.Tensor) =
        torch.autograd.grad ([| y |], leaves, grad_outputs = [| v |], allow_unused = true)
        |> Seq.map2
            (fun (leaf: torch.Tensor) found ->
                if isNull (box found) || found.IsInvalid then
                    torch.zeros_like(leaf).detach()
                else
                    found)
            leaves
        |> Array.ofSeq

    let private epoch (batches: int[][]) (step: torch.Tensor -> torch.Tensor) =
        use _ = torch.NewDisposeScope()

        let losses =
            batches
            |> Array.map (fun batch ->
                use _ = torch.NewDisposeScope()
                (step (torch.tensor (batch |> Array.map int64))).MoveToOuterDisposeScope())

        torch.stack(losses).``to``(torch.float64).mean().item<float>()

    /// `look` is told the epoch and gives the outputs at the held rows.
    let private follow training seed (lane: OwnLane) first step (look: int -> float[]) : OwnPath =
        let batches = Batches.ofEpoch (Seed.derive "batches" seed) training.BatchSize (int lane.Kept.shape[0])

        let rec go number seen =
            if number > training.Epochs then
                seen, None
            else
                let loss = epoch (batches number) step

                let f =
                    if System.Double.IsFinite loss && loss <= tooMuch * first then
                        look number
                    else
                        [| nan |]

                if Array.forall System.Double.IsFinite f then
                    go (number + 1) (f :: seen)
                else
                    seen, Some number

        let seen, diverged = go 1 [ look 0 ]
        { Outputs = seen |> List.rev |> Array.ofList; Diverged = diverged }

    /// ½·mean r², and the gradients that it has by the leaves.
    let private gradients leaves (y: torch.Tensor) (gap: torch.Tensor) =
        let gradients = pulled leaves y (gap.div ((float (gap.numel ())).ToScalar()))
        gradients, gap.square().mean().mul(0.5.ToScalar())

    let private start (f: OwnFunction) (lane: OwnLane) =
        let targets = Tensors.toArray64 lane.Targets

        Array.map2 (fun f y -> 0.5 * (f - y) ** 2.0) (OwnFunction.values f lane.Kept) targets
        |> Array.average
        |> max 1e-12

    /// Trains the model itself; `seen` is told each epoch from 0, at whose weights the model then stands, and says whether it is sound.
    let ofModel
        (training: OwnTraining)
        (seed: Seed)
        (seen: int -> bool)
        (f: OwnFunction)
        (lane: OwnLane)
        : OwnPath =
        let leaves = OwnFunction.leaves f
        let move = GradientSteps.start training.Optimiser training.Rate leaves

        let step (rows: torch.Tensor) =
            use _ = torch.NewDisposeScope()
            use _ = torch.enable_grad ()
            let y = OwnFunction.outputs f (lane.Kept.index_select (0L, rows))
            let gap = y.detach().sub(lane.Targets.index_select (0L, rows))
            let gradients, loss = gradients leaves y gap
            move gradients
            loss.MoveToOuterDisposeScope()

        follow training seed lane (start f lane) step (fun epoch ->
            let values = OwnFunction.values f lane.Held

            if Array.forall System.Double.IsFinite values && seen epoch then
                values
            else
                [| nan |])

    /// Trains f(θ₀) + J(θ₀)·δ by δ, from 0 and by the same steps: the model's weights do not move.
    let ofLinearised (training: OwnTraining) (seed: Seed) (f: OwnFunction) (lane: OwnLane) : OwnPath =
        let leaves = OwnFunction.leaves f
        let delta = leaves |> Array.map (fun leaf -> torch.zeros_like(leaf).detach())
        let move = GradientSteps.start training.Optimiser training.Rate delta
        let origin = OwnFunction.values f lane.Held

        let step (rows: torch.Tensor) =
            use _ = torch.NewDisposeScope()
            use _ = torch.enable_grad ()
            let y, pushed = OwnFunction.linear f delta (lane.Kept.index_select (0L, rows))
            let gap = y.detach().add(pushed.detach ()).sub(lane.Targets.index_select (0L, rows))
            let gradients, loss = gradients leaves y gap
            move gradients
            loss.detach().MoveToOuterDisposeScope()

        follow training seed lane (start f lane) step (fun _ ->
            Array.map2 (+) origin (OwnFunction.pushed f delta lane.Held))
