namespace NtkPipeline.Runtime

open NtkPipeline.Core

/// One input of a stage: what it is called, and the digest of its bytes.
type RecipeInput = { Origin: string; Digest: string }

/// All that decides a stage's result.
type Recipe = {
    Stage: string
    Version: int
    Schema: string
    Settings: string
    Inputs: RecipeInput[]
    /// Only of a seeded stage.
    Seed: uint64 option
}

/// A recipe, and what came of it.
type RunRecord = {
    Recipe: Recipe
    /// The digest of the result's bytes, and where they are kept: objects/ab/abcd….
    Output: string
    Extension: string
    Bytes: int64
    Seconds: float
    /// s of processors that its process took meanwhile; none in records from before they were counted.
    Processor: float option
}

/// Why a stage runs.
type Reason =
    | NeverRan
    | OtherVersion of before: int * now: int
    | OtherSettings of changes: string
    | OtherSeed
    | OtherInput of origins: string list
    /// Planning only: these inputs will be made again, and may come out the same.
    | PendingInput of origins: string list
    | ObjectMissing
    | ObjectDamaged

    /// One word or two for a program: the kinds that run.log names.
    member this.Kind =
        match this with
        | NeverRan -> "new"
        | OtherVersion _ -> "code version changed"
        | OtherSettings _ -> "setting changed"
        | OtherSeed -> "seed changed"
        | OtherInput _
        | PendingInput _ -> "input changed"
        | ObjectMissing -> "missing"
        | ObjectDamaged -> "damaged"

    /// As the end of "it runs because …".
    member this.Sentence =
        // A judge of hundreds of networks has as many inputs.
        let names (origins: string list) =
            let shown = if origins.Length > 5 then List.truncate 3 origins else origins
            let more = origins.Length - shown.Length
            String.concat ", " shown + (if more > 0 then $" and %d{more} more" else "")

        match this with
        | NeverRan -> "it has never run on this data"
        | OtherVersion(before, now) -> $"its version went from %d{before} to %d{now}"
        | OtherSettings changes -> $"its settings changed: %s{changes}"
        | OtherSeed -> "the seed changed"
        | OtherInput origins -> $"its input changed: %s{names origins}"
        | PendingInput origins -> $"its input would be made again: %s{names origins}"
        | ObjectMissing -> "its result is missing from the store"
        | ObjectDamaged -> "its result is damaged in the store"

[<RequireQualifiedAccess>]
module Recipe =

    let ofStage (stage: Stage<'i, 'o>) (input: Artifact<'i>) (root: Seed) : Recipe = {
        Stage = stage.Name
        Version = stage.Version
        Schema = stage.Codec.Schema
        Settings = stage.Settings
        Inputs = [|
            for origin, digest in input.Parts -> { Origin = origin; Digest = digest.Hex }
        |]
        Seed =
            match stage.Body with
            | Pure _ -> None
            | Seeded _ -> Some (Seed.derive stage.Name root).Value
    }

    /// The recipe's name in the store.
    let key (recipe: Recipe) : Digest =
        Digest.ofParts [
            "ntk-recipe/1"
            recipe.Stage
            string recipe.Version
            recipe.Schema
            recipe.Settings
            match recipe.Seed with
            | Some seed -> $"seed %d{seed}"
            | None -> "pure"
            for input in recipe.Inputs do
                input.Origin
                input.Digest
        ]

    /// The fields of two settings that differ, as "field: before → now".
    let private changes (before: string) (now: string) =
        let fields (text: string) = text.Trim('{', '}').Split("; ")
        let a, b = fields before, fields now

        if a.Length <> b.Length then
            $"%s{before} → %s{now}"
        else
            Array.zip a b
            |> Array.filter (fun (x, y) -> x <> y)
            |> Array.map (fun (x, y) -> $"%s{x} → %s{y}")
            |> String.concat "; "

    /// Why `now` is not the recipe that ran last.
    let reasons (before: Recipe option) (now: Recipe) : Reason list =
        match before with
        | None -> [ NeverRan ]
        | Some before ->
            let known = set before.Inputs

            let changed =
                now.Inputs
                |> Array.filter (fun input -> not (known.Contains input))
                |> Array.map _.Origin
                |> List.ofArray

            [
                if before.Version <> now.Version then
                    OtherVersion(before.Version, now.Version)
                if before.Schema <> now.Schema then
                    OtherSettings $"%s{before.Schema} → %s{now.Schema}"
                if before.Settings <> now.Settings then
                    OtherSettings(changes before.Settings now.Settings)
                if before.Seed <> now.Seed then
                    OtherSeed
                if not changed.IsEmpty then
                    OtherInput changed
            ]
