namespace NtkPipeline.Core

open TorchSharp

/// A network's tangent kernel at the given inputs (rows), with its weights as they are now: n × n, in the caller's scope.
type KernelOf = torch.Tensor -> torch.Tensor

/// A fixed set of training rows on which a network's kernel, gates and weights are compared with what they were at first.
[<NoEquality; NoComparison>]
type Probe = {
    /// The rows as the network sees them, p × d.
    Inputs: torch.Tensor
    /// yyᵀ, p × p.
    TargetKernel: CentredKernel
    /// Θ̂_0, p × p, as it is and centred.
    InitialKernel: torch.Tensor
    InitialCentred: CentredKernel
    /// None where the network has no gates.
    InitialGates: torch.Tensor option
    InitialLayers: torch.Tensor[][]
}

/// What the probe shows of a network at one time.
type ProbeMeasures = {
    DeltaTheta: float
    WeightMovement: float[]
    FlippedGates: float option
    AlignmentWithTargets: float
    AlignmentWithInitial: float
    /// Of Θ̂_t, largest first, where they were asked for.
    Eigenvalues: float[] option
}

[<RequireQualifiedAccess>]
module Probe =

    /// The numbers of at most `count` of n rows, evenly spaced: the same for every network that is given these rows.
    let rows (count: int) (n: int) : int[] =
        let count = min count n
        Array.init count (fun k -> int (int64 k * int64 n / int64 count))

    /// The probe of a network that has not been trained. Its tensors belong to the caller's dispose scope.
    let create
        (kernelOf: KernelOf)
        (inputs: torch.Tensor)
        (targets: torch.Tensor)
        (network: Trainable)
        : Probe =
        let kernel = kernelOf inputs

        {
            Inputs = inputs
            TargetKernel = KernelMeasures.centred (targets.reshape(-1L, 1L).mm(targets.reshape (1L, -1L)))
            InitialKernel = kernel
            InitialCentred = KernelMeasures.centred kernel
            InitialGates = network.Gates |> Option.map (fun gates -> gates inputs)
            InitialLayers = network.Layers |> Array.map (Array.map _.clone())
        }

    /// ‖A − B‖_F / ‖B‖_F of a layer's parameters.
    let private movement (now: torch.Tensor[]) (before: torch.Tensor[]) =
        use _ = torch.NewDisposeScope()
        let square (t: torch.Tensor) = t.``to``(torch.float64).square().sum().item<float>()
        let change = Array.map2 (fun (a: torch.Tensor) b -> square (a - b)) now before |> Array.sum
        sqrt (change / Array.sumBy square before)

    let private flipped (network: Trainable) (probe: Probe) =
        use _ = torch.NewDisposeScope()

        match network.Gates, probe.InitialGates with
        | Some gates, Some initial ->
            let now = gates probe.Inputs
            Some(float (now.ne(initial).sum().item<int64>()) / float (now.numel ()))
        | _ -> None

    /// Eigenvalues cost more than all the rest of a narrow network's measures, so they are computed only where they are asked for.
    let measure (hasSpectrum: bool) (kernelOf: KernelOf) (network: Trainable) (probe: Probe) : ProbeMeasures =
        use _ = torch.NewDisposeScope()
        let kernel = kernelOf probe.Inputs
        let alignments = KernelMeasures.alignments kernel [ probe.TargetKernel; probe.InitialCentred ]

        {
            DeltaTheta = KernelMeasures.relativeChange kernel 1.0 probe.InitialKernel
            WeightMovement = Array.map2 movement network.Layers probe.InitialLayers
            FlippedGates = flipped network probe
            AlignmentWithTargets = alignments[0]
            AlignmentWithInitial = alignments[1]
            Eigenvalues = if hasSpectrum then Some(KernelMeasures.eigenvalues kernel) else None
        }
