namespace NtkPipeline.Runtime

open System
open System.IO

/// What a disk refuses, and what it says of that.
[<RequireQualifiedAccess>]
module DiskRefusal =

    /// A file longer than the disk or a limit lets it be (EFBIG) is to .NET a parameter out of its range, and no `IOException`.
    let private isTooLong (e: ArgumentOutOfRangeException) =
        e.ParamName = "value" && e.Message.StartsWith("Specified file length", StringComparison.Ordinal)

    /// The disk's reason, without a stop at its end; none where an exception is of another kind.
    let reason (e: exn) : string option =
        match e with
        | :? IOException
        | :? UnauthorizedAccessException -> Some(e.Message.TrimEnd '.')
        | :? ArgumentOutOfRangeException as e when isTooLong e ->
            Some
                "File too large: a limit set here (`ulimit -f`) or the disk (FAT takes 4 GB) lets none be as long"
        | _ -> None

    /// The same, to match an exception with.
    let (|Reason|_|) (e: exn) : string option = reason e
