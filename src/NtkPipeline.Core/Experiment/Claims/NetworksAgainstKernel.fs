namespace NtkPipeline.Core

/// The accuracy of networks of several seeds beside a kernel's, row by row.
[<RequireQualifiedAccess>]
module NetworksAgainstKernel =

    let private hits labels (runs: NetworkRun[]) =
        runs |> Array.map (fun run -> Bootstrap.hits labels run.ValidationOutputs)

    /// The mean over seeds.
    let accuracy (labels: float[]) (runs: NetworkRun[]) : float =
        hits labels runs |> Array.averageBy Array.average

    /// Against the regression with its tuned ridge.
    let tuned settings seed (kernel: KernelRegression) labels (runs: NetworkRun[]) : Difference =
        Bootstrap.hits labels kernel.ValidationOutputs
        |> Bootstrap.paired (settings: CompareSettings).Resamples seed (hits labels runs)

    /// Of one series' networks, those that came to where they are judged: whoever asks for the same ones has the same band.
    let ofSeries (evidence: NetworkEvidence) (spec: RunSpec) (sound: NetworkRun[]) : Difference =
        let scale = InputScale.print spec.InputScale + Axis.remark evidence.Unlabelled spec

        tuned
            evidence.Settings
            (Seed.derive $"wide/%s{scale}" evidence.Seed)
            evidence.Kernel
            evidence.Labels
            sound

    /// Of every width of a series of which a run came to where it is judged.
    let byWidth (evidence: NetworkEvidence) (spec: RunSpec, runs: NetworkRun[]) : AgainstKernel[] =
        let difference runs =
            match runs |> Array.filter Group.isSound with
            | [||] -> None
            | sound -> Some(ofSeries evidence spec sound)

        Group.ofRuns runs
        |> Array.choose (fun group ->
            difference (evidence.AtStop group.Runs)
            |> Option.map (fun judged -> {
                Spec = group.Spec
                Epoch = EpochChoice.find evidence.Choices group.Spec |> Option.bind _.Epoch
                Difference = judged
                AtEnd = difference group.Runs
            }))

    /// Against the regression with the smallest ridge of its path.
    let ridgeless settings seed (kernel: KernelRegression) labels (runs: NetworkRun[]) : Difference =
        Bootstrap.hits labels kernel.SmallestRidgeOutputs
        |> Bootstrap.paired (settings: CompareSettings).Resamples seed (hits labels runs)

    /// The mean accuracy of some networks less that of others; none where either are none.
    let between
        (settings: CompareSettings)
        (seed: Seed)
        (labels: float[])
        (ours: NetworkRun[])
        (theirs: NetworkRun[])
        : Difference option =
        if ours.Length = 0 || theirs.Length = 0 then
            None
        else
            Bootstrap.between settings.Resamples seed (hits labels ours) (hits labels theirs) |> Some

    /// A network of one seed is one network.
    let oneOrMany (runs: NetworkRun[]) (one: string) (many: string) : string =
        if runs.Length = 1 then one else many

    /// "The widest networks (m = 4096, mean of 3 seeds) classify 80.1% of 1523 validation tweets rightly, the tuned kernel
    /// regression (…) 80.9%." `which` and `traits` say which networks: "widest", "m = 4096".
    let scored kernel (labels: float[]) (which: string) (traits: string) (runs: NetworkRun[]) : string =
        let share = VerdictWords.percent (accuracy labels runs)
        let who = oneOrMany runs $"The %s{which} network" $"The %s{which} networks"
        let seeds = oneOrMany runs "1 seed" $"mean of %s{VerdictWords.seeds runs.Length}"
        let classify = oneOrMany runs "classifies" "classify"

        $"%s{who} (%s{traits}, %s{seeds}) %s{classify} %s{share} of %s{VerdictWords.tweets labels.Length} rightly, %s{VerdictWords.tuned kernel}."
