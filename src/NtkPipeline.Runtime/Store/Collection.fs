namespace NtkPipeline.Runtime

open System
open System.IO
open NtkPipeline.Core

/// Deleting what nobody needs, beside runs that are under way, on whatever machine. Needed is what a stage's last run names, what a
/// live run has asked for, and what was made since the oldest live run or claim began.
[<RequireQualifiedAccess>]
module internal Collection =

    let private nameOf (path: string) = nonNull (Path.GetFileNameWithoutExtension path)

    /// What disks may round a file's time by.
    let private slack = TimeSpan.FromSeconds 2.0

    /// Of another machine's half files only this says that nobody writes them any more.
    let private abandoned = TimeSpan.FromDays 1.0

    let private tryMove (path: string) (target: string) : bool =
        try
            File.Move(path, target)
            true
        with
        | :? FileNotFoundException -> false
        | :? IOException when File.Exists target -> false

    /// A file's bytes, once it is deleted; none where somebody else was faster.
    let private delete (path: string) : int64 option =
        try
            let bytes = FileInfo(path).Length
            File.Delete path
            Some bytes
        with :? FileNotFoundException ->
            None

    /// Puts aside what nobody seems to need, looks again, and deletes what still nobody needs: what a run asks for in between comes
    /// back. `needed` looks, and then tells of a file's name and of where it lies. Gives the bytes of each deleted file.
    let private remove (store: Store) (needed: unit -> string -> string -> bool) (files: string[]) : int64[] =
        let isNeeded = needed ()

        let moved =
            files
            |> Array.filter (fun path -> not (isNeeded (nameOf path) path))
            |> Array.map (fun path -> path, StoreFolder.aside store)
            |> Array.filter (fun (path, aside) -> tryMove path aside)

        let isNeeded = needed ()

        moved
        |> Array.choose (fun (path, aside) ->
            if isNeeded (nameOf path) aside && tryMove aside path then
                None
            else
                delete aside)

    let private neededRuns (store: Store) () =
        let keys = Set.union (set (Store.notedKeys store)) (LiveRuns.live store |> Array.collect snd |> set)

        fun (name: string) (_: string) -> keys.Contains name

    let private neededObjects (store: Store) () =
        let leases = Array.append (Claims.live store) (LiveRuns.live store |> Array.map fst)

        let since =
            if leases.Length = 0 then
                DateTime.MaxValue
            else
                (leases |> Array.map _.Since |> Array.min) - slack

        let named = Store.readRuns store |> Array.map _.Output |> set
        fun (name: string) (path: string) -> named.Contains name || File.GetLastWriteTimeUtc path >= since

    /// Folders that leases are made in hold nothing else.
    let private deleteLeaseFolder (folder: string) : unit =
        try
            Directory.GetFiles(folder, "*.lease") |> Array.iter File.Delete

            if Array.isEmpty (Directory.GetFileSystemEntries folder) then
                Directory.Delete folder
        with :? DirectoryNotFoundException ->
            () // Its writer has renamed it between two looks.

    /// Deletes what dead processes have left half written, and nothing else. Gives the bytes of each.
    let private removeLeftovers (store: Store) : int64[] =
        let now = Lease.clock (StoreFolder.aside store)
        let partial = StoreContents.partial store.Root

        let isDead (path: string) =
            match Holder.pidOfName (StoreContents.nameOf path) with
            | Some pid -> not (Holder.isRunning pid)
            | None -> now - File.GetLastWriteTimeUtc path > abandoned

        WholeFile.sweep store.Root

        partial.Odd
        |> Array.filter (fun path -> FileKind.at path = FileKind.Folder && isDead path)
        |> Array.iter deleteLeaseFolder

        partial.Own |> Array.filter isDead |> Array.choose delete

    /// Deletes damaged files that were set aside; folders may hold anything, and stay.
    let private removeDamaged (store: Store) : int64[] =
        (StoreContents.damaged store.Root).Own |> Array.choose delete

    /// Gives the number of files and bytes freed.
    let run (store: Store) : int * int64 =
        Claims.clearDead store
        LiveRuns.clearDead store
        let leftovers = Array.append (removeLeftovers store) (removeDamaged store)
        let runs = (StoreContents.runs store.Root).Own |> remove store (neededRuns store)
        let objects = (StoreContents.objects store.Root).Own |> remove store (neededObjects store)
        let isAlone = Array.isEmpty (LiveRuns.live store) && Array.isEmpty (Claims.live store)

        let texts = EmbeddingCache.collect store isAlone (Store.readRuns store |> Array.map _.Recipe.Settings)

        let freed = Array.concat [ leftovers; runs; objects; texts ]
        freed.Length, Array.sum freed
