/// Folders as they lie on disk: copied, looked at, and spoiled.
module NtkPipeline.Tests.Trees

open System
open System.Diagnostics
open System.IO
open Expecto
open NtkPipeline.Core
open NtkPipeline.Runtime

/// Every entry below a folder, with what it is and a digest of its bytes; no link is followed.
let rec snapshot (folder: string) : (string * string) list = [
    for path in Directory.GetFileSystemEntries folder |> Array.sort do
        match FileKind.at path with
        | FileKind.Folder ->
            path, "folder"
            yield! snapshot path
        | FileKind.File -> path, (Digest.ofBytes (File.ReadAllBytes path)).Hex
        | other -> path, other.Words
]

let rec copy (source: string) (target: string) : unit =
    Directory.CreateDirectory target |> ignore

    for path in Directory.GetFileSystemEntries source do
        let name = nonNull (Path.GetFileName path)

        if Directory.Exists path then
            copy path (Path.Combine(target, name))
        else
            File.Copy(path, Path.Combine(target, name))

let files (folder: string) : string[] =
    if Directory.Exists folder then
        Directory.GetFiles(folder, "*", SearchOption.AllDirectories) |> Array.sort
    else
        [||]

let pipe (path: string) : unit =
    use made = Process.Start("mkfifo", [ path ])
    made.WaitForExit()
    Expect.equal made.ExitCode 0 "a pipe"

/// What may happen to a file: with a folder elsewhere to use, the files of its kind, and the one; at a place that depends on its length.
let damagesAt (place: int64 -> int64) : (string * (string -> string[] -> string -> unit)) list = [
    "truncated",
    fun _ _ path ->
        use file = File.OpenWrite path
        file.SetLength(place file.Length)

    "with one bit flipped",
    fun _ _ path ->
        match File.ReadAllBytes path with
        | [||] -> ()
        | bytes ->
            let at = int (place bytes.LongLength)
            bytes[at] <- bytes[at] ^^^ 4uy
            File.WriteAllBytes(path, bytes)

    "emptied", (fun _ _ path -> File.WriteAllBytes(path, [||]))

    "with another's content",
    fun _ all path ->
        // The others have been given another's already; sizes and bytes differ all the same.
        let other = all[(Array.IndexOf(all, path) + 1) % all.Length]
        File.WriteAllBytes(path, File.ReadAllBytes other)

    "a folder",
    fun _ _ path ->
        File.Delete path
        Directory.CreateDirectory path |> ignore
        File.WriteAllText(Path.Combine(path, "inside"), "somebody's")

    "a link to its like elsewhere",
    fun elsewhere _ path ->
        let target = Path.Combine(elsewhere, Guid.NewGuid().ToString "N")
        File.Move(path, target)
        File.CreateSymbolicLink(path, target) |> ignore

    "a link to nowhere",
    fun elsewhere _ path ->
        File.Delete path
        File.CreateSymbolicLink(path, Path.Combine(elsewhere, "nowhere")) |> ignore

    if OperatingSystem.IsLinux() then
        "a pipe",
        fun _ _ path ->
            File.Delete path
            pipe path

    if not (OperatingSystem.IsWindows()) then
        "unreadable", (fun _ _ path -> File.SetUnixFileMode(path, UnixFileMode.None))
]

/// In the midst of it, or anywhere, by a number.
let damages (number: int) =
    let random = Random number

    damagesAt (fun length -> if number = 0 then length / 2L else random.NextInt64(max 1L length))

/// What may happen to a folder.
let folderDamages: (string * (string -> string -> unit)) list = [
    "a file",
    fun _ path ->
        Directory.Delete(path, true)
        File.WriteAllText(path, "somebody's")

    "a link to its like elsewhere",
    fun elsewhere path ->
        let target = Path.Combine(elsewhere, Guid.NewGuid().ToString "N")
        Directory.Move(path, target)
        Directory.CreateSymbolicLink(path, target) |> ignore

    "of other things",
    fun _ path ->
        for entry in Directory.GetFileSystemEntries path do
            File.Move(entry, entry + ".mine")

    if OperatingSystem.IsLinux() then
        "a pipe",
        fun _ path ->
            Directory.Delete(path, true)
            pipe path
]
