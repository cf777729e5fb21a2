namespace NtkPipeline.Runtime

open System
open System.Collections.Generic
open System.IO
open NtkPipeline.Core

/// Embeddings of single texts, kept in a store so that a new tweet costs one: texts/<model>/<SHA-256 of the file>.zip, each
/// with the model's name, the digests of some texts and their rows. A file is written once, by rename, and hashed again when it is
/// read, so a kill at any instant, or a damaged disk, costs embeddings and never gives wrong ones.
[<RequireQualifiedAccess>]
module EmbeddingCache =

    /// Bumped when the same model would give the same text another row.
    let private version = 3

    /// Files of one model take no more; the oldest go first.
    let private mostBytes = 256L <<< 20

    /// Files below this size are small; with more small ones than this they are made one.
    let private smallBytes, mostSmall = 1L <<< 20, 16

    /// What a file holds of which model's folder.
    let private codec: Codec<string * string[] * Matrix<float32>> =
        Codec.pair ("texts", Codec.text "digests/2" "txt") ("rows", Codec.matrix32)
        |> Codec.map
            "embedded-texts/2"
            (fun (model, digests, rows) -> String.concat "\n" (Array.append [| model |] digests), rows)
            (fun (lines, rows) ->
                match lines.Split '\n' with
                | lines when lines.Length = rows.Rows + 1 -> Ok(lines[0], lines[1..], rows)
                | lines -> Error $"it holds %d{lines.Length - 1} digests and %d{rows.Rows} rows")

    /// What a text is known by.
    let digestOf (text: string) : string = (Digest.ofParts [ text ]).Hex

    let private folderName (model: Digest) = $"%s{model.Hex}-%d{version}"
    let private root (store: Store) = StoreFolder.at store StoreNames.texts
    let private folder (store: Store) (model: Digest) = Path.Combine(root store, folderName model)

    /// All files of all models.
    let internal files (store: Store) : string[] = (StoreContents.texts store.Root).Own

    let private filesIn (store: Store) (folder: string) =
        files store |> Array.filter (fun path -> Path.GetDirectoryName path = folder)

    /// What a file holds; nothing of one that is damaged, of another model, or that another process has just replaced.
    let private read (store: Store) (path: string) : (string[] * Matrix<float32>) option =
        let bytes (file: FileStream) =
            use copy = new MemoryStream()
            file.CopyTo copy
            copy.ToArray()

        match StoreFolder.read store path bytes with
        | Seen bytes when (Digest.ofBytes bytes).Hex = nonNull (Path.GetFileNameWithoutExtension path) ->
            match codec.Read(new MemoryStream(bytes)) with
            | Ok(model, digests, rows) when
                model = StoreContents.nameOf (nonNull (Path.GetDirectoryName path))
                ->
                Some(digests, rows)
            | Ok _
            | Error _ -> None
        | Seen _
        | Broken _
        | Nothing -> None

    /// The rows of all texts that this model has embedded, by `digestOf`.
    let load (store: Store) (model: Digest) : Result<Dictionary<string, float32[]>, PipelineError> =
        let folder = folder store model

        StoreFolder.guard folder (fun () ->
            let known = Dictionary<string, float32[]>()

            for path in filesIn store folder do
                match read store path with
                | Some(digests, rows) ->
                    digests |> Array.iteri (fun i digest -> known[digest] <- (Matrix.row i rows).ToArray())
                | None -> ()

            known)

    let private write (store: Store) (folder: string) (digests: string[], rows: Matrix<float32>) =
        let writeHashed (file: Stream) =
            use hashing = new HashingStream(file)
            codec.Write hashing (StoreContents.nameOf folder, digests, rows)
            hashing.Digest

        let pathOf (digest: Digest) = Path.Combine(folder, $"%s{digest.Hex}.zip")
        StoreFolder.writeWhole store writeHashed pathOf |> pathOf

    /// Bytes of a file; 0 of one that another process has just deleted.
    let private sizeOf (path: string) =
        try
            FileInfo(path).Length
        with :? FileNotFoundException ->
            0L

    let private delete (path: string) =
        let bytes = sizeOf path
        File.Delete path
        bytes

    /// Makes one file of many small ones. Ended by force, it loses nothing: an entry may stand in two files.
    let private compact (store: Store) (folder: string) =
        let small = filesIn store folder |> Array.filter (fun path -> sizeOf path < smallBytes)

        if small.Length > mostSmall then
            let written =
                small
                |> Array.choose (read store)
                |> Array.groupBy (fun (_, rows) -> rows.Columns)
                |> Array.map (fun (columns, parts) ->
                    let entries =
                        parts
                        |> Array.collect (fun (digests, rows) ->
                            digests |> Array.mapi (fun i digest -> digest, (Matrix.row i rows).ToArray()))
                        |> Array.distinctBy fst

                    write
                        store
                        folder
                        (Array.map fst entries, entries |> Array.map snd |> Matrix.ofRows columns))

            small |> Array.except written |> Array.iter (delete >> ignore)

    /// Deletes the oldest files beyond so many bytes.
    let private bound (store: Store) (folder: string) (most: int64) =
        let mutable sum = 0L

        for path in filesIn store folder |> Array.sortByDescending File.GetLastWriteTimeUtc do
            sum <- sum + sizeOf path

            if sum > most then
                File.Delete path

    /// The same as `add`, keeping no more than so many bytes of the model.
    let addWithin
        (most: int64)
        (store: Store)
        (model: Digest)
        (texts: string[])
        (rows: Matrix<float32>)
        : Result<unit, PipelineError> =
        let folder = folder store model

        StoreFolder.guard folder (fun () ->
            write store folder (texts |> Array.map digestOf, rows) |> ignore
            compact store folder
            bound store folder most)

    /// Keeps the rows of some texts, one row each; at most 256 MB a model, the oldest go first.
    let add
        (store: Store)
        (model: Digest)
        (texts: string[])
        (rows: Matrix<float32>)
        : Result<unit, PipelineError> =
        addWithin mostBytes store model texts rows

    /// Deletes damaged files and, where no run is under way that might use them, all of models that these settings of stages do not
    /// name. Gives the bytes of each deleted file.
    let internal collect (store: Store) (isAlone: bool) (settings: string[]) : int64[] =
        let isNamed (folder: string) =
            let name = nonNull (Path.GetFileName folder)
            name.EndsWith $"-%d{version}" && settings |> Array.exists _.Contains(name.Split('-')[0])

        [|
            for path in files store do
                let isNeeded = not isAlone || isNamed (nonNull (Path.GetDirectoryName path))

                if not isNeeded || (read store path).IsNone then
                    delete path

            if Directory.Exists(root store) then
                for folder in Directory.GetDirectories(root store) do
                    if
                        FileKind.at folder = FileKind.Folder
                        && Array.isEmpty (Directory.GetFileSystemEntries folder)
                    then
                        Directory.Delete folder
        |]
