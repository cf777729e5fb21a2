namespace NtkPipeline.Core

/// One stage of a run, as a schedule sees it.
type StageWork = {
    Name: string
    /// s, from the reading of its inputs to the writing of its result, on a worker that has nothing else to do.
    Seconds: float
    /// Processors that it kept busy meanwhile, on average.
    Cores: float
    /// Bytes of its result in the store.
    Bytes: int64
    /// Places in the graph of the stages whose results it reads: all before its own.
    Inputs: int[]
}

/// The stages of a run, each after those that it waits for.
[<RequireQualifiedAccess>]
module StageGraph =

    /// A graph in which a stage waits for itself or for a later one is our bug.
    let internal check (graph: StageWork[]) : unit =
        graph
        |> Array.iteri (fun k stage ->
            if stage.Inputs |> Array.exists (fun input -> input < 0 || input >= k) then
                invalidArg (nameof graph) $"stage %d{k}, %s{stage.Name}, waits for one that is not before it")

    /// The chain of stages, each waiting for the one before it, that takes longest, and its s, with so many s around each stage: no
    /// number of workers ends sooner. Of equal chains, the one through stages that stand first.
    let criticalPath (perStage: float) (graph: StageWork[]) : int[] * float =
        check graph
        let ends = Array.zeroCreate<float> graph.Length
        let before = Array.create graph.Length -1

        for k in 0 .. graph.Length - 1 do
            for input in Array.sort graph[k].Inputs do
                if before[k] < 0 || ends[input] > ends[before[k]] then
                    before[k] <- input

            let start = if before[k] < 0 then 0.0 else ends[before[k]]
            ends[k] <- start + perStage + graph[k].Seconds

        let rec back k path = if k < 0 then path else back before[k] (k :: path)

        if graph.Length = 0 then
            [||], 0.0
        else
            let last = [| 0 .. graph.Length - 1 |] |> Array.maxBy (fun k -> ends[k])
            Array.ofList (back last []), ends[last]
