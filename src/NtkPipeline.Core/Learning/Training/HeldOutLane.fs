namespace NtkPipeline.Core

open TorchSharp

/// A network in training whose outputs on held-out rows are looked at.
[<NoEquality; NoComparison>]
type internal HeldOutLane = {
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
    /// What Θ̂ is aligned with on the probe rows; nothing where nobody asks.
    AlignedWith: CentredKernel list
}

/// f at the held-out rows, how far the kernel has moved, and its alignments.
type internal HeldOutLook = { Outputs: float32[]; Movement: float; Alignments: float list }

[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module internal HeldOutLane =

    /// A loss this many times the first one is divergence.
    let private tooMuch = 1e6

    /// Rows on which the movement of the kernel is followed.
    let private probeRows = 128

    /// The same of texts, whose kernels take as the square of their tokens.
    let probeTexts = 32

    /// Texts take memory at all of their places: so many are looked at together.
    let private textsAtOnce = 128L

    let private outputs (network: Trainable) (x: torch.Tensor) : torch.Tensor =
        let count = x.shape[0]

        if not (TextTensor.isTexts x) || count <= textsAtOnce then
            network.Outputs x
        else
            use _ = torch.NewDisposeScope()

            let parts = [|
                for start in 0L .. textsAtOnce .. count - 1L ->
                    network.Outputs(x.narrow (0L, start, min textsAtOnce (count - start)))
            |]

            torch.cat(parts, 0L).MoveToOuterDisposeScope()

    let look (lane: HeldOutLane) : HeldOutLook =
        use _ = torch.NewDisposeScope()
        let f = (outputs lane.Network lane.Held - lane.Offset).cpu()
        let kernel = lane.Kernel()

        {
            Outputs = Tensors.toArray32 f
            Movement = KernelMeasures.relativeChange kernel 1.0 lane.FirstKernel
            Alignments =
                if lane.AlignedWith.IsEmpty then
                    []
                else
                    KernelMeasures.alignments kernel lane.AlignedWith
        }

    let isFinite (seen: HeldOutLook) : bool =
        System.Double.IsFinite seen.Movement && Array.forall System.Single.IsFinite seen.Outputs

    /// Of the rows or texts x, as the network sees them, and of the held-out ones.
    let create
        (isAligned: bool)
        (spec: RunSpec)
        (rate: float)
        (seed: Seed)
        (x: torch.Tensor)
        (targets: Matrix<float>)
        (held: torch.Tensor)
        : HeldOutLane =
        let layers, alpha = RunSpec.networkOf targets.Columns spec, spec.Architecture.OutputScale
        let theta = Forward.drawFor layers x (Seed.derive "parameters" seed)
        let network = Trainable.ofNetwork layers theta alpha

        let start rows =
            let f = outputs network rows
            if spec.Architecture.Centred then f else torch.zeros_like f

        let y = (Tensors.ofMatrix64 targets).``to``(x.dtype).``to`` x.device
        let goal = y + start x
        let first = (outputs network x - goal).square().mean().item<float32>()

        let most, gram =
            if TextTensor.isTexts x then
                probeTexts, TokenNtk.gram
            else
                probeRows, EmpiricalNtk.gram

        let places = Probe.rows most targets.Rows |> Array.map int64
        let probe = x.index_select (0L, torch.tensor (places, device = x.device))
        let kernel () = gram layers theta probe None
        let firstKernel = kernel ()
        let some = y.index_select (0L, torch.tensor (places, device = x.device))

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
            FirstKernel = firstKernel
            AlignedWith =
                if isAligned then
                    [
                        KernelMeasures.centred (some.mm (some.t ()))
                        KernelMeasures.centred firstKernel
                    ]
                else
                    []
        }
