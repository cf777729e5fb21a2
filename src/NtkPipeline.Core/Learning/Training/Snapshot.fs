namespace NtkPipeline.Core

open System
open TorchSharp

/// What snapshots of a network in training are measured against, made once from its first weights.
[<NoEquality; NoComparison>]
type Baseline = {
    Job: TrainingJob
    Probe: Probe
    StepsAnEpoch: int
    /// f(·; θ₀) where the network is centred, 0 where it is not: n × 1.
    LabelledOffset: torch.Tensor
    TestOffset: torch.Tensor
}

/// Outputs and measures after one tracked epoch; every number is finite.
type Snapshot = {
    Measures: EpochMeasures
    /// The probe kernel's largest eigenvalues, after epochs for which they are asked.
    Spectrum: float[] option
    ValidationOutputs: float[]
}

[<RequireQualifiedAccess>]
module Snapshot =

    /// Eigenvalues kept of the probe kernel.
    let private kept = 50

    /// Row numbers as a tensor beside the network.
    let indexOf (job: TrainingJob) (rows: int[]) : torch.Tensor =
        torch.tensor (rows |> Array.map int64, device = job.Labelled.device)

    /// Numbers as a column beside the network, in its precision.
    let column (job: TrainingJob) (values: float[]) : torch.Tensor =
        use _ = torch.NewDisposeScope()
        let wide = Tensors.ofArray64(values).reshape(-1L, 1L)
        wide.``to``(job.Labelled.dtype).``to``(job.Labelled.device).MoveToOuterDisposeScope()

    /// The baseline of a network that has not been trained. Its tensors belong to the caller's dispose scope.
    let baseline (job: TrainingJob) : Baseline =
        let offset x =
            let initial = job.Network.Outputs x
            if job.Centred then initial else torch.zeros_like initial

        let probe = Probe.rows job.ProbeRows job.TrainTargets.Length

        {
            Job = job
            Probe =
                Probe.create
                    job.PartsOf
                    (job.Labelled.index_select (0L, indexOf job probe))
                    (column job (probe |> Array.map (fun row -> job.TrainTargets[row])))
                    job.Network
            StepsAnEpoch = (job.Batches 1).Length
            LabelledOffset = offset job.Labelled
            TestOffset = offset job.Test
        }

    let private outputs (job: TrainingJob) (x: torch.Tensor) (offset: torch.Tensor) =
        use _ = torch.NewDisposeScope()
        job.Network.Outputs x - offset |> Tensors.toArray64

    /// f at the test rows now; none where it is not finite everywhere.
    let test (baseline: Baseline) : float[] option =
        let f = outputs baseline.Job baseline.Job.Test baseline.TestOffset
        if Array.forall Double.IsFinite f then Some f else None

    let private halfMeanSquare (f: float[]) (y: float[]) =
        0.5 * (Array.map2 (fun a b -> (a - b) * (a - b)) f y |> Array.average)

    let private areFinite (values: float seq) = values |> Seq.forall Double.IsFinite

    let private isFinite (probe: ProbeMeasures) =
        areFinite [
            probe.DeltaTheta
            yield! Option.toList probe.FlippedGates
            probe.AlignmentWithTargets
            probe.AlignmentWithInitial
            yield! probe.WeightMovement
            yield! probe.FeatureMovement
            yield! probe.LayerAlignment
            yield! Option.defaultValue [||] probe.Eigenvalues
        ]

    let private gapOn part (f: float[]) (others: float[] option) =
        others |> Option.map (fun g -> Metrics.gap (part f) (part g))

    let private measures
        baseline
        epoch
        (f: float[])
        kernel
        linearised
        (probe: ProbeMeasures)
        : EpochMeasures =
        let targets, labels = baseline.Job.TrainTargets, baseline.Job.ValidationLabels
        let train (values: float[]) = values[.. targets.Length - 1]
        let validation (values: float[]) = values[targets.Length ..]

        {
            Epoch = epoch
            Step = epoch * baseline.StepsAnEpoch
            TrainLoss = halfMeanSquare (train f) targets
            TrainAccuracy = Metrics.accuracy targets (train f)
            Validation = Metrics.scores labels (validation f)
            KernelAccuracy = kernel |> Option.map (validation >> Metrics.accuracy labels)
            LinearisedAccuracy = linearised |> Option.map (validation >> Metrics.accuracy labels)
            DeltaTheta = probe.DeltaTheta
            GapToKernelTrain = kernel |> gapOn train f
            GapToKernelValidation = kernel |> gapOn validation f
            GapToLinearisedTrain = linearised |> gapOn train f
            GapToLinearisedValidation = linearised |> gapOn validation f
            WeightMovement = probe.WeightMovement
            FeatureMovement = probe.FeatureMovement
            FlippedGates = probe.FlippedGates
            AlignmentWithTargets = probe.AlignmentWithTargets
            AlignmentWithInitial = probe.AlignmentWithInitial
            LayerAlignment = probe.LayerAlignment
            EffectiveRank = Option.map KernelMeasures.effectiveRank probe.Eigenvalues
        }

    /// The network as it is now, beside the outputs of those that were trained by the very same steps; none where something is
    /// not a finite number, or the loss on the training rows above `limit`.
    let take
        limit
        epoch
        (kernel: float[] option)
        (linearised: float[] option)
        (baseline: Baseline)
        : Snapshot option =
        let job = baseline.Job
        let f = outputs job job.Labelled baseline.LabelledOffset

        if not (areFinite f) then
            None
        else
            let hasSpectrum = epoch = 0 || List.contains epoch job.Spectra
            let probe = baseline.Probe |> Probe.measure hasSpectrum job.PartsOf job.Network
            let measures = probe |> measures baseline epoch f kernel linearised

            if isFinite probe && measures.TrainLoss <= limit then
                Some {
                    Measures = measures
                    Spectrum = Option.map (Array.truncate kept) probe.Eigenvalues
                    ValidationOutputs = f[job.TrainTargets.Length ..]
                }
            else
                None
