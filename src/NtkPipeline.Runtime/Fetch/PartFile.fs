namespace NtkPipeline.Runtime

open System
open System.IO
open NtkPipeline.Core

/// A file that is being fetched lies beside its place under another name until it is whole and its digest is right.
[<RequireQualifiedAccess>]
module PartFile =

    /// "model.onnx.6fd5d72f.part": what another version of the file left behind is never gone on with.
    let pathOf (target: string) (wanted: WantedFile) : string = $"%s{target}.%s{wanted.Sha256.Hex[..7]}.part"

    let private fault (path: string) (reason: string) =
        StoreFault $"%s{path}: it cannot be written: %s{reason}"

    /// Runs something that touches the disk; what the disk refuses becomes a sentence with the path.
    let guard (path: string) (action: unit -> 'a) : Result<'a, PipelineError> =
        try
            Ok(action ())
        with DiskRefusal.Reason reason ->
            Error(fault path reason)

    /// Whether a file is the wanted one, by its size and digest.
    let isRight (path: string) (wanted: WantedFile) : Result<bool, PipelineError> =
        if File.Exists path && FileInfo(path).Length = wanted.Bytes then
            SourceFile.digest path |> Result.map ((=) wanted.Sha256)
        else
            Ok false

    /// Refuses a disk that cannot hold what is still to come. A disk that does not say how much is free is tried.
    let private expectRoom (path: string) (bytes: int64) =
        let free =
            try
                DriveInfo(Path.GetFullPath path).AvailableFreeSpace
            with
            | :? IOException
            | :? ArgumentException
            | :? UnauthorizedAccessException -> Int64.MaxValue

        if free < bytes then
            Error(
                StoreFault
                    $"%s{path}: %d{bytes} bytes are still to come and the disk has room for %d{free}, so nothing is fetched"
            )
        else
            Ok()

    /// Opens the part for further bytes, behind those that an earlier try has left. Nobody else can open it meanwhile.
    let private openPart (path: string) (isThere: bool) : Result<FileStream, PipelineError> =
        guard path (fun () ->
            let mode = if isThere then FileMode.Open else FileMode.CreateNew
            new FileStream(path, mode, FileAccess.ReadWrite, FileShare.None, 1 <<< 16))
        |> Result.bind (fun part ->
            match OwnFile.confirm path part.SafeFileHandle with
            | Ok() -> Ok part
            | Error refusal ->
                part.Dispose()
                Error refusal)

    /// The same, with room on the disk for what is still to come. Refused is what lies there and is no file of ours.
    let openAt (path: string) (wanted: WantedFile) : Result<FileStream, PipelineError> =
        guard path (fun () ->
            Directory.CreateDirectory(nonNull (Path.GetDirectoryName(Path.GetFullPath path))) |> ignore)
        |> Result.bind (fun () -> OwnFile.check path)
        |> Result.bind (openPart path)
        |> Result.bind (fun part ->
            if part.Length > wanted.Bytes then
                part.SetLength 0L

            part.Seek(0L, SeekOrigin.End) |> ignore

            match expectRoom path (wanted.Bytes - part.Length) with
            | Ok() -> Ok part
            | Error e ->
                part.Dispose()
                Error e)

    /// Gives a whole part its name if its digest is right; else deletes it and gives the digest that it has.
    let promote
        (path: string)
        (target: string)
        (wanted: WantedFile)
        : Result<Result<unit, Digest>, PipelineError> =
        SourceFile.digest path
        |> Result.bind (fun digest ->
            guard path (fun () ->
                if digest = wanted.Sha256 then
                    File.Move(path, target, true)
                    DiskSync.folder (nonNull (Path.GetDirectoryName(Path.GetFullPath target)))
                    Ok()
                else
                    File.Delete path
                    Error digest))
