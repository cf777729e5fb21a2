namespace NtkPipeline.Runtime

open System
open System.Collections.Generic
open System.Threading
open NtkPipeline.Core

/// Runs stages over a store: what is there is not run again. `scope` is the name of the data. With `live`, what the run asks for is
/// kept from being collected. What another process makes is waited for; with `walk`, which walks the same pipeline with another runner,
/// stages that nobody makes yet are made meanwhile, so that several runs share their work. `log` is told each stage's fact as it becomes one.
type DiskRunner
    (
        store: Store,
        scope: string,
        root: Seed,
        tell: Action<StageEvent>,
        ?live: LiveRun,
        ?walk: PipelineWalk,
        ?log: Action<StageFact>
    ) =
    let facts = ResizeArray<StageFact>()
    let mutable question = ""

    let note (fact: StageFact) =
        lock facts (fun () ->
            match facts.FindIndex(fun known -> known.Key = fact.Key && known.Cached) with
            | at when at >= 0 && not fact.Cached -> facts[at] <- fact
            | _ -> facts.Add fact

            log |> Option.iter _.Invoke(fact))

    let hear happened =
        match happened with
        | Remade(run, cost) -> note (StageFact.create question run false cost)
        | _ -> ()

        tell.Invoke happened

    let maker = StageMaker(store, scope, root, Action<StageEvent> hear)

    let pin key =
        match live with
        | Some live -> live.Pin key
        | None -> Ok()

    /// By the digests of recipes, what was made for this run before it came to it, and what it took.
    let credits = Dictionary<string, StageCost>()
    let credit key cost = credits[key] <- cost
    let helper = walk |> Option.map (fun walk -> Helper(store, maker, pin, credit, walk))

    /// What is there: found, or made for this run before it came to it; `elsewhere` says by whom and why where it was waited for.
    let ready (stage: Stage<'i, 'o>) input (recipe: Recipe) (run: RunRecord) elsewhere =
        maker.Note recipe
        |> Result.bind (fun () ->
            let key = (Recipe.key recipe).Hex

            match credits.TryGetValue key with
            | true, cost ->
                credits.Remove key |> ignore
                note (StageFact.create question run false cost)
            | false, _ ->
                tell.Invoke(Cached stage.Name)
                note (StageFact.create question run true (defaultArg elsewhere StageCost.none))

            maker.Read(stage, input, run))

    let compute (stage: Stage<'i, 'o>) input (recipe: Recipe) (reasons: Reason list) =
        maker.Make(stage, input, recipe, reasons)
        |> Result.map (fun (run, artifact) ->
            note (StageFact.create question run false (StageCost.here reasons maker.Peak run))
            artifact)

    let reasons (recipe: Recipe) found =
        match found with
        | Ready _ -> []
        | Lost reason -> [ reason ]
        | Unknown last -> Recipe.reasons last recipe

    let claimed (stage: Stage<'i, 'o>) input (recipe: Recipe) elsewhere () =
        // What was waited for is there now.
        maker.Find recipe
        |> Result.bind (fun found ->
            match found with
            | Ready run -> ready stage input recipe run elsewhere
            | Lost _
            | Unknown _ -> compute stage input recipe (reasons recipe found))

    let tryHelp () =
        match helper with
        | Some helper -> helper.TryHelp()
        | None -> Ok false

    /// Where another process makes the stage, `elsewhere`, makes others until that one is done; `why` it has to be made at all.
    let rec ask elsewhere why (stage: Stage<'i, 'o>) (input: Artifact<'i>) (recipe: Recipe) =
        match Claims.tryHold store (Recipe.key recipe) (claimed stage input recipe elsewhere) with
        | Error refusal -> Error refusal
        | Ok(Held artifact) -> Ok artifact
        | Ok(HeldBy holder) ->
            match tryHelp () with
            | Error refusal -> Error refusal
            | Ok true -> ask elsewhere why stage input recipe
            | Ok false ->
                if Option.isNone elsewhere then
                    holder |> Option.iter (fun holder -> tell.Invoke(Waiting(recipe.Stage, string holder)))

                Thread.Sleep Claims.pause
                let by = holder |> Option.map string |> Option.defaultValue "another process"
                ask (Some { StageCost.none with Reasons = why; By = by }) why stage input recipe

    /// The stages of this run so far, in order.
    member _.Facts: StageFact[] = facts.ToArray()

    /// Notes that a stage was made for this run by somebody else: when the run comes to it, it has not found it in the store.
    member _.Credit(key: string, cost: StageCost) : unit = credit key cost

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
                | Ready run -> ready stage input recipe run None
                | Lost _
                | Unknown _ -> ask None (reasons recipe found) stage input recipe)
