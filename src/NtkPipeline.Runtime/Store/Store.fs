namespace NtkPipeline.Runtime

open System
open System.IO
open NtkPipeline.Core

/// What is read from a store and written to it.
[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module Store =

    let folder (store: Store) (name: string) : string = StoreFolder.at store name

    /// The same as `openAt`, with leases of other times.
    let openWith (times: LeaseTimes) (root: string) : Result<Store, PipelineError> =
        StoreOpening.openIn true times root

    /// The store in this folder, which is made if there is nothing. Refused are a folder of other things, and a store of a later version.
    let openAt (root: string) : Result<Store, PipelineError> = openWith LeaseTimes.Usual root

    /// The same, and refused is also a folder in which there is no store yet.
    let openThere (root: string) : Result<Store, PipelineError> =
        StoreOpening.openIn false LeaseTimes.Usual root

    /// What was found damaged since this was last asked: a sentence each.
    let warnings (store: Store) : string list =
        List.unfold
            (fun () ->
                match store.Told.TryDequeue() with
                | true, sentence -> Some(sentence, ())
                | false, _ -> None)
            ()

    let private objectPath (store: Store) (hex: string) (extension: string) =
        Path.Combine(store.Root, "objects", hex[..1], $"%s{hex}.%s{extension}")

    /// Writes an object; gives its digest and size.
    let put (store: Store) (codec: Codec<'a>) (value: 'a) : Result<Digest * int64, PipelineError> =
        StoreFolder.guard store.Root (fun () ->
            let write (file: Stream) =
                use hashing = new HashingStream(file)
                codec.Write hashing value
                hashing.Digest, hashing.Written

            StoreFolder.writeWhole store write (fun (digest, _) ->
                objectPath store digest.Hex codec.Extension))

    /// Reads an object back, after its bytes have been hashed again.
    let get
        (store: Store)
        (codec: Codec<'a>)
        (record: RunRecord)
        : Result<Result<'a, ObjectState>, PipelineError> =
        let path = objectPath store record.Output record.Extension

        let work (file: FileStream) =
            if (Digest.ofStream file).Hex = record.Output then
                file.Position <- 0L
                codec.Read file |> Result.mapError (fun _ -> Damaged)
            else
                Error Damaged

        StoreFolder.guard path (fun () ->
            match StoreFolder.read store path work with
            | Seen result -> result
            | Nothing -> Error Missing
            | Broken _ -> Error Damaged)

    /// A quick look, at the file's size only.
    let glance (store: Store) (record: RunRecord) : ObjectState =
        match StoreFolder.length store (objectPath store record.Output record.Extension) with
        | Seen bytes when bytes = record.Bytes -> Sound
        | Seen _
        | Broken _ -> Damaged
        | Nothing -> Missing

    let private runPath (store: Store) (key: Digest) = Path.Combine(store.Root, "runs", $"%s{key.Hex}.json")

    /// A stage's or a scope's name as a file's, which is below 256 bytes: of a long one its beginning and a digest of it all.
    let private fileName (name: string) =
        match Uri.EscapeDataString name with
        | short when short.Length <= 200 -> short
        | long -> long[..119] + "~" + (Digest.ofParts [ name ]).Hex

    let private latestPath (store: Store) (scope: string) (stage: string) =
        Path.Combine(store.Root, "latest", fileName scope, fileName stage)

    /// The record in a file, if it is the one that the file's name says.
    let private readRecord (store: Store) (path: string) : Sight<RunRecord> =
        let key = nonNull (Path.GetFileNameWithoutExtension path)

        match StoreFolder.read store path (fun file -> RunRecordFile.readNamed key file) with
        | Seen(Ok record) -> Seen record
        | Seen(Error reason) -> Broken reason
        | Nothing -> Nothing
        | Broken reason -> Broken reason

    /// The record of a recipe; a damaged one is set aside and counts as none.
    let private believe (store: Store) (key: Digest) : RunRecord option =
        let path = runPath store key

        match readRecord store path with
        | Seen record -> Some record
        | Nothing -> None
        | Broken reason ->
            StoreFolder.setAside store path reason
            None

    /// What came of a recipe, if it has run. A damaged record counts as none.
    let tryRun (store: Store) (key: Digest) : Result<RunRecord option, PipelineError> =
        StoreFolder.guard store.Root (fun () -> believe store key)

    let private readNote (store: Store) (path: string) : Sight<Digest> =
        let text (file: FileStream) =
            use reader = new StreamReader(file)
            Digest.parse (reader.ReadToEnd())

        match StoreFolder.read store path text with
        | Seen(Ok key) -> Seen key
        | Seen(Error _) -> Broken "it names no recipe"
        | Broken reason -> Broken reason
        | Nothing -> Nothing

    /// The key in a note; a damaged one is set aside and counts as none.
    let private noted (store: Store) (path: string) : Digest option =
        match readNote store path with
        | Seen key -> Some key
        | Nothing -> None
        | Broken reason ->
            StoreFolder.setAside store path reason
            None

    /// The recipe of a stage that ran last on this scope (the name of the data). It says why a stage runs again, and nothing is made of it.
    let tryLatest (store: Store) (scope: string) (stage: string) : Result<RunRecord option, PipelineError> =
        let path = latestPath store scope stage

        StoreFolder.guard path (fun () ->
            noted store path
            |> Option.bind (believe store)
            |> Option.filter (fun record -> record.Recipe.Stage = stage))

    /// Notes which recipe a stage has used last. Written only where it changes.
    let noteLatest
        (store: Store)
        (scope: string)
        (stage: string)
        (key: Digest)
        : Result<unit, PipelineError> =
        let path = latestPath store scope stage

        StoreFolder.guard path (fun () ->
            if noted store path <> Some key then
                StoreFolder.writeText store path key.Hex)

    /// Notes what came of a recipe.
    let record (store: Store) (scope: string) (run: RunRecord) : Result<unit, PipelineError> =
        let key = Recipe.key run.Recipe

        StoreFolder.guard store.Root (fun () ->
            StoreFolder.writeWhole store (fun file -> RunRecordFile.codec.Write file run) (fun () ->
                runPath store key))
        |> Result.bind (fun () -> noteLatest store scope run.Recipe.Stage key)

    /// The files that are no records though they have the names of records, and no notes though they lie where notes do.
    let internal spoiled (store: Store) : string[] =
        let isBroken sight =
            match sight with
            | Broken _ -> true
            | Seen _
            | Nothing -> false

        Array.append
            ((StoreContents.runs store.Root).Own |> Array.filter (readRecord store >> isBroken))
            ((StoreContents.latest store.Root).Own
             |> Array.filter (fun path -> isBroken (readNote store path)))

    /// The keys that notes name.
    let internal notedKeys (store: Store) : string[] =
        (StoreContents.latest store.Root).Own
        |> Array.choose (fun path ->
            match readNote store path with
            | Seen key -> Some key.Hex
            | Broken _
            | Nothing -> None)

    let internal readRuns (store: Store) : RunRecord[] =
        (StoreContents.runs store.Root).Own
        |> Array.choose (fun path ->
            match readRecord store path with
            | Seen record -> Some record
            | Broken _
            | Nothing -> None)

    /// Every recorded run that can be believed.
    let runs (store: Store) : Result<RunRecord[], PipelineError> =
        StoreFolder.guard store.Root (fun () -> readRuns store)
