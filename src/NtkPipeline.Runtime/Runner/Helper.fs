namespace NtkPipeline.Runtime

open System
open System.Diagnostics
open NtkPipeline.Core

/// What a run does while another process has the stage that it has come to: it takes another stage of the same pipeline that could run
/// now and that nobody has, makes it, and looks again. `walk` walks the whole pipeline with a runner; `credit` is told what
/// was made, and what it took.
type internal Helper
    (
        store: Store,
        maker: StageMaker,
        pin: Digest -> Result<unit, PipelineError>,
        credit: string -> StageCost -> unit,
        walk: PipelineWalk
    ) =

    /// So often the pipeline is walked where nothing new is seen in the store: a folder's time may be that of a while ago on a shared
    /// disk, and a claim whose holder has died looks like any other.
    let patience = TimeSpan.FromSeconds 2.0

    let mutable lastSeen = Array.empty<DateTime>
    let walked = Stopwatch()

    /// Why the last walk found nothing, as far as it can be told without a walk: it will find nothing again.
    let isVain () =
        let seen = Claims.changes store

        if walked.IsRunning && walked.Elapsed < patience && seen = lastSeen then
            true
        else
            lastSeen <- seen
            walked.Restart()
            false

    let make (stage: Stage<'i, 'o>) input recipe () =
        let run reasons =
            maker.Make(stage, input, recipe, reasons)
            |> Result.map (fun (run, _) -> Some(StageCost.here reasons maker.Peak run))

        // Another process may have made it meanwhile.
        maker.Find recipe
        |> Result.bind (fun found ->
            match found with
            | Ready _ -> Ok None
            | Lost reason -> run [ reason ]
            | Unknown last -> run (Recipe.reasons last recipe))

    /// Makes one stage, if there is one to be made; says whether there was. What refuses refuses the run too.
    member _.TryHelp() : Result<bool, PipelineError> =
        if isVain () then
            Ok false
        else
            let outcome = ref (Ok false)

            // A walk is cut short by an error, which nobody is told.
            let stop = StoreFault "the walk is over"

            let work = {
                new IFrontierWork with
                    member _.Ask recipe = pin (Recipe.key recipe)

                    member _.Meet(stage, input, recipe, _) =
                        let key = Recipe.key recipe

                        match Claims.tryHold store key (make stage input recipe) with
                        | Ok(HeldBy _) -> Ok None
                        | Ok(Held None) ->
                            outcome.Value <- Ok true
                            Error stop
                        | Ok(Held(Some made)) ->
                            credit key.Hex made
                            outcome.Value <- Ok true
                            Error stop
                        | Error refusal ->
                            outcome.Value <- Error refusal
                            Error stop
            }

            match walk.Invoke(FrontierRunner(maker, work)), outcome.Value with
            | Error reason, Ok false -> Error reason
            | Ok(), Ok false -> Ok false
            | _, outcome ->
                walked.Reset()
                outcome
