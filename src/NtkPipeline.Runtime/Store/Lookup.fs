namespace NtkPipeline.Runtime

open NtkPipeline.Core

/// What a store knows of a recipe.
type Lookup =
    /// It has run, and its result is there.
    | Ready of RunRecord
    /// It has run, and its result can no longer be used.
    | Lost of Reason
    /// It has not run; the recipe that its stage ran last, if any.
    | Unknown of last: Recipe option

[<RequireQualifiedAccess>]
module Lookup =

    let find (store: Store) (scope: string) (recipe: Recipe) : Result<Lookup, PipelineError> =
        match Store.tryRun store (Recipe.key recipe) with
        | Error e -> Error e
        | Ok None -> Store.tryLatest store scope recipe.Stage |> Result.map (Option.map _.Recipe >> Unknown)
        | Ok(Some run) ->
            match Store.glance store run with
            | Sound -> Ok(Ready run)
            | Missing -> Ok(Lost ObjectMissing)
            | Damaged -> Ok(Lost ObjectDamaged)
