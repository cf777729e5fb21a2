namespace NtkPipeline.Runtime

open System.Diagnostics
open System.IO

/// The most bytes of this process that were in memory, LibTorch's tensors among them.
type PeakMemory = {
    Bytes: int64
    /// While one stage was made; else since the process's start, where the system does not count anew.
    IsOfStage: bool
}

[<RequireQualifiedAccess>]
module PeakMemory =

    /// Has the kernel count anew from now on; says whether it does. 5 resets the mark and touches nothing else (Linux's proc(5)).
    let restart () : bool =
        try
            File.WriteAllText("/proc/self/clear_refs", "5")
            true
        with DiskRefusal.Reason _ ->
            false

    /// The highest since `restart`, which said `isOfStage`.
    let read (isOfStage: bool) : PeakMemory =
        use mine = Process.GetCurrentProcess()
        { Bytes = mine.PeakWorkingSet64; IsOfStage = isOfStage }
