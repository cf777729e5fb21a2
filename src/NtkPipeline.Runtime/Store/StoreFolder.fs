namespace NtkPipeline.Runtime

open System
open System.Collections.Concurrent
open System.IO
open NtkPipeline.Core

/// Whether an object can be used.
type ObjectState =
    | Sound
    | Missing
    | Damaged

/// A content-addressed store on disk:
///   ntk-store              the mark that says that it is one, and of which version
///   objects/ab/abcd….npy   bytes under their own SHA-256, written once
///   runs/<key>.json        recipe → digest of its result
///   texts/<model>/         embeddings of single texts (`EmbeddingCache`)
///   latest/<scope>/<stage> the recipe that ran last, to say why a stage runs again
///   claims/<key>/          who makes a recipe's result now (`Claims`)
///   live/<name>/           runs that are under way (`LiveRun`)
///   partial/               what is being written; renamed when whole, so a kill at any instant leaves no half object
///   damaged/               what lay in the place of any of these and was something else
/// It is made for its owner's eyes alone. No link in it is followed.
[<NoEquality; NoComparison>]
type Store = internal { Root: string; Times: LeaseTimes; Told: ConcurrentQueue<string> }

/// What there is of one of its files.
type internal Sight<'a> =
    | Seen of 'a
    | Nothing
    | Broken of reason: string

/// What there is between a store's root and one of its files.
[<RequireQualifiedAccess>]
type private Way =
    | Clear
    | Absent
    | Odd of place: string * kind: FileKind

/// A store's files, as they lie: read, written whole, and set aside where they are not what they should be.
[<RequireQualifiedAccess>]
module internal StoreFolder =

    let at (store: Store) (name: string) : string = Path.Combine(store.Root, name)

    /// A path for what is being written.
    let aside (store: Store) : string = Path.Combine(at store "partial", Holder.unusedName ())

    let warn (store: Store) (sentence: string) : unit = store.Told.Enqueue sentence

    let private fault (path: string) (reason: string) =
        StoreFault $"%s{path}: the store cannot be used here: %s{reason}"

    /// Runs something that touches the disk; what the disk refuses becomes a sentence with the path.
    let guard (path: string) (action: unit -> 'a) : Result<'a, PipelineError> =
        try
            Ok(action ())
        with DiskRefusal.Reason reason ->
            Error(fault path reason)

    /// What a disk says of one file that it cannot read (EIO, EUCLEAN, EBADMSG, or without the right to it), and not of itself.
    let private (|Unreadable|_|) (e: exn) =
        match e with
        | :? UnauthorizedAccessException -> Some e.Message
        | :? IOException when List.contains e.HResult [ 5; 74; 117 ] -> Some e.Message
        | _ -> None

    /// Makes a folder of the root's, where it is not there, with the rights that the store's folders have: a new store is its owner's alone.
    let makePart (store: Store) (name: string) : unit =
        match at store "objects" with
        | objects when name <> "objects" && Directory.Exists objects ->
            FolderRights.makeLike objects (at store name)
        | _ -> FolderRights.makeMine (at store name)

    let private partsOf (store: Store) (path: string) =
        Path.GetRelativePath(store.Root, path).Split Path.DirectorySeparatorChar |> List.ofArray

    /// Whether a file of the store is there; where it or something on the way to it is not what it has to be, the first such thing.
    let private way (store: Store) (path: string) : Way =
        let rec next (folder: string) names =
            match names with
            | [] -> Way.Clear
            | name :: deeper ->
                let here = Path.Combine(folder, name)

                match FileKind.at here, deeper with
                | FileKind.Missing, _ -> Way.Absent
                | FileKind.File, []
                | FileKind.Folder, _ :: _ -> next here deeper
                | kind, _ -> Way.Odd(here, kind)

        match partsOf store path with
        | part :: names -> next (at store part) names
        | [] -> Way.Clear

    let private odd (store: Store) (path: string) : (string * FileKind) option =
        match way store path with
        | Way.Odd(place, kind) -> Some(place, kind)
        | Way.Clear
        | Way.Absent -> None

    /// Makes the folders that a file is to lie in.
    let private makeWay (store: Store) (path: string) : unit =
        match partsOf store path with
        | part :: _ :: deeper ->
            makePart store part

            if not deeper.IsEmpty then
                FolderRights.makeFolder (nonNull (Path.GetDirectoryName path))
        | _ -> ()

    /// Puts aside what is not what it should be, and says so: what lies at a path, or on the way to it, so that nothing behind a link is
    /// moved. What the disk does not let go stays.
    let setAside (store: Store) (path: string) (reason: string) : unit =
        try
            let path = odd store path |> Option.map fst |> Option.defaultValue path
            makePart store StoreNames.damaged
            let target = Path.Combine(at store StoreNames.damaged, Holder.unusedName ())
            Directory.Move(path, target)

            warn
                store
                $"%s{path} is damaged in the store: %s{reason}; it lies in %s{target} now, and is made again"
        with DiskRefusal.Reason refusal ->
            warn store $"%s{path} is damaged in the store: %s{reason}; it cannot be set aside: %s{refusal}"

    /// Sets aside whatever keeps a file from being written.
    let private clearWay (store: Store) (path: string) : unit =
        match odd store path with
        | Some(place, kind) -> setAside store place $"it is %s{kind.Words}"
        | None -> ()

    /// Reads one of its files. No link is followed, and nothing is opened that is no file.
    let read (store: Store) (path: string) (work: FileStream -> 'a) : Sight<'a> =
        try
            match way store path with
            | Way.Odd(_, kind) -> Broken $"it is %s{kind.Words}"
            // Most of what is asked for in a new store; an exception for each would take most of the time.
            | Way.Absent -> Nothing
            | Way.Clear ->
                use file = File.OpenRead path
                Seen(work file)
        with
        | :? FileNotFoundException
        | :? DirectoryNotFoundException -> Nothing
        | Unreadable reason -> Broken reason

    /// How many bytes one of its files has.
    let length (store: Store) (path: string) : Sight<int64> =
        try
            match odd store path, FileInfo path with
            | Some(_, kind), _ -> Broken $"it is %s{kind.Words}"
            | None, file when file.Exists -> Seen file.Length
            | None, _ -> Nothing
        with
        | :? FileNotFoundException -> Nothing
        | DiskRefusal.Reason reason -> Broken reason

    /// Writes a file aside, then renames it; `write` gives what the caller wants to know. An existing file is replaced.
    let writeWhole (store: Store) (write: Stream -> 'a) (target: 'a -> string) : 'a =
        let aside = aside store

        try
            let result =
                use file = FolderRights.openNew aside
                let result = write file
                DiskSync.file file
                result

            let path = target result
            clearWay store path
            makeWay store path
            File.Move(aside, path, true)
            result
        finally
            File.Delete aside

    /// Writes a text, unless it is there.
    let writeText (store: Store) (path: string) (text: string) : unit =
        let write (file: Stream) = file.Write(ReadOnlySpan(Text.Encoding.UTF8.GetBytes text))

        writeWhole store write (fun () -> path)
