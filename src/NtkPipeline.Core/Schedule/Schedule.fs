namespace NtkPipeline.Core

/// When and where a stage ran, in s since the first stage could.
type Placement = { Stage: int; Worker: int; Start: float; End: float }

type Schedule = {
    Workers: int
    /// In the order in which they ended.
    Placements: Placement[]
    /// s from the start of the run to its end.
    Makespan: float
    /// Results that a worker read and had not made, each counted once a worker.
    BytesRead: int64
    /// s that all workers together spent reading them.
    Reading: float
}

/// List scheduling (Graham 1969), as workers that share a store do it: whenever a worker is free, it takes the first stage, in the
/// pipeline's order, whose inputs are all there; of several free workers, the one that was busy last. Where workers share
/// processors and want more than there are, all of them slow down alike.
[<RequireQualifiedAccess>]
module Schedule =

    /// A stage under way: what is left of it, in s of a worker that has nothing beside it, and the processors that it keeps busy.
    type private Running = { Stage: int; Worker: int; Start: float; Left: float; Cores: float }

    type private State = {
        Now: float
        Free: int list
        /// Stages whose inputs are all there.
        Ready: Set<int>
        Running: Running list
        /// Inputs that each stage still waits for.
        Missing: int[]
        /// The results that each worker has, made or read.
        Held: Set<int>[]
        Done: Placement list
        BytesRead: int64
        Reading: float
    }

    /// A free worker begins a stage.
    let private start costs (graph: StageWork[]) state worker stage =
        let work = graph[stage]

        let foreign =
            work.Inputs
            |> Array.distinct
            |> Array.filter (fun input -> not (state.Held[worker].Contains input))

        let bytes = foreign |> Array.sumBy (fun input -> graph[input].Bytes)
        let reading = float bytes / costs.ReadSpeed
        let beside = costs.PerStage + reading
        let left = beside + work.Seconds
        state.Held[worker] <- Set.union state.Held[worker] (Set.ofArray foreign)

        let running = {
            Stage = stage
            Worker = worker
            Start = state.Now
            Left = left
            Cores = if left > 0.0 then (beside + work.Seconds * work.Cores) / left else 0.0
        }

        {
            state with
                Free = state.Free |> List.filter ((<>) worker)
                Ready = state.Ready.Remove stage
                Running = running :: state.Running
                BytesRead = state.BytesRead + bytes
                Reading = state.Reading + reading
        }

    /// Every free worker takes a stage, while there are any.
    let rec private startAll costs graph state =
        match state.Free with
        | worker :: _ when not state.Ready.IsEmpty ->
            start costs graph state worker state.Ready.MinimumElement |> startAll costs graph
        | _ -> state

    /// To the next moment at which stages end.
    let private advance costs (readers: int[][]) state =
        let wanted = state.Running |> List.sumBy _.Cores

        let pace =
            match costs.SharedCores with
            | Some cores when wanted > cores -> cores / wanted
            | Some _
            | None -> 1.0

        let least = state.Running |> List.map _.Left |> List.min
        let now = state.Now + least / pace
        let ended, going = state.Running |> List.partition (fun running -> running.Left <= least)
        let ended = ended |> List.sortBy _.Stage

        let freed =
            ended
            |> List.collect (fun running ->
                state.Held[running.Worker] <- state.Held[running.Worker].Add running.Stage

                readers[running.Stage]
                |> Array.filter (fun reader ->
                    state.Missing[reader] <- state.Missing[reader] - 1
                    state.Missing[reader] = 0)
                |> List.ofArray)

        {
            state with
                Now = now
                Free = (ended |> List.map _.Worker) @ state.Free
                Ready = Set.union state.Ready (Set.ofList freed)
                Running = going |> List.map (fun running -> { running with Left = running.Left - least })
                Done =
                    (ended
                     |> List.rev
                     |> List.map (fun running -> {
                         Stage = running.Stage
                         Worker = running.Worker
                         Start = running.Start
                         End = now
                     }))
                    @ state.Done
        }

    /// Simulates a run on at least one worker.
    let simulate (costs: ScheduleCosts) (workers: int) (graph: StageWork[]) : Schedule =
        StageGraph.check graph

        if workers < 1 then
            invalidArg (nameof workers) $"%d{workers} workers do nothing"

        let graph = ScheduleCosts.onWorker workers costs graph
        let inputs = graph |> Array.map (_.Inputs >> Array.distinct)
        let readers = Array.init graph.Length (fun _ -> ResizeArray<int>())
        inputs |> Array.iteri (fun k inputs -> inputs |> Array.iter (fun input -> readers[input].Add k))
        let readers = readers |> Array.map _.ToArray()

        let rec run state =
            match startAll costs graph state with
            | state when state.Running.IsEmpty -> state
            | state -> run (advance costs readers state)

        let last =
            run {
                Now = 0.0
                Free = [ 0 .. workers - 1 ]
                Ready =
                    set [
                        for k in 0 .. graph.Length - 1 do
                            if inputs[k].Length = 0 then
                                k
                    ]
                Running = []
                Missing = inputs |> Array.map _.Length
                Held = Array.create workers Set.empty
                Done = []
                BytesRead = 0L
                Reading = 0.0
            }

        {
            Workers = workers
            Placements = last.Done |> List.rev |> Array.ofList
            Makespan = ScheduleCosts.around workers costs + last.Now
            BytesRead = last.BytesRead
            Reading = last.Reading
        }
