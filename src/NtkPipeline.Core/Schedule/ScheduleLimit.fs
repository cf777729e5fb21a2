namespace NtkPipeline.Core

/// Why a run does not end sooner.
[<RequireQualifiedAccess>]
type ScheduleLimit =
    /// Stages that wait for one another, whatever the number of workers.
    | CriticalPath
    /// One stage that is at least half of the longest chain.
    | OneStage of name: string
    /// There is more work than workers.
    | Workers
    /// There is more work than processors, which the workers share.
    | Cores
    /// What stands around each stage takes at least as long as the stages themselves.
    | Overhead
    /// Workers read what others have made.
    | Reading
    /// Neither the longest chain nor the work: workers idle while stages wait for their inputs.
    | Order

/// What no schedule can beat, in s: the longest chain, the work divided by workers, and by the processors that they share.
type ScheduleBounds = { Path: float; Work: float; Cores: float }

[<RequireQualifiedAccess>]
module ScheduleLimit =

    let bounds (costs: ScheduleCosts) (workers: int) (graph: StageWork[]) : ScheduleBounds =
        let graph = ScheduleCosts.onWorker workers costs graph

        {
            Path = StageGraph.criticalPath costs.PerStage graph |> snd
            Work = (graph |> Array.sumBy (fun stage -> costs.PerStage + stage.Seconds)) / float workers
            Cores =
                match costs.SharedCores with
                | Some cores ->
                    (graph |> Array.sumBy (fun stage -> costs.PerStage + stage.Seconds * stage.Cores)) / cores
                | None -> 0.0
        }

    /// A schedule that takes no more than so many times its largest bound is held up by that bound.
    let private near = 1.25

    let private half = 0.5

    let private ofPath costs (graph: StageWork[]) =
        let path, seconds = StageGraph.criticalPath costs.PerStage graph
        let longest = path |> Array.maxBy (fun k -> graph[k].Seconds)

        if costs.PerStage * float path.Length >= half * seconds then
            ScheduleLimit.Overhead
        elif graph[longest].Seconds >= half * seconds then
            ScheduleLimit.OneStage graph[longest].Name
        else
            ScheduleLimit.CriticalPath

    /// What a schedule is held up by: its largest bound; or, where it takes more than a quarter longer than that, what workers read, if
    /// this is half of the difference, else the order of the stages. None where there is no stage.
    let find (costs: ScheduleCosts) (graph: StageWork[]) (schedule: Schedule) : ScheduleLimit option =
        let bounds = bounds costs schedule.Workers graph
        let seconds = schedule.Makespan - ScheduleCosts.around schedule.Workers costs
        let most = bounds.Path |> max bounds.Work |> max bounds.Cores
        let overhead = costs.PerStage * float graph.Length

        if graph.Length = 0 then
            None
        elif seconds > near * most then
            let reading = schedule.Reading / float schedule.Workers

            if reading >= half * (seconds - most) then
                Some ScheduleLimit.Reading
            else
                Some ScheduleLimit.Order
        elif most = bounds.Path && schedule.Workers > 1 then
            Some(ofPath costs graph)
        elif overhead >= half * (bounds.Work * float schedule.Workers) then
            Some ScheduleLimit.Overhead
        elif most = bounds.Cores then
            Some ScheduleLimit.Cores
        else
            Some ScheduleLimit.Workers

    /// For a person, as the end of "limited by …".
    let print (limit: ScheduleLimit) : string =
        match limit with
        | ScheduleLimit.CriticalPath -> "the critical path"
        | ScheduleLimit.OneStage name -> $"one long stage, %s{name}"
        | ScheduleLimit.Workers -> "the number of workers"
        | ScheduleLimit.Cores -> "the processors that the workers share"
        | ScheduleLimit.Overhead -> "the overhead around each stage"
        | ScheduleLimit.Reading -> "the reading of what other workers have made"
        | ScheduleLimit.Order -> "the order of the stages, which leaves workers idle"
