namespace NtkPipeline.Runtime

open System
open System.IO
open System.Runtime.InteropServices
open FsToolkit.ErrorHandling
open Microsoft.Win32.SafeHandles
open NtkPipeline.Core

/// A kernel written into a `.npy` file tile by tile, so that neither memory nor one sitting need hold it:
///     K.npy.part         the array, of its whole size from the start, so that a disk which is too small says so at once
///     K.npy.progress     which recipe it is of, and how many tiles are done
/// The array is renamed when it is whole. A process killed at any instant leaves tiles that are done, or will be done again with
/// the same bytes. Tiles are written at their places in the file and not through a mapping of it into memory: through a mapping, a
/// disk that fills up ends the process without a word.
[<RequireQualifiedAccess>]
module KernelFile =

    /// The name of all that decides a result's bytes: the job's recipe and the inputs' digests.
    let recipe (job: KernelJob<'t>) (inputs: Digest seq) : Digest =
        Digest.ofParts (job.Recipe @ [ for digest in inputs -> digest.Hex ])

    let private fault (path: string) (message: string) : Result<'a, PipelineError> =
        Error(StoreFault $"%s{path}: it cannot be written: %s{message}")

    let private guard (path: string) (action: unit -> Result<'a, PipelineError>) : Result<'a, PipelineError> =
        try
            if Directory.Exists path || Path.EndsInDirectorySeparator path then
                fault path "it is a folder"
            else
                action ()
        with DiskRefusal.Reason reason ->
            fault path reason

    /// The array's file as an earlier call has left it; nobody else can open it meanwhile.
    let private reopen (aside: string) =
        let file = File.OpenHandle(aside, FileMode.Open, FileAccess.ReadWrite, FileShare.None)

        match OwnFile.confirm aside file with
        | Ok() -> Ok file
        | Error refusal ->
            file.Dispose()
            Error refusal

    /// The array's file, new, of its whole size, and with its header.
    let private start (path: string) (aside: string) (progress: string) (header: byte[]) (length: int64) =
        let folder = nonNull (Path.GetDirectoryName aside)
        let old = FileInfo aside
        let free = DriveInfo(folder).AvailableFreeSpace + (if old.Exists then old.Length else 0L)

        if free < length then
            fault
                path
                $"it needs %s{ByteSize.print (float length)} and %s{ByteSize.print (float free)} are free on its disk"
        else
            File.Delete progress // of another array
            File.Delete aside

            let file =
                File.OpenHandle(
                    aside,
                    FileMode.CreateNew,
                    FileAccess.ReadWrite,
                    FileShare.None,
                    FileOptions.None,
                    length
                )

            RandomAccess.SetLength(file, length)
            RandomAccess.Write(file, ReadOnlySpan header, 0L)
            Ok file

    /// Computes the tiles from `first` on into the open file; a note of how many are done follows once they are safe on the disk.
    let private fill<'t when 't: unmanaged and 't: (new: unit -> 't) and 't: struct and 't :> ValueType>
        (pause: int64)
        (file: SafeFileHandle)
        (start: int64)
        (first: int)
        (noteDone: int -> unit)
        (tell: int -> unit)
        (tiles: KernelTiles<'t>)
        : Result<unit, PipelineError> =
        let count = ref first
        let noted = ref Environment.TickCount64
        use flush = new BackgroundFlush(file)

        let write (place: int64) (values: 't[]) from size =
            let bytes = MemoryMarshal.AsBytes(ReadOnlySpan<'t>(values, from, size))
            RandomAccess.Write(file, bytes, start + place * int64 sizeof<'t>)

        let receive (tile: Tile<'t>) =
            KernelTiles.spread tiles write tile
            count.Value <- count.Value + 1

            if Environment.TickCount64 - noted.Value >= pause then
                let reached = count.Value
                flush.Begin(fun () -> noteDone reached)
                noted.Value <- Environment.TickCount64
            elif tile.Top + tile.Height < tiles.RowCount then
                flush.Begin()

            tell count.Value
            Ok()

        KernelTiles.run first receive tiles |> Result.map flush.Finish

    /// What a command of another recipe has left unfinished beside this file, if that has any tile: writing gives it up.
    let unfinished (path: string) (recipe: Digest) : Result<KernelProgress option, PipelineError> =
        let progress = Path.GetFullPath path + ".progress"

        guard path (fun () ->
            KernelProgress.read progress
            |> Result.map (Option.filter (fun found -> found.Recipe <> recipe.Hex && found.Done > 0)))

    /// Computes the tiles into a file, or those that an earlier call with the same recipe has not left in it. `tell` is told
    /// how many tiles are done and how many there are: at the start, and after each. Finished tiles are made safe on the disk and
    /// noted after every so many milliseconds.
    let writeNoting<'t when 't: unmanaged and 't: (new: unit -> 't) and 't: struct and 't :> ValueType>
        (pause: int64)
        (path: string)
        (recipe: Digest)
        (tell: Action<int, int>)
        (tiles: KernelTiles<'t>)
        : Result<unit, PipelineError> =
        let full = Path.GetFullPath path
        let aside, progress = full + ".part", full + ".progress"
        let shape = KernelTiles.shape tiles
        let header = Npy.header<'t> shape
        let length = int64 header.Length + List.fold (*) (int64 sizeof<'t>) shape
        let total = KernelTiles.count tiles

        let noteDone count = KernelProgress.note progress { Recipe = recipe.Hex; Tiles = total; Done = count }

        let isReached isThere (found: KernelProgress) =
            found.Recipe = recipe.Hex
            && found.Tiles = total
            && found.Done >= 0
            && found.Done <= total
            && isThere
            && FileInfo(aside).Length = length

        let continueAt (first: int) (file: SafeFileHandle) =
            use file = file
            tell.Invoke(first, total)
            let heard count = tell.Invoke(count, total)
            fill pause file (int64 header.Length) first noteDone heard tiles

        guard path (fun () ->
            let folder = nonNull (Path.GetDirectoryName full)
            Directory.CreateDirectory folder |> ignore
            WholeFile.sweep folder

            let filled =
                result {
                    let! isThere = OwnFile.checkOf header[..5] aside
                    let! noted = KernelProgress.read progress

                    match noted |> Option.filter (isReached isThere) with
                    | Some reached ->
                        let! file = reopen aside
                        return! continueAt reached.Done file
                    | None ->
                        let! file = start path aside progress header length
                        return! continueAt 0 file
                }

            match filled with
            | Ok() ->
                File.Move(aside, full, true)
                DiskSync.folder folder
                File.Delete progress
                Ok()
            | Error refusal ->
                match refusal.Retry with
                | Retry.Final ->
                    // The same command would end the same way.
                    File.Delete aside
                    File.Delete progress
                | Retry.Elsewhere -> ()

                Error refusal)

    /// The same, noting what is done once a second.
    let write<'t when 't: unmanaged and 't: (new: unit -> 't) and 't: struct and 't :> ValueType>
        (path: string)
        (recipe: Digest)
        (tell: Action<int, int>)
        (tiles: KernelTiles<'t>)
        : Result<unit, PipelineError> =
        writeNoting 1000L path recipe tell tiles
