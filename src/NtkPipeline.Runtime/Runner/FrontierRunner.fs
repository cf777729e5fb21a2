namespace NtkPipeline.Runtime

open System
open System.Collections.Generic
open NtkPipeline.Core

/// A stage that could run now: it has no result, and all of its inputs have.
type FrontierStage = {
    Name: string
    /// The digest of its recipe.
    Key: string
    /// Why it would run.
    Reasons: Reason list
}

/// What a walk of a pipeline has found.
type Frontier = {
    Stages: FrontierStage[]
    /// How many stages have no result, those that wait for others among them; 0 where all is made.
    Pending: int
}

/// Walks a whole pipeline with a runner; an error is what ended the walk.
type PipelineWalk = Func<IRunner, Result<unit, PipelineError>>

/// What to do on a walk of a pipeline, stage by stage.
type IFrontierWork =
    /// Told of a recipe before it is looked up.
    abstract Ask: recipe: Recipe -> Result<unit, PipelineError>

    /// Told of a stage that could run now: it has no result, and all of its inputs have. Gives the result, or none to pass the stage
    /// over; an error ends the walk.
    abstract Meet:
        stage: Stage<'i, 'o> * input: Artifact<'i> * recipe: Recipe * found: Lookup ->
            Result<Artifact<'o> option, PipelineError>

/// Walks a pipeline: what is there is read when it is asked for, a stage that could run now is shown to `work`, and what depends on one
/// that was passed over is passed over too. The pipeline's shape must not depend on values, and does not.
type FrontierRunner(maker: StageMaker, work: IFrontierWork) =
    let pending = HashSet<string>()

    let passOver (stage: Stage<'i, 'o>) (key: Digest) : Artifact<'o> =
        let digest = Digest.ofParts [ "pending"; key.Hex ]
        pending.Add digest.Hex |> ignore
        Artifact.create stage.Name digest (lazy (Error(StoreFault $"%s{stage.Name} has not run yet")))

    /// How many stages were passed over, those that could run now and those that wait for them.
    member _.PendingCount: int = pending.Count

    interface IRunner with
        member _.Run(stage, input) =
            let recipe = Recipe.ofStage stage input maker.Root
            let over () = passOver stage (Recipe.key recipe)

            if recipe.Inputs |> Array.exists (fun input -> pending.Contains input.Digest) then
                Ok(over ())
            else
                work.Ask recipe
                |> Result.bind (fun () -> maker.Find recipe)
                |> Result.bind (fun found ->
                    match found with
                    | Ready run -> maker.Read(stage, input, run)
                    | Lost _
                    | Unknown _ ->
                        work.Meet(stage, input, recipe, found) |> Result.map (Option.defaultWith over))

    interface IAdvancing with
        member _.Advance(finished, all) = (maker :> IAdvancing).Advance(finished, all)

[<RequireQualifiedAccess>]
module internal Frontier =

    /// Walks a pipeline and finds all stages that could run now. A recipe that several stages have is there once.
    let find
        (maker: StageMaker)
        (pin: Digest -> Result<unit, PipelineError>)
        (walk: PipelineWalk)
        : Result<Frontier, PipelineError> =
        let stages = ResizeArray<FrontierStage>()

        let work = {
            new IFrontierWork with
                member _.Ask recipe = pin (Recipe.key recipe)

                member _.Meet(stage, _, recipe, found) =
                    let key = (Recipe.key recipe).Hex

                    if not (stages.Exists(fun met -> met.Key = key)) then
                        stages.Add {
                            Name = stage.Name
                            Key = key
                            Reasons =
                                match found with
                                | Lost reason -> [ reason ]
                                | Ready _ -> []
                                | Unknown last -> Recipe.reasons last recipe
                        }

                    Ok None
        }

        let runner = FrontierRunner(maker, work)

        walk.Invoke runner
        |> Result.map (fun () -> { Stages = stages.ToArray(); Pending = runner.PendingCount })
