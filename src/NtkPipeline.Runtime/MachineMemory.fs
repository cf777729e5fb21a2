namespace NtkPipeline.Runtime

open System
open NtkPipeline.Core

/// The memory of this machine, or of the container that the process is in.
[<RequireQualifiedAccess>]
module MachineMemory =

    /// Bytes in all, which a container's limit or DOTNET_GCHeapHardLimit makes fewer.
    let all () : float = float (GC.GetGCMemoryInfo().TotalAvailableMemoryBytes)

    /// What may be used: what a person allows, where that is less than there is (none: all of it).
    let limit (allowed: int64 option) : MemoryLimit =
        match allowed with
        | Some bytes when float bytes < all () -> MemoryLimit.Allowed(float bytes)
        | Some _
        | None -> MemoryLimit.Machine(all ())
