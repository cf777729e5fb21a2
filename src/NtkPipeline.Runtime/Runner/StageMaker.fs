namespace NtkPipeline.Runtime

open System
open System.Collections.Generic
open System.Diagnostics
open NtkPipeline.Core

/// Makes the results of stages over a store, or reads them back. It claims nothing, but for a result that has to be made again.
type StageMaker(store: Store, scope: string, root: Seed, tell: Action<StageEvent>) =
    let mutable current = ""
    let mutable peak: PeakMemory option = None
    let lastTidied = Stopwatch.StartNew()

    /// By the digests of recipes: what somebody still holds need not be read twice.
    let known = Dictionary<string, WeakReference>()

    let warn sentence = tell.Invoke(Warning sentence)

    /// Tells what was found damaged in the store on the way.
    let heard (outcome: 'a) : 'a =
        Store.warnings store |> List.iter warn
        outcome

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
            NativeMemory.giveBack ()

    /// What reading a large input has left lying about goes before the work begins that asks for as much.
    let tidy () =
        if GC.GetTotalMemory false > (1L <<< 30) then
            GC.Collect()

    /// The same of tensors while a long stage goes on: those of many sizes, one after another, leave gaps that none of the next fits into.
    let tidyNative () =
        lock lastTidied (fun () ->
            if lastTidied.Elapsed > TimeSpan.FromSeconds 4.0 then
                NativeMemory.giveBack ()
                lastTidied.Restart())

    /// Runs the body and stores what it gave.
    let make
        (stage: Stage<'i, 'o>)
        (input: Artifact<'i>)
        (recipe: Recipe)
        : Result<RunRecord * 'o, PipelineError> =
        let clock, before = Stopwatch.StartNew(), Environment.CpuUsage.TotalTime
        current <- stage.Name
        let isOfStage = PeakMemory.restart ()

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
                    Processor = Some(Math.Round((Environment.CpuUsage.TotalTime - before).TotalSeconds, 3))
                }

                let settled = settle stage found value
                peak <- Some(PeakMemory.read isOfStage)
                letGo clock.Elapsed
                heard settled))

    let remake (stage: Stage<'i, 'o>) input (recipe: Recipe) (run: RunRecord) (state: ObjectState) =
        let what = if state = Damaged then "damaged" else "missing"
        warn $"the result of %s{stage.Name} is %s{what} in the store; it is made again"
        let wait holder = tell.Invoke(Waiting(recipe.Stage, string holder))

        Claims.hold store (Recipe.key recipe) wait (fun () ->
            // Another process may have made it meanwhile.
            Store.get store stage.Codec run
            |> Result.bind (fun found ->
                match found with
                | Ok value -> Ok value
                | Error _ ->
                    MachineLack.guard (fun () -> make stage input recipe)
                    |> Result.map (fun (run, value) ->
                        let reason = if state = Damaged then ObjectDamaged else ObjectMissing
                        tell.Invoke(Remade(run, StageCost.here [ reason ] peak run))
                        value)))

    /// The result that the store has; one that it has no more is made again.
    let read (stage: Stage<'i, 'o>) input (run: RunRecord) =
        Store.get store stage.Codec run
        |> heard
        |> Result.bind (fun found ->
            match found with
            | Ok value -> Ok value
            | Error state -> remake stage input run.Recipe run state)

    let artifact (stage: Stage<'i, 'o>) (run: RunRecord) value : Result<Artifact<'o>, PipelineError> =
        Digest.parse run.Output
        |> Result.mapError StoreFault
        |> Result.map (fun digest ->
            let artifact = Artifact.create stage.Name digest value
            known[(Recipe.key run.Recipe).Hex] <- WeakReference artifact
            artifact)

    /// The most memory that the stage took which was made last.
    member _.Peak: PeakMemory option = peak

    /// The seed that its stages' own are derived from.
    member _.Root: Seed = root

    member _.Find(recipe: Recipe) : Result<Lookup, PipelineError> = Lookup.find store scope recipe |> heard

    /// A result that is there; it is read when somebody asks for it, and made again where it is damaged then.
    member _.Read
        (stage: Stage<'i, 'o>, input: Artifact<'i>, run: RunRecord)
        : Result<Artifact<'o>, PipelineError> =
        let held =
            match known.TryGetValue (Recipe.key run.Recipe).Hex with
            | true, reference -> reference.Target
            | false, _ -> null

        match held with
        | :? Artifact<'o> as artifact -> Ok artifact
        | _ -> artifact stage run (lazy (read stage input run))

    /// Notes that the run has used this result of a stage.
    member _.Note(recipe: Recipe) : Result<unit, PipelineError> =
        Store.noteLatest store scope recipe.Stage (Recipe.key recipe) |> heard

    /// Makes a result, whatever is there.
    member _.Make
        (stage: Stage<'i, 'o>, input: Artifact<'i>, recipe: Recipe, reasons: Reason list)
        : Result<RunRecord * Artifact<'o>, PipelineError> =
        tell.Invoke(Started(stage.Name, reasons))

        MachineLack.guard (fun () -> make stage input recipe)
        |> Result.bind (fun (run, value) ->
            tell.Invoke(Finished(stage.Name, run.Seconds, run.Bytes))
            artifact stage run (lazy (Ok value)) |> Result.map (fun artifact -> run, artifact))

    interface IAdvancing with
        member _.Advance(finished, all) =
            tidyNative ()
            tell.Invoke(Advanced(current, finished, all))
