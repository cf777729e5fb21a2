/// What stages of a run have left in its store.
module NtkPipeline.Tests.StoredResults

open System.IO
open Expecto
open NtkPipeline.Core
open NtkPipeline.Runtime

/// The one folder that says which results are the latest.
let latest (store: string) = Directory.GetDirectories(Path.Combine(store, "latest")) |> Array.exactlyOne

/// What a stage of the run gave.
let made (store: string) (name: string) (codec: Codec<'a>) : 'a =
    let scope = nonNull (Path.GetFileName(latest store))

    Store.openAt store
    |> Result.bind (fun store ->
        Store.tryLatest store scope name |> Result.bind (Option.get >> Store.get store codec))
    |> Result.mapError _.Sentence
    |> Result.bind (Result.mapError string)
    |> Flip.Expect.wantOk name
