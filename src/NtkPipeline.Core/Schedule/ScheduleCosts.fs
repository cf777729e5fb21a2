namespace NtkPipeline.Core

/// What a run on several workers costs beside its stages.
type ScheduleCosts = {
    /// s around each stage: it is found, claimed, begun and recorded.
    PerStage: float
    /// s around the whole run: its start, and what is written at its end.
    PerRun: float
    /// s of a processor that each worker takes beside its stages: it starts, joins, and compiles what it runs.
    PerWorker: float
    /// Bytes a second at which a worker reads a result that another has made; infinite where that costs nothing.
    ReadSpeed: float
    /// Processors that all workers share; none where each has as many to itself as the stages had when they were measured.
    SharedCores: float option
}

[<RequireQualifiedAccess>]
module ScheduleCosts =

    /// Where nothing else is said: fitted to runs of the sample's 196 stages on a machine of two cores, which took 145, 111 and 155 s with 1, 2
    /// and 4 workers where 151, 115 and 140 are told.
    let usual: ScheduleCosts = {
        PerStage = 0.15
        PerRun = 1.0
        PerWorker = 25.0
        ReadSpeed = 4e8
        SharedCores = None
    }

    /// s around a run's stages. Workers start side by side; on shared processors so do no more than there are of those.
    let around (workers: int) (costs: ScheduleCosts) : float =
        let turns =
            match costs.SharedCores with
            | Some cores -> max 1.0 (float workers / cores)
            | None -> 1.0

        costs.PerRun + turns * costs.PerWorker

    /// Stages as a worker makes them. One of several on shared processors has its part of these, at least one, and a stage that kept more
    /// busy takes longer there.
    let onWorker (workers: int) (costs: ScheduleCosts) (graph: StageWork[]) : StageWork[] =
        match costs.SharedCores with
        | None -> graph
        | Some cores ->
            let own = max 1.0 (floor (cores / float workers))

            graph
            |> Array.map (fun stage ->
                if stage.Cores <= own then
                    stage
                else
                    { stage with Seconds = stage.Seconds * stage.Cores / own; Cores = own })
