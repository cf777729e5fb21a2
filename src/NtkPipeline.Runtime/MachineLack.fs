namespace NtkPipeline.Runtime

open System
open System.Runtime.InteropServices
open NtkPipeline.Core

/// Exceptions that say what this machine lacks: they are no bugs, and another machine may do the same work.
[<RequireQualifiedAccess>]
module MachineLack =

    /// What LibTorch's allocators write, of the CPU and of CUDA.
    let private outOfMemory = [ "can't allocate memory"; "not enough memory"; "CUDA out of memory" ]

    let private firstLine (e: exn) = (e.Message.Split '\n' |> Array.head).TrimEnd([| ' '; '\r'; '.' |])

    /// What keeps a native library from being loaded. TorchSharp's first call loads LibTorch in a type's initialiser, and says
    /// with an exception of its own where it found none.
    let rec private unloadable (e: exn) : exn option =
        match e, Option.ofObj e.InnerException with
        | :? DllNotFoundException, _
        | :? BadImageFormatException, _ -> Some e
        | (:? TypeInitializationException as failed), Some(:? NotSupportedException as cause) when
            failed.TypeName.StartsWith "TorchSharp"
            ->
            Some cause
        | :? TypeInitializationException, Some cause -> unloadable cause
        | _ -> None

    /// The refusal that an exception stands for; none where it is something else.
    let ofException (e: exn) : PipelineError option =
        match e with
        | :? OutOfMemoryException -> Some(MachineLacks $"this machine has too little memory: %s{firstLine e}")
        | :? ExternalException when outOfMemory |> List.exists (fun words -> e.Message.Contains words) ->
            Some(MachineLacks $"this machine has too little memory: %s{firstLine e}")
        | _ ->
            unloadable e
            |> Option.map (fun cause ->
                MachineLacks $"a native library cannot be loaded here: %s{firstLine cause}")

    let private (|Lack|_|) (e: exn) = ofException e

    /// Runs what may refuse; an exception that says what the machine lacks is a refusal too.
    let guard (work: unit -> Result<'a, PipelineError>) : Result<'a, PipelineError> =
        try
            work ()
        with Lack refusal ->
            Error refusal
