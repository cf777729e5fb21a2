namespace NtkPipeline.Core

/// All seeds of one width at one learning rate on one input scale, put together.
[<RequireQualifiedAccess>]
module RunSummary =

    /// The mean and the sample's standard deviation.
    let aggregate (values: float[]) : Aggregate option =
        if values.Length = 0 then
            None
        else
            let mean = Array.average values

            Some {
                Mean = mean
                StandardDeviation =
                    if values.Length = 1 then
                        None
                    else
                        let squares = values |> Array.sumBy (fun x -> (x - mean) ** 2.0)
                        Some(sqrt (squares / float (values.Length - 1)))
                Count = values.Length
            }

    /// The runs in an order of their own: by input scale, width, learning rate, seed.
    let sort (runs: NetworkRun seq) : NetworkRun[] =
        runs
        |> Array.ofSeq
        |> Array.sortWith (fun a b ->
            match System.String.CompareOrdinal(a.InputScale, b.InputScale) with
            | 0 -> compare (a.Width, a.LearningRate, a.Member) (b.Width, b.LearningRate, b.Member)
            | order -> order)

    let isSound (run: NetworkRun) : bool = run.Diverged.IsNone && run.Epochs.Length > 0

    /// What was measured after the last tracked epoch of a sound run.
    let last (run: NetworkRun) : EpochMeasures = Array.last run.Epochs

    /// The greatest width of some runs, and the runs of that width.
    let widest (runs: NetworkRun[]) : int * NetworkRun[] =
        let width = runs |> Array.map _.Width |> Array.max
        width, runs |> Array.filter (fun run -> run.Width = width)

    /// The four quantities whose decline with the width is asked for, each of a sound run.
    let quantities: (string * (NetworkRun -> float option)) list = [
        "deltaTheta", _.DeltaTheta
        "initKernelError", (fun run -> Some run.InitKernelError)
        "gapToKernel", (fun run -> (last run).GapToKernelValidation |> Option.map _.Rms)
        "gapToLinearised", (fun run -> (last run).GapToLinearisedValidation |> Option.map _.Rms)
    ]

    let private summarise ((scale, width, rate), runs: NetworkRun[]) : WidthSummary option =
        let sound = runs |> Array.filter isSound
        let over (pick: NetworkRun -> float option) = sound |> Array.choose pick |> aggregate
        let score (pick: Scores -> float) = over (fun run -> Some(pick (last run).Validation))

        runs
        |> Array.map _.InitKernelError
        |> aggregate
        |> Option.map (fun initKernelError -> {
            InputScale = scale
            Width = width
            LearningRate = rate
            Runs = runs.Length
            Diverged = runs.Length - sound.Length
            Accuracy = score _.Accuracy
            F1 = score _.F1
            Auc = score _.Auc
            DeltaTheta = over _.DeltaTheta
            InitKernelError = initKernelError
            GapToKernel = over (fun run -> (last run).GapToKernelValidation |> Option.map _.Rms)
            GapToLinearised = over (fun run -> (last run).GapToLinearisedValidation |> Option.map _.Rms)
        })

    /// One summary for each (input scale, width, learning rate), in that order. `runs` are sorted.
    let summaries (runs: NetworkRun[]) : WidthSummary[] =
        runs
        |> Array.groupBy (fun run -> run.InputScale, run.Width, run.LearningRate)
        |> Array.choose summarise

    /// Narrower networks bend the line, and are left out of power laws.
    let narrowest = 128

    /// The power laws of one input scale's runs at one learning rate.
    let slopes (scale: string) (runs: NetworkRun[]) : Slope[] =
        let wide = runs |> Array.filter (fun run -> isSound run && run.Width >= narrowest)

        quantities
        |> List.choose (fun (name, pick) ->
            let points =
                wide |> Array.choose (fun run -> pick run |> Option.map (fun q -> float run.Width, q))

            PowerLaw.fit points
            |> Option.map (fun fit -> {
                Quantity = name
                InputScale = scale
                Slope = fit.Slope
                Lower = fit.Lower
                Upper = fit.Upper
                Widths = points |> Array.map (fst >> int) |> Array.distinct
            }))
        |> Array.ofList
