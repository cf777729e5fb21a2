namespace NtkPipeline.Core

/// The networks that figures of single rows show: one an input scale.
[<RequireQualifiedAccess>]
module WidestNetworks =

    /// Of the main learning rate, or the nearest to it that there is: the first seed that ended of the widest networks that have one, by
    /// a name for legends; none where all diverged.
    let all (findings: Findings) : (string * NetworkRun) list = [
        for series in WidthSeries.main findings do
            let ended = series.Groups |> Array.collect _.Sound

            if ended.Length > 0 then
                let run = ended |> Array.minBy (fun run -> -run.Spec.Width, run.Spec.Member)
                $"m = %d{run.Spec.Width}, %s{WidthSeries.short series}", run
    ]

    /// The same of a run of any task, whose widest networks have the main rate; of several rates the least.
    let ofTask (findings: TaskFindings) : (string * TaskRun) list = [
        for scale, groups in TaskRun.groups findings.Runs |> Array.groupBy (fun (spec, _) -> spec.InputScale) do
            let spec, runs = groups |> Array.minBy (fun (spec, _) -> -spec.Width, spec.Rate)
            let run = runs |> Array.minBy _.Spec.Member
            $"m = %d{spec.Width}, %s{InputScale.words scale}, rate %g{spec.Rate}", run
    ]
