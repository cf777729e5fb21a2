namespace NtkPipeline.Runtime

open System
open System.Collections.Generic
open System.Threading
open NtkPipeline.Core

/// Runs stages over a store: what is there is not run again. `scope` is the name of the data. With `live`, what the run asks for is
/// kept from being collected. What another process makes is waited for; with `walk`, which walks the same pipeline with another runner,
/// stages that nobody makes yet are made meanwhile, so that several runs share their work.
type DiskRunner
    (store: Store, scope: string, root: Seed, tell: Action<StageEvent>, ?live: LiveRun, ?walk: PipelineWalk) =
    let maker = StageMaker(store, scope, root, tell)
    let facts = ResizeArray<StageFact>()
    let mutable question = ""

    let pin key =
        match live with
        | Some live -> live.Pin key
        | None -> Ok()

    /// By the digests of recipes, what was made for this run before it came to it, and in how many seconds.
    let credits = Dictionary<string, float>()
    let credit key seconds = credits[key] <- seconds
    let helper = walk |> Option.map (fun walk -> Helper(store, maker, pin, credit, walk))

    let report (recipe: Recipe) cached seconds =
        facts.Add {
            Name = recipe.Stage
            Question = question
            Key = (Recipe.key recipe).Hex
            Cached = cached
            Seconds = seconds
        }

    /// What is there: found, or made for this run before it came to it.
    let ready (stage: Stage<'i, 'o>) input (recipe: Recipe) (run: RunRecord) =
        maker.Note recipe
        |> Result.bind (fun () ->
            let key = (Recipe.key recipe).Hex

            match credits.TryGetValue key with
            | true, seconds ->
                credits.Remove key |> ignore
                report recipe false seconds
            | false, _ ->
                tell.Invoke(Cached stage.Name)
                report recipe true 0.0

            maker.Read(stage, input, run))

    let compute (stage: Stage<'i, 'o>) input (recipe: Recipe) (reasons: Reason list) =
        maker.Make(stage, input, recipe, reasons)
        |> Result.map (fun (run, artifact) ->
            report recipe false run.Seconds
            artifact)

    let claimed (stage: Stage<'i, 'o>) input (recipe: Recipe) () =
        // What was waited for is there now.
        maker.Find recipe
        |> Result.bind (fun found ->
            match found with
            | Ready run -> ready stage input recipe run
            | Lost reason -> compute stage input recipe [ reason ]
            | Unknown last -> compute stage input recipe (Recipe.reasons last recipe))

    let tryHelp () =
        match helper with
        | Some helper -> helper.TryHelp()
        | None -> Ok false

    /// Where another process makes the stage, makes others until that one is done.
    let rec ask hasTold (stage: Stage<'i, 'o>) (input: Artifact<'i>) (recipe: Recipe) =
        match Claims.tryHold store (Recipe.key recipe) (claimed stage input recipe) with
        | Error refusal -> Error refusal
        | Ok(Held artifact) -> Ok artifact
        | Ok(HeldBy holder) ->
            match tryHelp () with
            | Error refusal -> Error refusal
            | Ok true -> ask hasTold stage input recipe
            | Ok false ->
                if not hasTold then
                    holder |> Option.iter (fun holder -> tell.Invoke(Waiting(recipe.Stage, string holder)))

                Thread.Sleep Claims.pause
                ask true stage input recipe

    /// The stages of this run so far, in order.
    member _.Facts: StageFact[] = facts.ToArray()

    /// Notes that a stage was made for this run by somebody else: when the run comes to it, it has not found it in the store.
    member _.Credit(key: string, seconds: float) : unit = credit key seconds

    /// The stages that could run now, with `walk`. Nothing runs.
    member _.Frontier() : Result<Frontier, PipelineError> =
        match walk with
        | None -> Ok { Stages = [||]; Pending = 0 }
        | Some walk -> Frontier.find maker pin walk

    interface IAdvancing with
        member _.Advance(finished, all) = (maker :> IAdvancing).Advance(finished, all)

    interface IQuestioned with
        member _.Question
            with get () = question
            and set asked = question <- asked

    interface IRunner with
        member _.Run(stage, input) =
            let recipe = Recipe.ofStage stage input root

            pin (Recipe.key recipe)
            |> Result.bind (fun () -> maker.Find recipe)
            |> Result.bind (fun found ->
                match found with
                | Ready run -> ready stage input recipe run
                | Lost _
                | Unknown _ -> ask false stage input recipe)
