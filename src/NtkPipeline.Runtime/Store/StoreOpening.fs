namespace NtkPipeline.Runtime

open System
open System.Collections.Concurrent
open System.IO
open NtkPipeline.Core

/// Opens a folder as a store, or makes one of it.
[<RequireQualifiedAccess>]
module internal StoreOpening =

    /// A link that leads to a folder stands for it.
    let private rootOf (path: string) =
        let full = Path.TrimEndingDirectorySeparator(Path.GetFullPath path)

        match FileKind.at full with
        | FileKind.Link ->
            match Directory.ResolveLinkTarget(full, true) with
            | NonNull target when target.Exists -> target.FullName
            | _ -> full
        | _ -> full

    /// Makes the folders that are missing, those of a new store for its owner alone. A link in the place of one may be meant, but no link
    /// of a store is followed.
    let private complete (store: Store) : Result<unit, PipelineError> =
        let isLink name = FileKind.at (StoreFolder.at store name) = FileKind.Link

        match StoreNames.texts :: StoreNames.damaged :: StoreNames.made |> List.tryFind isLink with
        | Some name ->
            Error(
                StoreFault
                    $"%s{StoreFolder.at store name}: it is a link, and no link in a store is followed; put the folder itself there, or make the whole store's folder the link"
            )
        | None ->
            for name in StoreNames.texts :: StoreNames.made do
                match FileKind.at (StoreFolder.at store name) with
                | FileKind.Missing
                | FileKind.Folder -> ()
                | other -> StoreFolder.setAside store (StoreFolder.at store name) $"it is %s{other.Words}"

            for name in StoreNames.made do
                StoreFolder.makePart store name

            Ok()

    let private mark (store: Store) (damage: string option) : unit =
        match damage with
        | Some reason -> StoreFolder.setAside store (StoreMark.pathOf store.Root) reason
        | None -> ()

        // A store of before that may only be read is one all the same.
        match StoreFolder.guard store.Root (fun () -> StoreMark.write store.Root) with
        | Ok() -> ()
        | Error refusal -> StoreFolder.warn store $"%s{refusal.Sentence}; it gets no mark"

    let private openFound (mayMake: bool) (store: Store) (found: FoundStore) : Result<unit, PipelineError> =
        match found with
        | FoundStore.Nothing when not mayMake ->
            Error(StoreFault $"%s{store.Root}: there is no store; `ntk run --store` makes one")
        | FoundStore.Nothing ->
            FolderRights.makeMine store.Root
            complete store |> Result.map (fun () -> StoreMark.write store.Root)
        | FoundStore.Marked -> complete store
        | FoundStore.Unmarked damage -> complete store |> Result.map (fun () -> mark store damage)

    /// The store in a folder; where there is none, `mayMake` says whether it is made.
    let openIn (mayMake: bool) (times: LeaseTimes) (root: string) : Result<Store, PipelineError> =
        if String.IsNullOrWhiteSpace root then
            Error(StoreFault "the store's folder has an empty name; give --store a folder")
        elif File.Exists root then
            Error(StoreFault $"%s{root}: it is a file, and the store is a folder")
        else
            StoreFolder.guard root (fun () ->
                let store = { Root = rootOf root; Times = times; Told = ConcurrentQueue() }

                StoreMark.find store.Root
                |> Result.bind (openFound mayMake store)
                |> Result.map (fun () -> store))
            |> Result.bind id
