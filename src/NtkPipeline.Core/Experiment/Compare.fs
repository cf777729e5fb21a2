namespace NtkPipeline.Core

/// Finite networks against the kernel: summaries over seeds, power laws in the width, and the three verdicts.
[<RequireQualifiedAccess>]
module Compare =

    /// The runs may come in any order. Power laws and the first two verdicts are made for each input scale at the main learning
    /// rate; `validationLabels` are ±1, in the order of all outputs.
    let run
        (settings: CompareSettings)
        (seed: Seed)
        (kernel: KernelRegression)
        (validationLabels: float[])
        (runs: NetworkRun list)
        : Comparison =
        let runs = RunSummary.sort runs

        let main =
            runs
            |> Array.filter (fun run -> run.LearningRate = settings.MainRate)
            |> Array.groupBy _.InputScale

        {
            MainRate = settings.MainRate
            LazyThreshold = settings.LazyThreshold
            Widths = RunSummary.summaries runs
            Slopes = main |> Array.collect (fun (scale, runs) -> RunSummary.slopes scale runs)
            Verdicts = [|
                for scale, runs in main do
                    AccuracyVerdicts.wideReachesKernel settings seed kernel validationLabels scale runs

                for scale, runs in main do
                    LazyVerdict.judge settings scale runs

                AccuracyVerdicts.smallBeatsKernel settings seed kernel validationLabels runs
            |]
        }
