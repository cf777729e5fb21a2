namespace NtkPipeline.Core

/// Stage: kernel regression and trained networks → power laws and verdicts.
[<RequireQualifiedAccess>]
module CompareModels =

    let private run settings seed (split: Split, kernel: KernelRegression, runs: NetworkRun list) =
        Judge.run Widths.claims settings seed kernel (SplitTweets.validationLabels split) runs |> Ok

    let inputs
        (split: Artifact<Split>)
        (kernel: Artifact<KernelRegression>)
        (runs: Artifact<NetworkRun list>)
        : Artifact<Split * KernelRegression * NetworkRun list> =
        Artifact.map3 (fun split kernel runs -> split, kernel, runs) split kernel runs

    let stage (settings: CompareSettings) : Stage<Split * KernelRegression * NetworkRun list, Comparison> = {
        Name = "compare-models"
        Version = 6
        Settings = Fingerprint.describe settings
        Codec = Codec.json "comparison/4"
        Body = Seeded(run settings)
    }
