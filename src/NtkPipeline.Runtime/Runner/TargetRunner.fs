namespace NtkPipeline.Runtime

open System
open NtkPipeline.Core

/// What came of the wish for one stage.
type TargetOutcome = {
    Run: RunRecord
    /// It was made here; else it was there, or another process made it meanwhile.
    IsMade: bool
    /// What it took, of what was made here.
    Peak: PeakMemory option
}

/// Makes single stages of a pipeline, each named by the digest of its recipe: what a process does that works for others. The input of
/// the last stage is kept, since the next one often has the same.
type TargetRunner(store: Store, scope: string, root: Seed, tell: Action<StageEvent>, live: LiveRun) =
    let maker = StageMaker(store, scope, root, tell)
    let mutable kept: obj | null = null

    let make (stage: Stage<'i, 'o>) (input: Artifact<'i>) (recipe: Recipe) () =
        let run reasons =
            kept <- box input

            maker.Make(stage, input, recipe, reasons)
            |> Result.map (fun (run, _) -> { Run = run; IsMade = true; Peak = maker.Peak })

        // Another process may have made it meanwhile.
        maker.Find recipe
        |> Result.bind (fun found ->
            match found with
            | Ready run -> Ok { Run = run; IsMade = false; Peak = None }
            | Lost reason -> run [ reason ]
            | Unknown last -> run (Recipe.reasons last recipe))

    /// Makes the stage with this key, or waits for whoever makes it; none where no stage that could run has it.
    member _.Make(target: string, walk: PipelineWalk) : Result<TargetOutcome option, PipelineError> =
        let outcome = ref (Ok None)

        // A walk is cut short by an error, which nobody is told.
        let stop = StoreFault "the walk is over"

        let work = {
            new IFrontierWork with
                member _.Ask recipe =
                    let key = Recipe.key recipe

                    live.Pin key
                    |> Result.bind (fun () ->
                        if key.Hex <> target then
                            Ok()
                        else
                            maker.Find recipe
                            |> Result.bind (fun found ->
                                match found with
                                | Ready run ->
                                    outcome.Value <- Ok(Some { Run = run; IsMade = false; Peak = None })
                                    Error stop
                                | Lost _
                                | Unknown _ -> Ok()))

                member _.Meet(stage, input, recipe, _) =
                    let key = Recipe.key recipe

                    if key.Hex <> target then
                        Ok None
                    else
                        let wait holder = tell.Invoke(Waiting(recipe.Stage, string holder))

                        outcome.Value <-
                            Claims.hold store key wait (make stage input recipe) |> Result.map Some

                        Error stop
        }

        match walk.Invoke(FrontierRunner(maker, work)), outcome.Value with
        | Error reason, Ok None -> Error reason
        | _, outcome -> outcome
