namespace NtkPipeline.Runtime

open System
open System.IO
open System.Runtime.InteropServices
open Microsoft.Win32.SafeHandles

module private Posix =
    [<DllImport("libc", EntryPoint = "open", SetLastError = true)>]
    extern int openToRead(string path, int flags)

    [<DllImport("libc", SetLastError = true)>]
    extern int fsync(int descriptor)

/// Waits until what was written is safe on its disk. .NET does the same and keeps to itself what the disk says, so that bytes which a disk
/// has lost would go for written.
[<RequireQualifiedAccess>]
module internal DiskSync =

    let private interrupted, accessDenied = 4, 13

    /// The disk knows no such thing: EINVAL, and ENOTSUP on Linux and on macOS.
    let private unknown = [ 22; 95; 45 ]

    let private fail (name: string) (error: int) =
        raise (IOException($"%s{name}: %s{Marshal.GetPInvokeErrorMessage error}", error))

    let rec private sync (name: string) (handle: SafeFileHandle) =
        if Posix.fsync (int (handle.DangerousGetHandle())) <> 0 then
            match Marshal.GetLastPInvokeError() with
            | error when error = interrupted -> sync name handle
            | error when List.contains error unknown -> ()
            | error -> fail name error

    /// Of an open file, whose buffers are empty. Raises what the disk says.
    let handle (name: string) (file: SafeFileHandle) : unit =
        if OperatingSystem.IsWindows() then
            RandomAccess.FlushToDisk file
        else
            sync name file

    /// Of an open file. Raises what the disk says.
    let file (file: FileStream) : unit =
        file.Flush()
        handle file.Name file.SafeFileHandle

    /// Of the names in a folder. One that may be written and not read cannot be opened for that.
    let folder (path: string) : unit =
        if not (OperatingSystem.IsWindows()) then
            match Posix.openToRead (path, 0) with
            | -1 ->
                match Marshal.GetLastPInvokeError() with
                | error when error = accessDenied -> ()
                | error -> fail path error
            | descriptor ->
                use opened = new SafeFileHandle(nativeint descriptor, true)
                sync path opened
