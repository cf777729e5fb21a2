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
    | Finished of stage: string * seconds: float * bytes: int64
    | Warning of sentence: string

/// Runs stages over a store: what is there is not run again. `scope` is the name of the data.
type DiskRunner(store: Store, scope: string, root: Seed, tell: Action<StageEvent>) =
    let facts = ResizeArray<StageFact>()
    let mutable current = ""

    let report (recipe: Recipe) cached seconds =
        facts.Add {
            Name = recipe.Stage
            Key = (Recipe.key recipe).Hex
            Cached = cached
            Seconds = seconds
        }

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

        MachineLack.guard (fun () -> input.Value.Force() |> Result.bind body)
        |> Result.bind (fun value ->
            Store.put store stage.Codec value
            |> Result.bind (fun (digest, bytes) ->
                let run = {
                    Recipe = recipe
                    Output = digest.Hex
                    Extension = stage.Codec.Extension
                    Bytes = bytes
                    Seconds = Math.Round(clock.Elapsed.TotalSeconds, 3)
                }

                Store.record store scope run |> Result.map (fun () -> run, value)))

    let remake (stage: Stage<'i, 'o>) input (recipe: Recipe) (run: RunRecord) (state: ObjectState) =
        let what = if state = Damaged then "damaged" else "missing"
        tell.Invoke(Warning $"the result of %s{stage.Name} is %s{what} in the store; it is made again")

        make stage input recipe
        |> Result.bind (fun (again, value) ->
            if again.Output = run.Output then
                Ok value
            else
                Error(
                    StoreFault
                        $"%s{stage.Name} gave other bytes when it was made again, so what was built on it may be wrong; delete the store and run again"
                ))

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

    interface IRunner with
        member _.Run(stage, input) =
            let recipe = Recipe.ofStage stage input root

            Lookup.find store scope recipe
            |> Result.bind (fun found ->
                match found with
                | Ready run ->
                    Store.noteLatest store scope stage.Name (Recipe.key recipe)
                    |> Result.bind (fun () -> reuse stage input recipe run)
                | Lost reason -> compute stage input recipe [ reason ]
                | Unknown last -> compute stage input recipe (Recipe.reasons last recipe))
