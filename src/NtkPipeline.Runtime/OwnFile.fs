namespace NtkPipeline.Runtime

open System
open System.IO
open System.Runtime.InteropServices
open Microsoft.Win32.SafeHandles
open NtkPipeline.Core

module private User =
    [<DllImport("libc")>]
    extern uint32 geteuid()

/// Unfinished files of a name that others can know, since a later process goes on with them. Where others may write, they can put
/// something else there first: a link to a file of ours, a pipe, a file that is theirs.
[<RequireQualifiedAccess>]
module internal OwnFile =

    let private refuse (path: string) (what: string) : Result<'a, PipelineError> =
        Error(
            StoreFault
                $"%s{path}: unfinished work is kept under this name, and what lies there is %s{what}, so it is neither read nor written; delete it, or give the result another name"
        )

    /// The owner of a folder can do with its files what he likes anyway; and some disks give all files one owner.
    let private isTrusted (path: string) (found: FileIdentity) =
        not (OperatingSystem.IsLinux())
        || found.Owner = User.geteuid ()
        || found.Owner = (FileIdentity.at (nonNull (Path.GetDirectoryName(Path.GetFullPath path)))).Owner

    let private guard (path: string) (action: unit -> Result<'a, PipelineError>) =
        try
            action ()
        with DiskRefusal.Reason reason ->
            Error(StoreFault $"%s{path}: it cannot be looked at: %s{reason}")

    /// Whether there is a file; refused is what is no file of one name and of this user or the folder's.
    let check (path: string) : Result<bool, PipelineError> =
        guard path (fun () ->
            match FileIdentity.at path with
            | { Kind = FileKind.Missing } -> Ok false
            | { Kind = FileKind.File; NameCount = names } when names > 1u ->
                refuse path "a file that has another name too"
            | { Kind = FileKind.File } as found ->
                if isTrusted path found then Ok true else refuse path "another user's file"
            | other -> refuse path other.Kind.Words)

    /// The same where files of ours begin with these bytes. Refused is what does not, be it a person's; nothing at all, or zeros of a disk that
    /// lost its power, may be ours.
    let checkOf (beginning: byte[]) (path: string) : Result<bool, PipelineError> =
        let begins () =
            use file = File.OpenRead path
            let head = Array.zeroCreate<byte> beginning.Length
            let head = head[.. file.ReadAtLeast(head, head.Length, throwOnEndOfStream = false) - 1]

            if head = Array.truncate head.Length beginning || Array.forall ((=) 0uy) head then
                Ok true
            else
                refuse path "none of this command's"

        check path |> Result.bind (fun isThere -> if isThere then guard path begins else Ok false)

    /// Refuses an open file that is not the one that `check` would let pass at its path.
    let confirm (path: string) (handle: SafeFileHandle) : Result<unit, PipelineError> =
        check path
        |> Result.bind (fun isThere ->
            guard path (fun () ->
                match FileIdentity.ofHandle handle with
                | Some opened when not isThere || opened.Place <> (FileIdentity.at path).Place ->
                    refuse path "another file than a moment ago"
                | Some _
                | None -> Ok()))
