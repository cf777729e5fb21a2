namespace NtkPipeline.Runtime

open System.Collections.Generic
open NtkPipeline.Core

/// What would happen to one stage.
type StagePlan = {
    Name: string
    /// The question whose stage it is; "" for what all questions share.
    Question: string
    Key: string
    Recipe: Recipe
    /// The digest of its result's bytes, where it is cached.
    Result: string option
    /// What its result goes by among the inputs of later stages: the digest of its bytes, or a stand-in.
    Output: string
    /// Empty where the stage is cached.
    Reasons: Reason list
}

/// Runs nothing: finds out which stages are cached and which would run, and why. What a stage would make has no bytes yet,
/// so a stage after it is planned to run too, though an unchanged result may yet spare it.
type PlanRunner(store: Store, scope: string, root: Seed) =
    let plans = ResizeArray<StagePlan>()
    let pending = HashSet<string>()
    let mutable question = ""

    let note (recipe: Recipe) (key: Digest) (result: Digest option) (output: Digest) reasons =
        plans.Add {
            Name = recipe.Stage
            Question = question
            Key = key.Hex
            Recipe = recipe
            Result = result |> Option.map _.Hex
            Output = output.Hex
            Reasons = reasons
        }

    /// A stage that would run.
    let due (stage: Stage<'i, 'o>) (recipe: Recipe) (key: Digest) reasons : Artifact<'o> =
        let standIn = Digest.ofParts [ "pending"; key.Hex ]
        pending.Add stage.Name |> ignore
        note recipe key None standIn reasons
        Artifact.create stage.Name standIn (lazy (Error(StoreFault $"%s{stage.Name} has not run yet")))

    let whyNot latest (recipe: Recipe) =
        let waiting = recipe.Inputs |> Array.map _.Origin |> Array.filter pending.Contains |> List.ofArray

        Recipe.reasons latest recipe
        |> List.choose (fun reason ->
            match reason with
            | OtherInput origins ->
                match origins |> List.filter (pending.Contains >> not) with
                | [] -> None
                | others -> Some(OtherInput others)
            | other -> Some other)
        |> fun reasons -> if waiting.IsEmpty then reasons else reasons @ [ PendingInput waiting ]

    /// A stage that would not run: its result, to be read when somebody asks.
    let cached (stage: Stage<'i, 'o>) key (run: RunRecord) : Result<Artifact<'o>, PipelineError> =
        let read =
            lazy
                (Store.get store stage.Codec run
                 |> Result.bind (
                     Result.mapError (fun _ -> StoreFault $"the result of %s{stage.Name} is damaged")
                 ))

        Digest.parse run.Output
        |> Result.mapError StoreFault
        |> Result.map (fun digest ->
            note run.Recipe key (Some digest) digest []
            Artifact.create stage.Name digest read)

    /// The stages in the order of the pipeline.
    member _.Plans: StagePlan[] = plans.ToArray()

    interface IQuestioned with
        member _.Question
            with get () = question
            and set asked = question <- asked

    interface IRunner with
        member _.Run(stage, input) =
            let recipe = Recipe.ofStage stage input root
            let key = Recipe.key recipe

            Lookup.find store scope recipe
            |> Result.bind (fun found ->
                match found with
                | Ready run -> cached stage key run
                | Lost reason -> Ok(due stage recipe key [ reason ])
                | Unknown last -> Ok(due stage recipe key (whyNot last recipe)))
