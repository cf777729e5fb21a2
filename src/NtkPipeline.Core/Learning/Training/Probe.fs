namespace NtkPipeline.Core

open TorchSharp

/// A network's tangent kernel at the given inputs (rows), with its weights as they are now: n × n, in the caller's scope.
type KernelOf = torch.Tensor -> torch.Tensor

/// The same as what each dense layer's parameters add to it, input side first.
type PartsOf = torch.Tensor -> torch.Tensor[]

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
    /// What every activation gives.
    InitialFeatures: torch.Tensor[]
    InitialLayers: torch.Tensor[][]
}

/// What the probe shows of a network at one time.
type ProbeMeasures = {
    DeltaTheta: float
    WeightMovement: float[]
    /// Empty where there is none (`EpochMeasures`).
    FeatureMovement: float[]
    FlippedGates: float option
    AlignmentWithTargets: float
    AlignmentWithInitial: float
    LayerAlignment: float[]
    /// Of Θ̂_t, largest first, where they were asked for.
    Eigenvalues: float[] option
}

[<RequireQualifiedAccess>]
module Probe =

    /// The numbers of at most `count` of n rows, evenly spaced: the same for every network that is given these rows.
    let rows (count: int) (n: int) : int[] =
        let count = min count n
        Array.init count (fun k -> int (int64 k * int64 n / int64 count))

    /// In the order of the layers, so that it has the bits of a kernel that was summed at once.
    let private sum (parts: torch.Tensor[]) =
        let total = parts[0].clone()

        for part in parts[1..] do
            total.add_ part |> ignore

        total

    /// The probe of a network that has not been trained. Its tensors belong to the caller's dispose scope.
    let create
        (partsOf: PartsOf)
        (inputs: torch.Tensor)
        (targets: torch.Tensor)
        (network: Trainable)
        : Probe =
        let kernel = inputs |> partsOf |> sum

        {
            Inputs = inputs
            TargetKernel = KernelMeasures.centred (targets.reshape(-1L, 1L).mm(targets.reshape (1L, -1L)))
            InitialKernel = kernel
            InitialCentred = KernelMeasures.centred kernel
            InitialGates = network.Gates |> Option.map (fun gates -> gates inputs)
            InitialFeatures = network.Features inputs
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

    let private featureMovement (network: Trainable) (probe: Probe) =
        use _ = torch.NewDisposeScope()

        if probe.InitialFeatures |> Array.exists (fun layer -> layer.count_nonzero().item<int64>() = 0L) then
            [||]
        else
            (network.Features probe.Inputs, probe.InitialFeatures)
            ||> Array.map2 (fun now before -> KernelMeasures.relativeChange now 1.0 before)

    /// Eigenvalues cost more than all the rest of a narrow network's measures, so they are computed only where they are asked for.
    let measure (hasSpectrum: bool) (partsOf: PartsOf) (network: Trainable) (probe: Probe) : ProbeMeasures =
        use _ = torch.NewDisposeScope()
        let parts = partsOf probe.Inputs
        let kernel = sum parts
        let alignments = KernelMeasures.alignments kernel [ probe.TargetKernel; probe.InitialCentred ]

        {
            DeltaTheta = KernelMeasures.relativeChange kernel 1.0 probe.InitialKernel
            WeightMovement = Array.map2 movement network.Layers probe.InitialLayers
            FeatureMovement = featureMovement network probe
            FlippedGates = flipped network probe
            AlignmentWithTargets = alignments[0]
            AlignmentWithInitial = alignments[1]
            LayerAlignment =
                parts
                |> Array.map (fun part -> KernelMeasures.alignments part [ probe.TargetKernel ] |> List.head)
            Eigenvalues = if hasSpectrum then Some(KernelMeasures.eigenvalues kernel) else None
        }
