namespace NtkPipeline.Core

/// How much memory may be used, in bytes, and who says so.
[<RequireQualifiedAccess>]
type MemoryLimit =
    /// What the machine has, or the container.
    | Machine of bytes: float
    /// What a person allows, by --memory or by the setting `memory`.
    | Allowed of bytes: float

/// The most memory that some work holds at once, known from its shapes before it starts.
type MemoryNeed = {
    /// What needs it, as a sentence's subject in the plural: "regress: 7613 rows".
    Work: string
    /// Of the whole process, at its peak.
    Bytes: float
    /// How to go on where it does not fit: a clause.
    WayOn: string
}

[<RequireQualifiedAccess>]
module MemoryLimit =

    let bytes (limit: MemoryLimit) : float =
        match limit with
        | MemoryLimit.Machine bytes
        | MemoryLimit.Allowed bytes -> bytes

/// Stating and checking what work needs before it starts.
[<RequireQualifiedAccess>]
module MemoryNeed =

    /// What a process takes before there is any work: .NET, this program and LibTorch's libraries.
    let idle = 2.2e8

    /// So many bytes of working memory with what the process takes in any case, as a person counts it.
    let whole (working: float) : string = ByteSize.print (max 0.0 (idle + working))

    /// "about 3.2 GB".
    let print (need: MemoryNeed) : string =
        $"%s{need.Work} need about %s{ByteSize.about need.Bytes} of memory"

    /// Refuses what does not fit, in a sentence that says how to go on.
    let check (limit: MemoryLimit) (need: MemoryNeed) : Result<unit, PipelineError> =
        if need.Bytes <= MemoryLimit.bytes limit then
            Ok()
        else
            let there =
                match limit with
                | MemoryLimit.Machine bytes -> $"this machine has %s{ByteSize.about bytes}"
                | MemoryLimit.Allowed bytes -> $"%s{ByteSize.about bytes} may be used"

            Error(MachineLacks $"%s{print need}, and %s{there}; %s{need.WayOn}.")
