namespace NtkPipeline.Runtime

open System
open System.Diagnostics
open NtkPipeline.Core

/// What a runner tells while it works.
type StageEvent =
    | Started of stage: string * reasons: Reason list
    /// Of a stage that works on many things: how many are done, and how many there are.
    | Advanced of stage: string * finished: int * all: int
    | Cached of stage: string
    /// Another process makes the stage's result, and is waited for.
    | Waiting of stage: string * holder: string
    | Finished of stage: string * seconds: float * bytes: int64
    | Warning of sentence: string

/// Runs stages over a store: what is there is not run again, and what another process makes is waited for. `scope` is the name of
/// the data. With `live`, what the run asks for is kept from being collected.
type DiskRunner(store: Store, scope: string, root: Seed, tell: Action<StageEvent>, ?live: LiveRun) =
    let facts = ResizeArray<StageFact>()
    let mutable current = ""
    let mutable question = ""

    let report (recipe: Recipe) cached seconds =
        facts.Add {
            Name = recipe.Stage
            Question = question
            Key = (Recipe.key recipe).Hex
            Cached = cached
            Seconds = seconds
        }

    let warn sentence = tell.Invoke(Warning sentence)

    /// Makes a recipe's result while no other process does.
    let claimed (recipe: Recipe) work =
        Claims.hold
            store
            (Recipe.key recipe)
            (fun holder -> tell.Invoke(Waiting(recipe.Stage, string holder)))
            (fun () -> MachineLack.guard work)

    /// The first result of a recipe stays: another one, of a machine that rounds otherwise, is told of and let go, unless the first
    /// can no longer be read.
    let settle (stage: Stage<'i, 'o>) (found: RunRecord) (value: 'o) =
        let key = Recipe.key found.Recipe

        let differ (first: RunRecord) =
            $"%s{stage.Name} was made again and gave other bytes, %s{found.Output}, than what is recorded, %s{first.Output}; machines and numbers of threads may round otherwise"

        let record () = Store.record store scope found |> Result.map (fun () -> found, value)

        Store.tryRun store key
        |> Result.bind (fun first ->
            match first with
            | Some first when first.Output <> found.Output ->
                Store.get store stage.Codec first
                |> Result.bind (fun kept ->
                    match kept with
                    | Ok kept ->
                        warn $"%s{differ first}. The recorded result stays"
                        Store.noteLatest store scope stage.Name key |> Result.map (fun () -> first, kept)
                    | Error _ ->
                        warn
                            $"%s{differ first}. The recorded result is lost, so the new one takes its place, and what was built on it is built anew by the next run"

                        record ())
            | Some _
            | None -> record ())

    /// What a long stage has used up goes back to the machine before the next one asks for as much: matrices of hundreds of MB, which
    /// collections on their own initiative leave lying about.
    let letGo (elapsed: TimeSpan) =
        if elapsed > TimeSpan.FromSeconds 2.0 then
            GC.Collect(2, GCCollectionMode.Aggressive, true, true)

    /// What reading a large input has left lying about goes before the work begins that asks for as much.
    let tidy () =
        if GC.GetTotalMemory false > (1L <<< 30) then
            GC.Collect()

    /// Runs the body and stores what it gave.
    let make
        (stage: Stage<'i, 'o>)
        (input: Artifact<'i>)
        (recipe: Recipe)
        : Result<RunRecord * 'o, PipelineError> =
        let clock = Stopwatch.StartNew()
        current <- stage.Name

        let body =
            match stage.Body with
            | Pure run -> run
            | Seeded run -> run (Seed.derive stage.Name root)

        let value = input.Value.Force()
        tidy ()

        value
        |> Result.bind body
        |> Result.bind (fun value ->
            Store.put store stage.Codec value
            |> Result.bind (fun (digest, bytes) ->
                let found = {
                    Recipe = recipe
                    Output = digest.Hex
                    Extension = stage.Codec.Extension
                    Bytes = bytes
                    Seconds = Math.Round(clock.Elapsed.TotalSeconds, 3)
                }

                let settled = settle stage found value
                letGo clock.Elapsed
                settled))

    let remake (stage: Stage<'i, 'o>) input (recipe: Recipe) (run: RunRecord) (state: ObjectState) =
        let what = if state = Damaged then "damaged" else "missing"
        warn $"the result of %s{stage.Name} is %s{what} in the store; it is made again"

        claimed recipe (fun () ->
            // Another process may have made it meanwhile.
            Store.get store stage.Codec run
            |> Result.bind (fun found ->
                match found with
                | Ok value -> Ok value
                | Error _ -> make stage input recipe |> Result.map snd))

    let artifact (stage: Stage<'i, 'o>) (run: RunRecord) value : Result<Artifact<'o>, PipelineError> =
        Digest.parse run.Output
        |> Result.mapError StoreFault
        |> Result.map (fun digest -> Artifact.create stage.Name digest value)

    let reuse (stage: Stage<'i, 'o>) input (recipe: Recipe) (run: RunRecord) =
        let read =
            lazy
                (Store.get store stage.Codec run
                 |> Result.bind (function
                     | Ok value -> Ok value
                     | Error state -> remake stage input recipe run state))

        tell.Invoke(Cached stage.Name)
        report recipe true 0.0
        artifact stage run read

    let compute (stage: Stage<'i, 'o>) input (recipe: Recipe) (reasons: Reason list) =
        tell.Invoke(Started(stage.Name, reasons))

        make stage input recipe
        |> Result.bind (fun (run, value) ->
            tell.Invoke(Finished(stage.Name, run.Seconds, run.Bytes))
            report recipe false run.Seconds
            artifact stage run (lazy (Ok value)))

    /// The stages of this run so far, in order.
    member _.Facts: StageFact[] = facts.ToArray()

    /// Told by the work of the stage that runs: how many things are done, and how many there are.
    member _.Advance(finished: int, all: int) : unit = tell.Invoke(Advanced(current, finished, all))

    interface IQuestioned with
        member _.Question
            with get () = question
            and set asked = question <- asked

    interface IRunner with
        member _.Run(stage, input) =
            let recipe = Recipe.ofStage stage input root

            let lookUp () = Lookup.find store scope recipe

            let ready run =
                Store.noteLatest store scope stage.Name (Recipe.key recipe)
                |> Result.bind (fun () -> reuse stage input recipe run)

            match live with
            | Some live -> live.Pin(Recipe.key recipe)
            | None -> Ok()
            |> Result.bind lookUp
            |> Result.bind (fun found ->
                match found with
                | Ready run -> ready run
                | Lost _
                | Unknown _ ->
                    claimed recipe (fun () ->
                        // What was waited for is there now.
                        lookUp ()
                        |> Result.bind (fun found ->
                            match found with
                            | Ready run -> ready run
                            | Lost reason -> compute stage input recipe [ reason ]
                            | Unknown last -> compute stage input recipe (Recipe.reasons last recipe))))
