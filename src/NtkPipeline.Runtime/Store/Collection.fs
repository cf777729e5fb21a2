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

    /// Puts aside what nobody seems to need, looks again, and deletes what still nobody needs: what a run asks for in between comes
    /// back. `needed` looks, and then tells of a file's name and of where it lies. Gives the bytes of each deleted file.
    let private remove (store: Store) (needed: unit -> string -> string -> bool) (files: string[]) : int64[] =
        let isNeeded = needed ()

        let moved =
            files
            |> Array.filter (fun path -> not (isNeeded (nameOf path) path))
            |> Array.map (fun path -> path, Store.aside store)
            |> Array.filter (fun (path, aside) -> tryMove path aside)

        let isNeeded = needed ()

        moved
        |> Array.choose (fun (path, aside) ->
            if isNeeded (nameOf path) aside && tryMove aside path then
                None
            else
                let bytes = FileInfo(aside).Length
                File.Delete aside
                Some bytes)

    let private neededRuns (store: Store) () =
        let keys =
            Set.union
                (Store.latestFiles store |> Array.map File.ReadAllText |> set)
                (LiveRuns.live store |> Array.collect snd |> set)

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

    /// Deletes what dead processes have left half written. Gives the bytes of each.
    let private removeLeftovers (store: Store) : int64[] =
        let now = Lease.clock (Store.aside store)

        let isDead (path: string) =
            match Holder.pidOfName (nonNull (Path.GetFileName path)) with
            | Some pid -> not (Holder.isRunning pid)
            | None -> now - File.GetLastWriteTimeUtc path > abandoned

        let partial = Store.folder store "partial"

        // What its writer renames or deletes between two looks is gone, and nothing was left over.
        for folder in Directory.GetDirectories partial |> Array.filter isDead do
            try
                Directory.Delete(folder, true)
            with :? DirectoryNotFoundException ->
                ()

        Directory.GetFiles partial
        |> Array.filter isDead
        |> Array.choose (fun path ->
            try
                let bytes = FileInfo(path).Length
                File.Delete path
                Some bytes
            with :? FileNotFoundException ->
                None)

    /// Gives the number of files and bytes freed.
    let run (store: Store) : int * int64 =
        Claims.clearDead store
        LiveRuns.clearDead store
        let leftovers = removeLeftovers store
        let runs = Store.runFiles store |> remove store (neededRuns store)
        let objects = Store.objectFiles store |> remove store (neededObjects store)
        let isAlone = Array.isEmpty (LiveRuns.live store) && Array.isEmpty (Claims.live store)

        let texts = EmbeddingCache.collect store isAlone (Store.readRuns store |> Array.map _.Recipe.Settings)

        let freed = Array.concat [ leftovers; runs; objects; texts ]
        freed.Length, Array.sum freed
