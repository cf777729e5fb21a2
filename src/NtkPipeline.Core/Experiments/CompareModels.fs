namespace NtkPipeline.Core

/// Stage: kernel regression and trained networks → power laws and verdicts.
[<RequireQualifiedAccess>]
module CompareModels =

    let private run settings seed (split: Split, kernel: KernelRegression, runs: JudgedRuns) =
        Judge.run Widths.claims settings seed kernel (SplitTweets.validationLabels split) runs |> Ok

    let inputs
        (split: Artifact<Split>)
        (kernel: Artifact<KernelRegression>)
        (runs: Artifact<JudgedRuns>)
        : Artifact<Split * KernelRegression * JudgedRuns> =
        Artifact.map3 (fun split kernel runs -> split, kernel, runs) split kernel runs

    let stage (settings: CompareSettings) : Stage<Split * KernelRegression * JudgedRuns, Comparison> = {
        Name = "compare-models"
        // 7: networks are judged after the epoch that fitted rows chose. 8: bands of few rows that differ are exact.
        Version = 8
        Settings = Fingerprint.describe settings
        Codec = Codec.json "comparison/5"
        Body = Seeded(run settings)
    }
