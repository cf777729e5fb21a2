namespace NtkPipeline.Core

/// What kernels of texts and their finite networks have to do, as `Workload` counts, before the texts are read.
[<RequireQualifiedAccess>]
module SequenceWork =

    /// Tokens of a tweet on average, and places of the longest one, at all of which networks compute.
    let private tokens, places = 31.0, 62

    /// Operations that a pair of tokens takes beside its product, and how much longer all of them take than a plain product's.
    let private beside, slower = 100.0, 6.5

    /// So many kernels, each of the pairs of tokens that meet, and their regressions.
    let kernels (count: int) (features: int) (sizes: RunSizes) : float =
        let fitted, kept = tokens * float sizes.Fitted, tokens * float sizes.Kept
        let pairs = fitted * (0.5 * fitted + kept)

        float count * (pairs * (2.0 * float features + beside) * slower / 1e9 + Workload.eigen sizes.Fitted)

    /// Trainings of every network on four fifths of the tweets and on all: three products an epoch, and as long again between them.
    let training (specs: RunSpec list) (features: int) (sizes: RunSizes) : float =
        let multiplied (spec: RunSpec) =
            LinearMaps.ofTexts features places (RunSpec.network spec)
            |> List.sumBy (fun map -> float map.FanIn * float map.Width * float map.Places)

        specs
        |> List.sumBy (fun spec ->
            1.8 * float spec.Epochs * float sizes.Fitted * 12.0 * multiplied spec / 1e9)
