namespace NtkPipeline.Runtime

open System
open System.IO

/// Files that are there whole or not at all, whatever the process or the machine dies of: written beside their place under a name that
/// nobody can know, made safe on the disk, then renamed.
[<RequireQualifiedAccess>]
module internal WholeFile =

    let private beginning, ending = ".ntk-", ".tmp"

    /// A name in this folder for what is being written.
    let asideIn (folder: string) : string = Path.Combine(folder, beginning + Holder.unusedName () + ending)

    /// Whether a file of this name is being written, or was when its process died.
    let isAside (name: string) : bool =
        name.StartsWith(beginning, StringComparison.Ordinal)
        && name.EndsWith(ending, StringComparison.Ordinal)
        && Holder.isName name[beginning.Length .. name.Length - ending.Length - 1]

    let private isDead (name: string) =
        isAside name
        && (match Holder.pidOfName name[beginning.Length .. name.Length - ending.Length - 1] with
            | Some pid -> not (Holder.isRunning pid)
            | None -> false)

    /// Deletes what processes of this machine were writing into a folder when they died. What may not be looked at or deleted stays:
    /// it is another user's.
    let sweep (folder: string) : unit =
        try
            for path in Directory.GetFiles(folder, beginning + "*" + ending) do
                if isDead (nonNull (Path.GetFileName path)) then
                    File.Delete path
        with :? UnauthorizedAccessException ->
            ()

    /// Writes a file of the rights that new files have here. Raises what the disk refuses, at the last moment too.
    let write (path: string) (content: Stream -> unit) : unit =
        let full = Path.GetFullPath path
        let folder = nonNull (Path.GetDirectoryName full)
        Directory.CreateDirectory folder |> ignore
        let aside = asideIn folder

        try
            (use file = new FileStream(aside, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 <<< 20)
             content file
             DiskSync.file file)

            File.Move(aside, full, true)
            DiskSync.folder folder
        finally
            File.Delete aside
