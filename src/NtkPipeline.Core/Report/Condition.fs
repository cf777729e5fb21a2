namespace NtkPipeline.Core

open System

/// All networks of one input scale and learning rate, over widths and seeds.
type Condition = {
    InputScale: string
    /// In units of N/Λ_max.
    LearningRate: float
    /// By width, ascending.
    Widths: WidthSummary[]
    Runs: NetworkRun[]
}

/// A mean over seeds with its spread, at one place of a curve.
type CurvePoint = {
    X: float
    Y: float
    /// Mean ∓ one standard deviation, or the smallest and largest seed; equal to `Y` for a single seed.
    Low: float
    High: float
}

/// The networks of a run, grouped and averaged as charts and tables show them.
[<RequireQualifiedAccess>]
module Condition =

    /// In the order in which the comparison names the scales; within a scale by learning rate.
    let all (findings: Findings) : Condition[] =
        let scales = findings.Comparison.Widths |> Array.map _.InputScale |> Array.distinct

        findings.Comparison.Widths
        |> Array.groupBy (fun width -> width.InputScale, width.LearningRate)
        |> Array.sortBy (fun ((scale, rate), _) -> Array.IndexOf(scales, scale), rate)
        |> Array.map (fun ((scale, rate), widths) -> {
            InputScale = scale
            LearningRate = rate
            Widths = widths |> Array.sortBy _.Width
            Runs =
                findings.Networks
                |> Array.filter (fun run -> run.InputScale = scale && run.LearningRate = rate)
        })

    /// For each input scale the networks of the main learning rate, of which the verdicts speak. A scale without any is shown at
    /// the rate nearest to it, and `standIns` says so.
    let main (findings: Findings) : Condition[] =
        all findings
        |> Array.groupBy _.InputScale
        |> Array.map (fun (_, conditions) ->
            conditions
            |> Array.minBy (fun condition ->
                LearningRate.distance findings.Comparison.MainRate condition.LearningRate,
                condition.LearningRate))

    /// Every width of the report, ascending.
    let widths (findings: Findings) : int[] =
        findings.Comparison.Widths |> Array.map _.Width |> Array.distinct |> Array.sort

    /// The runs of one width that stayed finite, by seed.
    let sound (width: int) (condition: Condition) : NetworkRun[] =
        condition.Runs
        |> Array.filter (fun run -> run.Width = width && run.Diverged.IsNone)
        |> Array.sortBy _.Member

    /// The last epoch that any of the runs was followed to.
    let lastEpoch (condition: Condition) : int =
        condition.Runs |> Seq.collect _.Epochs |> Seq.fold (fun last measures -> max last measures.Epoch) 0

    let units (rate: float) : string =
        $"""%s{Show.short rate} %s{if rate = 1.0 then "unit" else "units"} of learning rate"""

    let label (condition: Condition) : string =
        let network =
            match condition.Runs |> Array.map _.Network |> Array.distinct with
            | [| one |] when one <> Architecture.written.Text -> $"%s{one}, "
            | _ -> ""

        $"%s{network}%s{Show.inputScale condition.InputScale}, %s{units condition.LearningRate}"

    /// A sentence for each input scale that has no networks of the main learning rate.
    let standIns (findings: Findings) : string list = [
        let rate = findings.Comparison.MainRate

        for condition in main findings do
            if condition.LearningRate <> rate then
                $"At %s{Show.inputScale condition.InputScale} no network was trained with the main rate, %s{units rate}: shown are those of %s{units condition.LearningRate}, which no verdict of that scale is about."
    ]

    /// For a chart's legend.
    let shortLabel (condition: Condition) : string =
        $"%s{Show.inputScale condition.InputScale}, rate %s{Show.short condition.LearningRate}"

    /// What to say of a curve's runs that diverged, if any did.
    let divergence (condition: Condition) : string option =
        let lost = condition.Widths |> Array.filter (fun width -> width.Diverged > 0)

        if lost.Length = 0 then
            None
        else
            let parts =
                lost
                |> Array.map (fun width -> $"%d{width.Diverged} of %d{width.Runs} at m = %d{width.Width}")
                |> String.concat ", "

            Some $"Runs that diverged are left out: %s{parts}."

    let private spread (isGeometric: bool) (x: float) (values: float[]) : CurvePoint =
        let mean = Array.average values

        if isGeometric || values.Length < 2 then
            { X = x; Y = mean; Low = Array.min values; High = Array.max values }
        else
            let squares = values |> Array.sumBy (fun value -> (value - mean) * (value - mean))
            let deviation = sqrt (squares / float (values.Length - 1))
            { X = x; Y = mean; Low = mean - deviation; High = mean + deviation }

    /// A quantity by epoch: the mean over runs with a band of one standard deviation, or (for logarithmic axes) from the
    /// smallest to the largest run.
    let byEpoch
        (isLogarithmic: bool)
        (pick: EpochMeasures -> float option)
        (runs: NetworkRun[])
        : CurvePoint[] =
        runs
        |> Array.collect (fun run ->
            run.Epochs
            |> Array.choose (fun measures -> pick measures |> Option.map (fun y -> measures.Epoch, y)))
        |> Array.filter (fun (_, y) -> Double.IsFinite y)
        |> Array.groupBy fst
        |> Array.sortBy fst
        |> Array.map (fun (epoch, values) -> spread isLogarithmic (float epoch) (Array.map snd values))

    /// A quantity by width: the mean over sound runs with one standard deviation.
    let byWidth (pick: NetworkRun -> float option) (condition: Condition) : CurvePoint[] =
        condition.Widths
        |> Array.choose (fun width ->
            match sound width.Width condition |> Array.choose pick |> Array.filter Double.IsFinite with
            | [||] -> None
            | values -> Some(spread false (float width.Width) values))

    /// An aggregate of some summaries along `x`, with one standard deviation.
    let ofSummaries
        (x: WidthSummary -> float)
        (pick: WidthSummary -> Aggregate option)
        (summaries: WidthSummary[])
        : CurvePoint[] =
        summaries
        |> Array.sortBy x
        |> Array.choose (fun summary ->
            pick summary
            |> Option.map (fun value ->
                let deviation = Option.defaultValue 0.0 value.StandardDeviation

                {
                    X = x summary
                    Y = value.Mean
                    Low = value.Mean - deviation
                    High = value.Mean + deviation
                }))
