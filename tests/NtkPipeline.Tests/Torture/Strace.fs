/// Calls of the system that fail, or at which a program is killed. Needs strace, and the right to use it.
module NtkPipeline.Tests.Strace

open System
open System.IO
open Expecto
open NtkPipeline.Tests.Attack

/// A command whose calls of one kind are met with something (`error=EIO`, `signal=KILL`), from the so-manieth of a thread on: that one
/// alone, or (`12+`) each after it.
let at (call: string) (what: string) (number: string) (command: string list) : string list =
    [
        "strace"
        "-f"
        "-qq"
        "-e"
        $"trace=%s{call}"
        "-e"
        $"inject=%s{call}:%s{what}:when=%s{number}"
        "-o"
        "/dev/null"
    ]
    @ command

/// The same of one file's calls alone.
let atFile
    (path: string)
    (call: string)
    (what: string)
    (number: string)
    (command: string list)
    : string list =
    match at call what number command with
    | strace :: rest -> strace :: "-P" :: path :: rest
    | [] -> []

let private exists (program: string) =
    [ "/usr/bin"; "/bin"; "/usr/sbin" ]
    |> List.exists (fun folder -> File.Exists(Path.Combine(folder, program)))

let private works (command: string list) =
    OperatingSystem.IsLinux() && exists command.Head && (start command |> finish None).Code = 0

let isHere: bool = works (at "fsync" "error=EIO" "1" [ "true" ])

/// Whether a process can be given pids and mounts of its own, as a container is.
let canContain: bool =
    works [
        "unshare"
        "-m"
        "-p"
        "-f"
        "--mount-proc"
        "mount"
        "-t"
        "tmpfs"
        "none"
        "/mnt"
    ]

/// A test that needs something of the machine: by name ignored where that is not there.
let testWhere (isHere: bool) : string -> (unit -> unit) -> Test = if isHere then testCase else ptestCase
