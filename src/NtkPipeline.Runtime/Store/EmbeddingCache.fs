namespace NtkPipeline.Runtime

open System
open System.Collections.Generic
open System.IO
open NtkPipeline.Core

/// Embeddings of single texts, kept in a store so that a new tweet costs one: texts/<model>/<SHA-256 of the file>.zip, each
/// with the digests of some texts and their rows. A file is written once, by rename, and hashed again when it is read, so a
/// kill at any instant, or a damaged disk, costs embeddings and never gives wrong ones.
[<RequireQualifiedAccess>]
module EmbeddingCache =

    /// Bumped when the same model would give the same text another row.
    let private version = 2

    /// Files of one model take no more; the oldest go first.
    let private mostBytes = 256L <<< 20

    /// Files below this size are small; with more small ones than this they are made one.
    let private smallBytes, mostSmall = 1L <<< 20, 16

    let private codec: Codec<string[] * Matrix<float32>> =
        Codec.pair ("texts", Codec.text "digests/1" "txt") ("rows", Codec.matrix32)
        |> Codec.map
            "embedded-texts/1"
            (fun (digests, rows) -> String.concat "\n" digests, rows)
            (fun (digests, rows) ->
                match digests.Split '\n' with
                | digests when digests.Length = rows.Rows -> Ok(digests, rows)
                | digests -> Error $"it holds %d{digests.Length} digests and %d{rows.Rows} rows")

    /// What a text is known by.
    let digestOf (text: string) : string = (Digest.ofParts [ text ]).Hex

    let private folderName (model: Digest) = $"%s{model.Hex}-%d{version}"
    let private root (store: Store) = Store.folder store "texts"
    let private folder (store: Store) (model: Digest) = Path.Combine(root store, folderName model)

    let private filesIn (folder: string) =
        if Directory.Exists folder then Directory.GetFiles(folder, "*.zip") else [||]

    /// All files of all models.
    let internal files (store: Store) : string[] =
        if Directory.Exists(root store) then
            Directory.GetFiles(root store, "*", SearchOption.AllDirectories)
        else
            [||]

    /// What a file holds; nothing of one that is damaged, or that another process has just replaced.
    let private read (path: string) : (string[] * Matrix<float32>) option =
        try
            let bytes = File.ReadAllBytes path

            if (Digest.ofBytes bytes).Hex = nonNull (Path.GetFileNameWithoutExtension path) then
                match codec.Read(new MemoryStream(bytes)) with
                | Ok entries -> Some entries
                | Error _ -> None
            else
                None
        with
        | :? FileNotFoundException
        | :? DirectoryNotFoundException -> None

    /// The rows of all texts that this model has embedded, by `digestOf`.
    let load (store: Store) (model: Digest) : Result<Dictionary<string, float32[]>, PipelineError> =
        let folder = folder store model

        Store.guard folder (fun () ->
            let known = Dictionary<string, float32[]>()

            for path in filesIn folder do
                match read path with
                | Some(digests, rows) ->
                    digests |> Array.iteri (fun i digest -> known[digest] <- (Matrix.row i rows).ToArray())
                | None -> ()

            known)

    let private write (store: Store) (folder: string) (entries: string[] * Matrix<float32>) =
        let writeHashed (file: Stream) =
            use hashing = new HashingStream(file)
            codec.Write hashing entries
            hashing.Digest

        let pathOf (digest: Digest) = Path.Combine(folder, $"%s{digest.Hex}.zip")
        Store.writeWhole store writeHashed pathOf |> pathOf

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
        let small = filesIn folder |> Array.filter (fun path -> sizeOf path < smallBytes)

        if small.Length > mostSmall then
            let written =
                small
                |> Array.choose read
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
    let private bound (folder: string) (most: int64) =
        let mutable sum = 0L

        for path in filesIn folder |> Array.sortByDescending File.GetLastWriteTimeUtc do
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

        Store.guard folder (fun () ->
            write store folder (texts |> Array.map digestOf, rows) |> ignore
            compact store folder
            bound folder most)

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

        if Directory.Exists(root store) then
            [|
                for folder in Directory.GetDirectories(root store) do
                    let isNeeded = not isAlone || isNamed folder

                    for path in Directory.GetFiles folder do
                        if not isNeeded || (read path).IsNone then
                            delete path

                    if Seq.isEmpty (Directory.EnumerateFileSystemEntries folder) then
                        Directory.Delete folder
            |]
        else
            [||]
