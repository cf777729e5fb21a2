namespace NtkPipeline.Runtime

open System.IO
open NtkPipeline.Core

/// How far a kernel's file has come: what it is the file of, and how many of its tiles are in it.
type KernelProgress = { Recipe: string; Tiles: int; Done: int }

/// The note of that beside the file.
[<RequireQualifiedAccess>]
module internal KernelProgress =

    let private codec: Codec<KernelProgress> = Codec.json "kernel-progress/1"

    /// What is noted; none where nothing is, or nothing that can be read. Refused is what is no file of ours.
    let read (path: string) : Result<KernelProgress option, PipelineError> =
        OwnFile.checkOf "{"B path
        |> Result.map (fun isThere ->
            if isThere then
                use file = File.OpenRead path
                codec.Read file |> Result.map Some |> Result.defaultValue None
            else
                None)

    let note (path: string) (progress: KernelProgress) : unit =
        WholeFile.write path (fun file -> codec.Write file progress)
