namespace NtkPipeline.Runtime

open System
open System.Collections.Generic
open System.IO
open NtkPipeline.Core

/// A run that is under way, live/<name>/: a lease, and beside it the keys of all recipes that the run has asked for. What a live
/// run has asked for, and what has been made since it began, is not collected.
[<Sealed>]
type LiveRun private (folder: string, lease: IDisposable) =
    let pins = Path.Combine(folder, "pins")
    let pinned = HashSet<Digest>()

    /// Begins one; it ends when it is disposed of.
    static member Begin(store: Store) : Result<LiveRun, PipelineError> =
        let folder = Path.Combine(StoreFolder.at store "live", Holder.unusedName ())

        StoreFolder.guard folder (fun () -> Lease.tryTake store.Times (StoreFolder.aside store) folder)
        |> Result.bind (
            Result.mapError (fun reason ->
                StoreFault $"%s{folder}: the store cannot be used here: %s{reason}")
        )
        |> Result.map (fun lease -> new LiveRun(folder, lease))

    /// Keeps a recipe's result from being collected. Asked before the recipe is looked up.
    member _.Pin(key: Digest) : Result<unit, PipelineError> =
        StoreFolder.guard pins (fun () ->
            if pinned.Add key then
                FolderRights.append pins (key.Hex + "\n"))

    interface IDisposable with
        member _.Dispose() =
            StoreFolder.guard pins (fun () -> File.Delete pins) |> ignore
            lease.Dispose()

[<RequireQualifiedAccess>]
module internal LiveRuns =

    let private folders (store: Store) = (StoreContents.live store.Root).Own

    let private isLive (store: Store) = Lease.isLive store.Times (StoreFolder.aside store)

    let private pinsOf (folder: string) =
        let pins = Path.Combine(folder, "pins")

        try
            if FileKind.at pins = FileKind.File then File.ReadAllLines pins else [||]
        with
        | :? FileNotFoundException
        | :? DirectoryNotFoundException -> [||]

    /// The runs whose processes live, each with the keys that it has asked for.
    let live (store: Store) : (SeenLease * string[])[] =
        folders store
        |> Array.choose (fun folder ->
            Lease.inFolder folder
            |> Option.filter (isLive store)
            |> Option.map (fun lease -> lease, pinsOf folder))

    /// Forgets the runs of dead processes. No name comes twice, so none is forgotten that has just begun.
    let clearDead (store: Store) : unit =
        for folder in folders store do
            match Lease.inFolder folder with
            | Some lease when isLive store lease -> ()
            | dead ->
                let pins = Path.Combine(folder, "pins")

                if FileKind.at pins = FileKind.File then
                    File.Delete pins

                Lease.clear folder dead
