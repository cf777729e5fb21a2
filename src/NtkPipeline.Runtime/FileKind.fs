namespace NtkPipeline.Runtime

open System
open System.IO
open System.Runtime.InteropServices
open Microsoft.Win32.SafeHandles

/// What lies at a path: the thing itself, not what a link leads to.
[<RequireQualifiedAccess>]
type FileKind =
    | Missing
    | File
    | Folder
    | Link
    /// To open one may be to wait for ever.
    | Other

    /// As the end of "it is …".
    member this.Words =
        match this with
        | Missing -> "not there"
        | File -> "a file"
        | Folder -> "a folder"
        | Link -> "a link"
        | Other -> "a pipe, a socket or a device"

/// A file as its disk knows it. What a system other than Linux does not tell is 0.
[<Struct>]
type internal FileIdentity = {
    Kind: FileKind
    /// The disk and the place on it, the same for every name of one file.
    Place: struct (uint32 * uint32 * uint64)
    Owner: uint32
    NameCount: uint32
}

/// Linux's statx(2); its record lies the same on every processor.
module private Statx =
    [<DllImport("libc", SetLastError = true)>]
    extern int statx(int folder, string path, int flags, uint32 mask, byte[] found)

    let private noLinks, emptyPath, usual, here = 0x100, 0x1000, 0x7FFu, -100

    let private notFound, accessDenied = [ 2; 20 ], 13

    /// The call is unknown here, or a container forbids it.
    let private unknown = [ 1; 38 ]

    let private identity (found: byte[]) : FileIdentity = {
        Kind =
            match BitConverter.ToUInt16(found, 28) &&& 0xF000us with
            | 0x8000us -> FileKind.File
            | 0x4000us -> FileKind.Folder
            | 0xA000us -> FileKind.Link
            | _ -> FileKind.Other
        Place =
            struct (BitConverter.ToUInt32(found, 136),
                    BitConverter.ToUInt32(found, 140),
                    BitConverter.ToUInt64(found, 32))
        Owner = BitConverter.ToUInt32(found, 20)
        NameCount = BitConverter.ToUInt32(found, 16)
    }

    let private missing = {
        Kind = FileKind.Missing
        Place = struct (0u, 0u, 0UL)
        Owner = 0u
        NameCount = 0u
    }

    /// None where the system does not know the call.
    let private ask (name: string) (folder: int) (path: string) (flags: int) : FileIdentity option =
        let found = Array.zeroCreate 256

        if statx (folder, path, flags, usual, found) = 0 then
            Some(identity found)
        else
            let error = Marshal.GetLastPInvokeError()

            if List.contains error notFound then
                Some missing
            elif List.contains error unknown then
                None
            else
                let message = $"%s{name}: %s{Marshal.GetPInvokeErrorMessage error}"

                raise (
                    if error = accessDenied then
                        UnauthorizedAccessException message :> exn
                    else
                        IOException(message, error)
                )

    let ofPath (path: string) = ask path here (Path.TrimEndingDirectorySeparator path) noLinks

    let ofHandle (handle: SafeFileHandle) =
        ask "an open file" (int (handle.DangerousGetHandle())) "" emptyPath

[<RequireQualifiedAccess>]
module internal FileIdentity =

    let private ofKind kind = { Kind = kind; Place = struct (0u, 0u, 0UL); Owner = 0u; NameCount = 1u }

    /// As far as .NET tells: a pipe is a file to it.
    let private byAttributes (path: string) =
        try
            let attributes = File.GetAttributes path

            if attributes.HasFlag FileAttributes.ReparsePoint then FileKind.Link
            elif attributes.HasFlag FileAttributes.Directory then FileKind.Folder
            else FileKind.File
        with
        | :? FileNotFoundException
        | :? DirectoryNotFoundException -> FileKind.Missing

    /// What lies at a path. Raises what the disk refuses.
    let at (path: string) : FileIdentity =
        (if OperatingSystem.IsLinux() then Statx.ofPath path else None)
        |> Option.defaultWith (fun () -> ofKind (byAttributes path))

    /// Of an open file; none where the system does not tell.
    let ofHandle (handle: SafeFileHandle) : FileIdentity option =
        if OperatingSystem.IsLinux() then Statx.ofHandle handle else None

[<RequireQualifiedAccess>]
module FileKind =

    /// What lies at a path. Raises what the disk refuses.
    let at (path: string) : FileKind = (FileIdentity.at path).Kind
