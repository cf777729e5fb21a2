namespace NtkPipeline.Core

/// Finite networks against the kernel: power laws in the width, and claims judged.
[<RequireQualifiedAccess>]
module Judge =

    /// Verdicts by claim, in the order given. The runs may come in any order.
    let claims (claims: Claim<NetworkEvidence> list) (evidence: NetworkEvidence) : Verdict[] =
        claims |> Seq.collect (fun claim -> claim.Judge evidence) |> Array.ofSeq

    /// Power laws and verdicts at the main learning rate, none without a network; `labels` are ±1 for the validation rows.
    let run
        (expected: Claim<NetworkEvidence> list)
        (settings: CompareSettings)
        (seed: Seed)
        (kernel: KernelRegression)
        (labels: float[])
        (runs: JudgedRuns)
        : Comparison =
        let evidence = {
            Settings = settings
            Seed = seed
            Kernel = kernel
            Labels = labels
            Runs = Group.sort runs.Ended
            Choices = runs.Choices
            Stopped = Array.ofList runs.Stopped
        }

        {
            MainRate = settings.MainRate
            LazyThreshold = settings.LazyThreshold
            Margin = settings.Margin
            Differences = evidence.MainSeries |> Array.collect (NetworksAgainstKernel.byWidth evidence)
            Slopes = evidence.MainSeries |> Array.collect (fun (spec, runs) -> Slope.ofRuns spec runs)
            Verdicts = if evidence.Runs.Length = 0 then [||] else claims expected evidence
        }
