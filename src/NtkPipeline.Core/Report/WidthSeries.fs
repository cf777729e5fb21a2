namespace NtkPipeline.Core

open System

/// Networks that differ in width and seed alone: what is drawn as a curve against the width.
type WidthSeries = {
    /// Their description, but for width and seed.
    Spec: RunSpec
    /// By width, ascending.
    Groups: Group[]
    Runs: NetworkRun[]
    /// What tells the report's networks apart, beyond input scale, width, learning rate and seed.
    Unlabelled: Axis list
}

/// The networks of a run, grouped and averaged as charts and tables show them.
[<RequireQualifiedAccess>]
module WidthSeries =

    /// By input scale; within a scale by learning rate.
    let all (findings: Findings) : WidthSeries[] =
        let unlabelled = findings.Networks |> Seq.map _.Spec |> Axis.unlabelled

        Group.ofRuns findings.Networks
        |> Array.groupBy (fun group -> RunSpec.series group.Spec)
        |> List.ofArray
        |> List.sortWith (fun (a, _) (b, _) ->
            match
                System.String.CompareOrdinal(InputScale.print a.InputScale, InputScale.print b.InputScale)
            with
            | 0 -> compare a.Rate b.Rate
            | order -> order)
        |> List.map (fun (spec, groups) -> {
            Spec = spec
            Groups = groups
            Runs = findings.Networks |> Array.filter (fun run -> RunSpec.series run.Spec = spec)
            Unlabelled = unlabelled
        })
        |> Array.ofList

    /// Of those that differ in the learning rate alone, the one of the main rate, of which the verdicts speak. Where there is none, the
    /// one of the rate nearest to it is shown, and `standIns` says so.
    let main (findings: Findings) : WidthSeries[] =
        all findings
        |> Array.groupBy (fun series -> { series.Spec with Rate = findings.Comparison.MainRate })
        |> Array.map (fun (_, series) ->
            series
            |> Array.minBy (fun series ->
                LearningRate.distance findings.Comparison.MainRate series.Spec.Rate, series.Spec.Rate))

    /// The last epoch that any of the runs was followed to.
    let lastEpoch (series: WidthSeries) : int =
        series.Runs |> Seq.collect _.Epochs |> Seq.fold (fun last measures -> max last measures.Epoch) 0

    let units (rate: float) : string =
        $"""%s{NumberText.short rate} %s{if rate = 1.0 then "unit" else "units"} of learning rate"""

    let private described (rate: string) (series: WidthSeries) =
        let network =
            if Architecture.isWritten series.Spec.Architecture then
                ""
            else
                $"%s{series.Spec.Architecture.Text}, "

        let others = series.Unlabelled |> List.filter (fun axis -> axis.Key <> Axis.network.Key)

        $"%s{network}%s{InputScale.words series.Spec.InputScale}%s{rate}%s{Axis.remark others series.Spec}"

    let label (series: WidthSeries) : string = described $", %s{units series.Spec.Rate}" series

    /// Its label where the learning rate need not be said.
    let short (series: WidthSeries) : string = described "" series

    /// A sentence for each input scale that has no networks of the main learning rate.
    let standIns (findings: Findings) : string list = [
        let rate = findings.Comparison.MainRate

        for series in main findings do
            if series.Spec.Rate <> rate then
                $"At %s{InputScale.words series.Spec.InputScale} no network was trained with the main rate, %s{units rate}: shown are those of %s{units series.Spec.Rate}, which no verdict of that scale is about."
    ]

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
        |> Array.map (fun (epoch, values) ->
            CurvePoint.ofValues isLogarithmic (float epoch) (Array.map snd values))
