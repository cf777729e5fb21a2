namespace NtkPipeline.Runtime

open System
open System.IO
open System.Threading.Tasks
open Microsoft.Win32.SafeHandles

/// Brings an open file's bytes to its disk while others are computed, so that little is left to wait for at the end. What the disk
/// refuses is thrown at the next call.
type internal BackgroundFlush(file: SafeFileHandle) =

    let mutable running = Task.CompletedTask

    let join () = running.GetAwaiter().GetResult()

    let start (after: unit -> unit) =
        join ()

        running <-
            Task.Run(fun () ->
                DiskSync.handle "the file" file
                after ())

    /// Begins to flush what has been written so far, unless it is still at what was written before.
    member _.Begin() : unit =
        if running.IsCompleted then
            start ignore

    /// Begins to flush what has been written so far, and notes then that it is safe.
    member _.Begin(note: unit -> unit) : unit = start note

    /// Returns when all that has been written is safe.
    member _.Finish() : unit =
        join ()
        DiskSync.handle "the file" file

    interface IDisposable with
        /// The file may be closed after this.
        member _.Dispose() = Task.WhenAny(running).Wait()
