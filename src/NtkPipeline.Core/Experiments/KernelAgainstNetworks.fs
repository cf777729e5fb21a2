namespace NtkPipeline.Core

/// The tuned network against the tuned kernel on the validation rows.
type Contest = {
    /// Accuracy of the mean output of all members, and the mean accuracy of single ones.
    Ensemble: float
    Single: float
    Kernel: float
    /// Of the ensemble, and of single networks, less the kernel's; and of the ensemble less that of single networks.
    Difference: Difference
    SingleDifference: Difference
    Ensembling: Difference
    /// The ensemble first, the kernel second.
    Discordance: Discordance
    /// McNemar's exact two-sided p.
    P: float
    /// Members that did not diverge.
    Members: int
    /// Mean ΔΘ of the members over all of training.
    DeltaTheta: float option
    /// Mean alignment of their tangent kernel with the targets before training, and after it.
    Alignment: float * float
}

/// All that was chosen and judged.
type FeatureEvidence = {
    /// Below this ΔΘ a network counts as lazy; accuracies that differ by no more than the margin count as the same.
    LazyThreshold: float
    Margin: float
    Kernels: KernelTrial[]
    /// The best of them on all fitted rows.
    Kernel: TunedKernel
    Choice: NetworkChoice
    /// None where every network diverged.
    Contest: Contest option
    /// Accuracies on the validation rows of the kernel after training less that before it, mean over networks.
    AfterLessBefore: Difference option
    Tangents: TangentTrial[]
    FittedRows: int
    ValidationRows: int
}

/// What is judged, as other stages give it.
type FeatureInput = {
    Split: Split
    Kernels: KernelTrial list
    Kernel: TunedKernel
    Choice: NetworkChoice
    Runs: NetworkRun list
    Tangents: TangentTrial[]
}

/// Stage: tuned kernel and tuned networks → differences with bands.
[<RequireQualifiedAccess>]
module KernelAgainstNetworks =

    let inputs
        (split: Artifact<Split>)
        (kernels: Artifact<KernelTrial list>)
        (kernel: Artifact<TunedKernel>)
        (choice: Artifact<NetworkChoice>)
        (runs: Artifact<NetworkRun list>)
        (tangents: Artifact<TangentTrial[]>)
        : Artifact<FeatureInput> =
        let gather split kernels kernel choice runs tangents : FeatureInput = {
            Split = split
            Kernels = kernels
            Kernel = kernel
            Choice = choice
            Runs = runs
            Tangents = tangents
        }

        Artifact.map4 gather split kernels kernel choice |> Artifact.apply runs |> Artifact.apply tangents

    /// Mean of some outputs, row by row.
    let ensemble (outputs: float[][]) : float[] =
        Array.init outputs[0].Length (fun row -> outputs |> Array.averageBy (fun f -> f[row]))

    let private contest (settings: CompareSettings) seed labels (tuned: TunedKernel) runs : Contest option =
        let sound = runs |> Group.sort |> Array.filter Group.isSound

        if sound.Length = 0 then
            None
        else
            let hits = Bootstrap.hits labels
            let kernel = hits tuned.Outputs
            let singles = sound |> Array.map (_.ValidationOutputs >> hits)
            let together = sound |> Array.map _.ValidationOutputs |> ensemble |> hits
            let seeded name = Seed.derive name seed
            let discordance = McNemar.ofHits together kernel
            let mean pick = sound |> Array.averageBy pick

            Some {
                Ensemble = Array.average together
                Single = singles |> Array.averageBy Array.average
                Kernel = Array.average kernel
                Difference = Bootstrap.paired settings.Resamples (seeded "ensemble") [| together |] kernel
                SingleDifference = Bootstrap.paired settings.Resamples (seeded "single") singles kernel
                Ensembling = Bootstrap.between settings.Resamples (seeded "ensembling") [| together |] singles
                Discordance = discordance
                P = McNemar.p discordance
                Members = sound.Length
                DeltaTheta = sound |> Array.choose _.DeltaTheta |> Aggregate.ofValues |> Option.map _.Mean
                Alignment =
                    mean (fun run -> run.Epochs[0].AlignmentWithTargets),
                    mean (fun run -> (Group.last run).AlignmentWithTargets)
            }

    let private run
        (settings: CompareSettings)
        seed
        (input: FeatureInput)
        : Result<FeatureEvidence, PipelineError> =
        let labels = SplitTweets.validationLabels input.Split

        let before, after =
            AfterKernel.pairs input.Tangents
            |> Array.map (fun (before, after) -> Bootstrap.hits labels before, Bootstrap.hits labels after)
            |> Array.unzip

        Ok {
            LazyThreshold = settings.LazyThreshold
            Margin = settings.Margin
            Kernels = Array.ofList input.Kernels
            Kernel = input.Kernel
            Choice = input.Choice
            Contest =
                input.Choice.Chosen
                |> Option.bind (fun _ ->
                    contest settings (Seed.derive "contest" seed) labels input.Kernel input.Runs)
            AfterLessBefore =
                if after.Length = 0 then
                    None
                else
                    Some(Bootstrap.between settings.Resamples (Seed.derive "after" seed) after before)
            Tangents = input.Tangents
            FittedRows = input.Split.Train.Length
            ValidationRows = labels.Length
        }

    /// The settings of the run's comparison hold.
    let stage (settings: CompareSettings) : Stage<FeatureInput, FeatureEvidence> = {
        Name = "judge-feature-learning"
        // 2: bands of few rows that differ are exact.
        Version = 2
        Settings = Fingerprint.describe settings
        Codec = Codec.json "feature-learning/1"
        Body = Seeded(run settings)
    }
