namespace NtkPipeline.Runtime

open System
open System.IO
open System.Runtime.InteropServices

/// The resident memory of this process as Linux's kernel counts it, LibTorch's tensors among it.
[<RequireQualifiedAccess>]
module ProcessMemory =

    [<DllImport("libc", EntryPoint = "malloc_trim")>]
    extern int private trimNative(unativeint kept)

    /// A line such as "VmHWM:   1234 kB" of /proc/self/status, in bytes.
    let private field (name: string) : int64 =
        File.ReadLines "/proc/self/status"
        |> Seq.find _.StartsWith(name + ":")
        |> _.Split([| ' '; '\t' |], StringSplitOptions.RemoveEmptyEntries)
        |> fun words -> 1024L * Int64.Parse words[1]

    /// By how many bytes work raises resident memory at its highest above what was resident before. What earlier work has
    /// freed goes back to the system first, and the kernel's high-water mark is reset. None where the system
    /// does not count anew.
    let peak (work: unit -> unit) : int64 option =
        if not (OperatingSystem.IsLinux()) then
            None
        else
            GC.Collect(2, GCCollectionMode.Aggressive, true, true)
            GC.WaitForPendingFinalizers()
            trimNative 0un |> ignore
            let isCounted = PeakMemory.restart ()
            let before = field "VmRSS"
            work ()
            if isCounted then Some(field "VmHWM" - before) else None
