namespace NtkPipeline.Runtime

open System
open System.IO
open System.Text
open NtkPipeline.Core

/// Files that a person names: read whole, or refused with a sentence that names them.
[<RequireQualifiedAccess>]
module SourceFile =

    /// The file's bytes.
    let readBytes (path: string) : Result<byte[], PipelineError> =
        try
            if Directory.Exists path then
                Error(DataRefused $"%s{path}: it is a folder, and a file is wanted.")
            else
                Ok(File.ReadAllBytes path)
        with
        | :? FileNotFoundException
        | :? DirectoryNotFoundException -> Error(DataRefused $"%s{path}: there is no such file.")
        | DiskRefusal.Reason reason -> Error(StoreFault $"%s{path}: it cannot be read: %s{reason}")

    /// The file's text, which must be UTF-8.
    let readText (path: string) : Result<string, PipelineError> =
        readBytes path
        |> Result.bind (fun bytes ->
            try
                Ok(UTF8Encoding(false, true).GetString(bytes).TrimStart '\uFEFF')
            with :? DecoderFallbackException as e ->
                Error(DataRefused $"%s{path}: byte %d{e.Index} is not UTF-8."))

    /// A file as a pipeline's input, known by the digest of its bytes. A file that is not there (none) has no bytes.
    let artifact (origin: string) (path: string option) : Result<Artifact<byte[]>, PipelineError> =
        match path with
        | Some path -> readBytes path
        | None -> Ok [||]
        |> Result.map (fun bytes -> Artifact.create origin (Digest.ofBytes bytes) (lazy (Ok bytes)))

    let private readOpened
        (openRead: string -> Result<Stream, string>)
        (read: Stream -> Result<'a, string>)
        (path: string)
        : Result<'a, PipelineError> =
        try
            openRead path
            |> Result.bind (fun opened ->
                use file = opened
                read file)
            |> Result.mapError (fun reason -> DataRefused $"%s{path}: %s{reason}.")
        with
        | :? FileNotFoundException
        | :? DirectoryNotFoundException -> Error(DataRefused $"%s{path}: there is no such file.")
        | :? UnauthorizedAccessException when Directory.Exists path ->
            Error(DataRefused $"%s{path}: it is a folder, and a file is wanted.")
        | DiskRefusal.Reason reason -> Error(StoreFault $"%s{path}: it cannot be read: %s{reason}")

    let private readStream read path =
        readOpened
            (fun path -> Ok(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 <<< 20)))
            read
            path

    /// What a reader makes of a file's bytes; its error is a clause that follows the file's name.
    let readWith (path: string) (read: Stream -> Result<'a, string>) : Result<'a, PipelineError> =
        readStream read path

    let private readArray read path = readOpened ArrayFile.openRead read path

    /// The digest of a file's bytes, which are not all held at once.
    let digest (path: string) : Result<Digest, PipelineError> = readStream (Digest.ofStream >> Ok) path

    // Arrays are read from whatever `ArrayFile` reads: a .npy, one of a .npz, a table of numbers.

    /// The digest of an array's bytes as a NumPy file.
    let arrayDigest (path: string) : Result<Digest, PipelineError> = readArray (Digest.ofStream >> Ok) path

    /// An array, as the precision it is stored in.
    let readNpy (path: string) : Result<Choice<Matrix<float32>, Matrix<float>>, PipelineError> =
        readArray Npy.readAny path

    let readNpy32 (path: string) : Result<Matrix<float32>, PipelineError> = readArray Npy.read32 path
    let readNpy64 (path: string) : Result<Matrix<float>, PipelineError> = readArray Npy.read64 path

    /// How many dimensions an array was stored with, 1 or 2.
    let npyDimensions (path: string) : Result<int, PipelineError> = readArray Npy.dimensions path

    /// A kernel matrix in the precision that its file holds.
    let readKernel (path: string) : Result<KernelMatrix, PipelineError> =
        readNpy path
        |> Result.map (function
            | Choice1Of2 m -> KernelMatrix.Single m
            | Choice2Of2 m -> KernelMatrix.Double m)

    let private arrayArtifact (read: Stream -> Result<Matrix<'t>, string>) (origin: string) (path: string) =
        let bytes =
            if ArrayFile.isPlain path then
                readBytes path
            else
                path
                |> readArray (fun stream ->
                    use copy = new MemoryStream()
                    stream.CopyTo copy
                    Ok(copy.ToArray()))

        bytes
        |> Result.bind (fun bytes ->
            read (new MemoryStream(bytes))
            |> Result.mapError (fun reason -> DataRefused $"%s{path}: %s{reason}.")
            |> Result.map (fun rows -> Artifact.create origin (Digest.ofBytes bytes) (lazy (Ok rows))))

    /// A NumPy array as a pipeline's input, float32, known by the digest of its file's bytes.
    let npyArtifact (origin: string) (path: string) : Result<Artifact<Matrix<float32>>, PipelineError> =
        arrayArtifact Npy.read32 origin path

    /// The same, float64.
    let npy64Artifact (origin: string) (path: string) : Result<Artifact<Matrix<float>>, PipelineError> =
        arrayArtifact Npy.read64 origin path

    /// Writes a file beside itself, makes it safe on the disk and renames it, so that none is ever half written.
    let write (path: string) (content: Stream -> unit) : Result<unit, PipelineError> =
        try
            let folder = nonNull (Path.GetDirectoryName(Path.GetFullPath path))

            if Directory.Exists folder then
                WholeFile.sweep folder

            WholeFile.write path content
            Ok()
        with DiskRefusal.Reason reason ->
            Error(StoreFault $"%s{path}: it cannot be written: %s{reason}")

    /// Writes a value in its codec's format.
    let writeValue (path: string) (codec: Codec<'a>) (value: 'a) : Result<unit, PipelineError> =
        write path (fun stream -> codec.Write stream value)

    let writeText (path: string) (text: string) : Result<unit, PipelineError> =
        writeValue path (Codec.text "text/1" "txt") text

    /// Writes a NumPy array of any shape, float64, its values in C order.
    let writeNpy (path: string) (shape: int[]) (values: float[]) : Result<unit, PipelineError> =
        write path (fun stream -> Npy.writeShaped stream shape values)
