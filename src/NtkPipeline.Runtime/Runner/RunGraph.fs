namespace NtkPipeline.Runtime

open System.Collections.Generic
open NtkPipeline.Core

/// The stages of a run with what each takes.
[<NoEquality; NoComparison>]
type RunGraph = {
    Stages: StageWork[]
    /// Places of the stages that were never measured, so that what they take is estimated and their results count no bytes.
    Estimated: int[]
}

/// A run as a graph: what waits for what is read off the recipes, and how long it takes off the store's records: of the same recipe, or
/// else of the same stage with the same settings on whatever input it had last.
[<RequireQualifiedAccess>]
module RunGraph =

    /// The run that says how long a stage takes.
    let private measured
        (store: Store)
        (scope: string)
        (plan: StagePlan)
        : Result<RunRecord option, PipelineError> =
        let isAlike (run: RunRecord) =
            let a, b = run.Recipe, plan.Recipe
            (a.Version, a.Schema, a.Settings) = (b.Version, b.Schema, b.Settings)

        Store.tryRun store (Recipe.key plan.Recipe)
        |> Result.bind (fun run ->
            match run with
            | Some _ -> Ok run
            | None -> Store.tryLatest store scope plan.Name |> Result.map (Option.filter isAlike))

    /// Of a stage that is over so soon, what else its process did at that time says more.
    let private soon = 0.1

    /// Processors that a stage kept busy, on average.
    let private busy (run: RunRecord) : float option =
        run.Processor
        |> Option.filter (fun processor -> run.Seconds > soon && processor > 0.0)
        |> Option.map (fun processor -> processor / run.Seconds)

    /// What a stage took when it ran; `estimate` gives s for one that never has.
    let private work
        (cores: float)
        (estimate: StagePlan -> float)
        (plan: StagePlan)
        (run: RunRecord option)
        inputs
        = {
        Name = plan.Name
        Seconds = run |> Option.map _.Seconds |> Option.defaultWith (fun () -> estimate plan)
        Cores = run |> Option.bind busy |> Option.defaultValue cores
        Bytes = run |> Option.map _.Bytes |> Option.defaultValue 0L
        Inputs = inputs
    }

    /// A stage that several questions ask for stands where the first one does. An input that no stage has made is a file of the
    /// run's own. `scope` is the name of the data, and `cores` what a stage is taken to keep busy of which this is not
    /// known.
    let ofPlans
        (store: Store)
        (scope: string)
        (cores: float)
        (estimate: StagePlan -> float)
        (plans: StagePlan seq)
        : Result<RunGraph, PipelineError> =
        let makers = Dictionary<RecipeInput, int>()
        let stages = ResizeArray<StageWork>()
        let estimated = ResizeArray<int>()

        let add (plan: StagePlan) (run: RunRecord option) =
            let inputs =
                plan.Recipe.Inputs
                |> Array.choose (fun input ->
                    match makers.TryGetValue input with
                    | true, maker -> Some maker
                    | false, _ -> None)
                |> Array.distinct

            if run.IsNone then
                estimated.Add stages.Count

            makers[{ Origin = plan.Name; Digest = plan.Output }] <- stages.Count
            stages.Add(work cores estimate plan run inputs)

        plans
        |> Seq.distinctBy _.Key
        |> Seq.fold
            (fun sound plan ->
                sound |> Result.bind (fun () -> measured store scope plan |> Result.map (add plan)))
            (Ok())
        |> Result.map (fun () -> { Stages = stages.ToArray(); Estimated = estimated.ToArray() })
