namespace NtkPipeline.Runtime

open System
open System.IO
open NtkPipeline.Core

/// What `verify` found.
type StoreHealth = {
    /// How many objects and files of texts there are.
    Objects: int
    /// Paths of what is not what its name or its place says.
    Damaged: string[]
    /// Stages of runs whose object is gone.
    Missing: string[]
    /// What the store has not put there, from its root.
    Foreign: string[]
}

/// What `collect` did.
type StoreCollection = {
    /// Files and bytes that were freed.
    Files: int
    Bytes: int64
    /// What the store has not put there, from its root: it was left alone.
    Foreign: string[]
}

/// Looking after a store: verify, collect, measure.
[<RequireQualifiedAccess>]
module StoreCare =

    let private nameOf (path: string) = nonNull (Path.GetFileNameWithoutExtension path)

    let private shown (store: Store) (paths: string[]) =
        paths
        |> Array.map (fun path -> Path.GetRelativePath(store.Root, path))
        |> Array.sortWith (fun a b -> String.CompareOrdinal(a, b))

    let private isDamaged (store: Store) (path: string) =
        match StoreFolder.read store path (fun file -> (Digest.ofStream file).Hex = nameOf path) with
        | Seen isWhole -> not isWhole
        | Broken _ -> true
        | Nothing -> false

    /// Hashes every object again and reads every record, whatever some of them are.
    let verify (store: Store) : Result<StoreHealth, PipelineError> =
        StoreFolder.guard store.Root (fun () ->
            let shelves = [| StoreContents.objects store.Root; StoreContents.texts store.Root |]
            let files, odd = shelves |> Array.collect _.Own, shelves |> Array.collect _.Odd

            let notesAndRecords = [|
                yield! (StoreContents.runs store.Root).Odd
                yield! (StoreContents.latest store.Root).Odd
                yield! Store.spoiled store
            |]

            let present = files |> Array.map nameOf |> set

            {
                Objects = files.Length + odd.Length
                Damaged = Array.concat [ odd; Array.filter (isDamaged store) files; notesAndRecords ]
                Missing =
                    Store.readRuns store
                    |> Array.filter (fun run -> not (present.Contains run.Output))
                    |> Array.map _.Recipe.Stage
                    |> Array.distinct
                Foreign =
                    shown
                        store
                        (StoreContents.foreign store.Root |> Array.except odd |> Array.except notesAndRecords)
            })

    /// Deletes what no stage's last run and no live run needs: older runs, their objects, and what a killed process left half
    /// written. What the store has not put there stays.
    let collect (store: Store) : Result<StoreCollection, PipelineError> =
        StoreFolder.guard store.Root (fun () ->
            let files, bytes = Collection.run store

            {
                Files = files
                Bytes = bytes
                Foreign = shown store (StoreContents.foreign store.Root)
            })

    /// Bytes of results by stage, largest first; instances of a stage ("train-network/…") together. Files of single texts'
    /// embeddings, which several runs share, count as a stage of their own.
    let sizes (store: Store) : Result<(string * int * int64)[], PipelineError> =
        StoreFolder.guard store.Root (fun () ->
            let texts = EmbeddingCache.files store |> Array.map (fun path -> FileInfo(path).Length)

            let stages =
                Store.readRuns store
                |> Array.groupBy (fun run -> run.Recipe.Stage.Split('/')[0])
                |> Array.map (fun (stage, runs) ->
                    let objects = runs |> Array.distinctBy _.Output
                    stage, objects.Length, objects |> Array.sumBy _.Bytes)

            [|
                yield! stages
                if texts.Length > 0 then
                    "embedded texts", texts.Length, Array.sum texts
            |]
            |> Array.sortByDescending (fun (_, _, bytes) -> bytes))
