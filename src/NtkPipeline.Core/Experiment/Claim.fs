namespace NtkPipeline.Core

/// What is expected of networks, and how numbers judge it: a verdict for each setting that it is judged under.
[<NoEquality; NoComparison>]
type Claim<'evidence> = { Name: string; Judge: 'evidence -> Verdict[] }

/// How finite networks are held against the kernel.
type CompareSettings = {
    /// Resamples of every bootstrap.
    Resamples: int
    /// A network whose kernel moved by less than this share counts as lazy.
    LazyThreshold: float
    /// Accuracies that differ by no more than this share count as the same.
    Margin: float
    /// The learning rate that widths are compared at, in units of N/Λ_max.
    MainRate: float
    /// Networks up to this width count as small.
    SmallWidth: int
}

/// Finite networks beside the kernel regression of the same rows.
type NetworkEvidence = {
    Settings: CompareSettings
    Seed: Seed
    Kernel: KernelRegression
    /// ±1 for each validation row, in the order of all outputs.
    Labels: float[]
    /// Followed to their last epoch, in the order of `Group.sort`.
    Runs: NetworkRun[]
    /// The epochs that they are judged after, and those that reached them, as they stood there (`JudgedRuns`).
    Choices: EpochChoice[]
    Stopped: NetworkRun[]
} with

    /// Some of its runs as they are judged: after the epoch that was chosen for their kind, else after their last.
    member this.AtStop(runs: NetworkRun[]) : NetworkRun[] = EpochChoice.atStop this.Stopped runs

    /// The runs at the main learning rate, those that differ in width and seed alone together.
    member this.MainSeries: (RunSpec * NetworkRun[])[] =
        this.Runs
        |> Array.filter (fun run -> run.Spec.Rate = this.Settings.MainRate)
        |> Array.groupBy (fun run -> RunSpec.series run.Spec)

    /// What tells its networks apart, beyond input scale, width, rate and seed.
    member this.Unlabelled: Axis list = this.Runs |> Seq.map _.Spec |> Axis.unlabelled
