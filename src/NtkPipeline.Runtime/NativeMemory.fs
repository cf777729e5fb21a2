namespace NtkPipeline.Runtime

open System
open System.Runtime.InteropServices

/// The C library's heap, which LibTorch's tensors lie in.
[<RequireQualifiedAccess>]
module NativeMemory =

    [<DllImport("libc", EntryPoint = "malloc_trim")>]
    extern int private trim(unativeint keep)

    [<DllImport("libc", EntryPoint = "mallopt")>]
    extern int private setOption(int option, int value)

    /// Of glibc's malloc.h.
    let private arenas = -8

    /// glibc has both; other C libraries keep less and need neither.
    let private ask (action: unit -> unit) =
        if OperatingSystem.IsLinux() then
            try
                action ()
            with :? EntryPointNotFoundException ->
                ()

    /// Threads share two heaps: with one each, what one thread has used up is of no use to the next. Asked for before the threads begin.
    let shareHeaps () : unit = ask (fun () -> setOption (arenas, 2) |> ignore)

    /// Gives free memory back to the machine, which the heap keeps in the gaps between what is used.
    let giveBack () : unit = ask (fun () -> trim 0un |> ignore)
