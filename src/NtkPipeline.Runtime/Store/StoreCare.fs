namespace NtkPipeline.Runtime

open System.IO
open NtkPipeline.Core

/// What `verify` found. Paths of objects whose bytes are not what their name says, and runs whose object is gone.
type StoreHealth = { Objects: int; Damaged: string[]; Missing: string[] }

/// Looking after a store: verify, collect, measure.
[<RequireQualifiedAccess>]
module StoreCare =

    let private nameOf (path: string) = nonNull (Path.GetFileNameWithoutExtension path)

    /// Hashes every object again.
    let verify (store: Store) : Result<StoreHealth, PipelineError> =
        Store.runs store
        |> Result.bind (fun runs ->
            Store.guard "objects" (fun () ->
                let files = Array.append (Store.objectFiles store) (EmbeddingCache.files store)

                let isDamaged (path: string) =
                    use file = File.OpenRead path
                    (Digest.ofStream file).Hex <> nameOf path

                let present = files |> Array.map nameOf |> set

                {
                    Objects = files.Length
                    Damaged = files |> Array.filter isDamaged
                    Missing =
                        runs
                        |> Array.filter (fun run -> not (present.Contains run.Output))
                        |> Array.map _.Recipe.Stage
                        |> Array.distinct
                }))

    /// Deletes what no stage's last run and no live run needs: older runs, their objects, and what a killed process left half
    /// written. Gives the number of files and bytes freed.
    let collect (store: Store) : Result<int * int64, PipelineError> =
        Store.guard "store" (fun () -> Collection.run store)

    /// Bytes of results by stage, largest first; instances of a stage ("train-network/…") together. Files of single texts'
    /// embeddings, which several runs share, count as a stage of their own.
    let sizes (store: Store) : Result<(string * int * int64)[], PipelineError> =
        Store.runs store
        |> Result.bind (fun runs ->
            Store.guard "texts" (fun () ->
                let texts = EmbeddingCache.files store |> Array.map (fun path -> FileInfo(path).Length)

                let stages =
                    runs
                    |> Array.groupBy (fun run -> run.Recipe.Stage.Split('/')[0])
                    |> Array.map (fun (stage, runs) ->
                        let objects = runs |> Array.distinctBy _.Output
                        stage, objects.Length, objects |> Array.sumBy _.Bytes)

                [|
                    yield! stages
                    if texts.Length > 0 then
                        "embedded texts", texts.Length, Array.sum texts
                |]
                |> Array.sortByDescending (fun (_, _, bytes) -> bytes)))
