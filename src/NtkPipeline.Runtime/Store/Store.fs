namespace NtkPipeline.Runtime

open System
open System.IO
open NtkPipeline.Core

/// Whether an object can be used.
type ObjectState =
    | Sound
    | Missing
    | Damaged

/// A content-addressed store on disk:
///   objects/ab/abcd….npy   bytes under their own SHA-256, written once
///   runs/<key>.json        recipe → digest of its result
///   texts/<model>/         embeddings of single texts (`EmbeddingCache`)
///   latest/<scope>/<stage> the recipe that ran last, to say why a stage runs again
///   claims/<key>/          who makes a recipe's result now (`Claims`)
///   live/<name>/           runs that are under way (`LiveRun`)
///   partial/               what is being written; renamed when whole, so a kill at any instant leaves no half object
[<NoEquality; NoComparison>]
type Store = private { Root: string; Times: LeaseTimes }

[<RequireQualifiedAccess>]
module Store =

    let folder (store: Store) (name: string) = Path.Combine(store.Root, name)
    let internal times (store: Store) = store.Times

    /// A path for what is being written.
    let internal aside (store: Store) = Path.Combine(folder store "partial", Holder.unusedName ())

    let private fault (path: string) (e: exn) =
        StoreFault $"%s{path}: the store cannot be used here: %s{e.Message}"

    /// Runs something that touches the disk; what the disk refuses becomes a sentence with the path.
    let internal guard (path: string) (action: unit -> 'a) : Result<'a, PipelineError> =
        try
            Ok(action ())
        with
        | :? IOException as e -> Error(fault path e)
        | :? UnauthorizedAccessException as e -> Error(fault path e)

    /// The same as `openAt`, with leases of other times.
    let openWith (times: LeaseTimes) (root: string) : Result<Store, PipelineError> =
        if File.Exists root then
            Error(StoreFault $"%s{root}: it is a file, and the store is a folder")
        else
            guard root (fun () ->
                let store = { Root = Path.GetFullPath root; Times = times }

                for name in [ "objects"; "runs"; "latest"; "claims"; "live"; "partial" ] do
                    Directory.CreateDirectory(folder store name) |> ignore

                store)

    /// The store in this folder, which is made if it is not there.
    let openAt (root: string) : Result<Store, PipelineError> = openWith LeaseTimes.Usual root

    let private objectPath (store: Store) (hex: string) (extension: string) =
        Path.Combine(store.Root, "objects", hex[..1], $"%s{hex}.%s{extension}")

    let private runPath (store: Store) (key: Digest) = Path.Combine(store.Root, "runs", $"%s{key.Hex}.json")

    /// A stage's name as a file's, which is below 256 bytes: of a long one its beginning and a digest of it all.
    let private fileName (stage: string) =
        match Uri.EscapeDataString stage with
        | name when name.Length <= 200 -> name
        | name -> name[..119] + "~" + (Digest.ofParts [ stage ]).Hex

    let private latestPath (store: Store) (scope: string) (stage: string) =
        Path.Combine(store.Root, "latest", Uri.EscapeDataString scope, fileName stage)

    /// Writes a file aside, then renames it; `write` gives what the caller wants to know. An existing file is replaced.
    let internal writeWhole (store: Store) (write: Stream -> 'a) (target: 'a -> string) =
        let aside = aside store

        try
            let result =
                use file =
                    new FileStream(aside, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 <<< 20)

                let result = write file
                file.Flush true
                result

            let path = target result
            Directory.CreateDirectory(nonNull (Path.GetDirectoryName path)) |> ignore
            File.Move(aside, path, true)
            result
        finally
            File.Delete aside

    /// Writes an object; gives its digest and size.
    let put (store: Store) (codec: Codec<'a>) (value: 'a) : Result<Digest * int64, PipelineError> =
        guard store.Root (fun () ->
            let write (file: Stream) =
                use hashing = new HashingStream(file)
                codec.Write hashing value
                hashing.Digest, hashing.Written

            writeWhole store write (fun (digest, _) -> objectPath store digest.Hex codec.Extension))

    let private isWhole (path: string) (hex: string) =
        use file = File.OpenRead path
        (Digest.ofStream file).Hex = hex

    /// Reads an object back, after its bytes have been hashed again.
    let get
        (store: Store)
        (codec: Codec<'a>)
        (record: RunRecord)
        : Result<Result<'a, ObjectState>, PipelineError> =
        let path = objectPath store record.Output record.Extension

        guard path (fun () ->
            try
                if isWhole path record.Output then
                    use file = File.OpenRead path
                    codec.Read file |> Result.mapError (fun _ -> Damaged)
                else
                    Error Damaged
            with
            | :? FileNotFoundException
            | :? DirectoryNotFoundException -> Error Missing)

    /// A quick look, at the file's size only.
    let glance (store: Store) (record: RunRecord) : ObjectState =
        let file = FileInfo(objectPath store record.Output record.Extension)

        if not file.Exists then Missing
        elif file.Length <> record.Bytes then Damaged
        else Sound

    let private readRecord (path: string) : RunRecord option =
        try
            use file = File.OpenRead path

            match Recipe.codec.Read file with
            | Ok record -> Some record
            | Error _ -> None
        with :? FileNotFoundException ->
            None

    /// What came of a recipe, if it has run. A damaged record counts as none.
    let tryRun (store: Store) (key: Digest) : Result<RunRecord option, PipelineError> =
        guard store.Root (fun () -> readRecord (runPath store key))

    /// The recipe of a stage that ran last on this scope (the name of the data).
    let tryLatest (store: Store) (scope: string) (stage: string) : Result<RunRecord option, PipelineError> =
        let path = latestPath store scope stage

        guard path (fun () ->
            if File.Exists path then
                match Digest.parse (File.ReadAllText path) with
                | Ok key -> readRecord (runPath store key)
                | Error _ -> None
            else
                None)

    let private writeText (store: Store) (path: string) (text: string) =
        let write (file: Stream) =
            use writer = new StreamWriter(file, leaveOpen = true)
            writer.Write text

        writeWhole store write (fun () -> path)

    /// Notes which recipe a stage has used last. Written only where it changes.
    let noteLatest
        (store: Store)
        (scope: string)
        (stage: string)
        (key: Digest)
        : Result<unit, PipelineError> =
        let path = latestPath store scope stage

        guard path (fun () ->
            if not (File.Exists path && File.ReadAllText path = key.Hex) then
                writeText store path key.Hex)

    /// Notes what came of a recipe.
    let record (store: Store) (scope: string) (run: RunRecord) : Result<unit, PipelineError> =
        let key = Recipe.key run.Recipe

        guard store.Root (fun () ->
            writeWhole store (fun file -> Recipe.codec.Write file run) (fun () -> runPath store key))
        |> Result.bind (fun () -> noteLatest store scope run.Recipe.Stage key)

    let internal objectFiles (store: Store) : string[] =
        Directory.GetFiles(folder store "objects", "*", SearchOption.AllDirectories)

    let internal runFiles (store: Store) : string[] = Directory.GetFiles(folder store "runs")

    let internal latestFiles (store: Store) : string[] =
        Directory.GetFiles(folder store "latest", "*", SearchOption.AllDirectories)

    let internal readRuns (store: Store) : RunRecord[] = runFiles store |> Array.choose readRecord

    /// Every recorded run that can be read.
    let runs (store: Store) : Result<RunRecord[], PipelineError> = guard store.Root (fun () -> readRuns store)
