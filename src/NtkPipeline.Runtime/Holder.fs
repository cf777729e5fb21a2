namespace NtkPipeline.Runtime

open System
open System.ComponentModel
open System.Diagnostics
open System.IO
open NtkPipeline.Core

/// A process that holds something in a store.
type Holder = {
    /// The machine's name, its start and, on Linux, the space of process ids: two containers may call two processes 1.
    Host: string
    Pid: int
    /// When the process started, since its id may come again.
    Started: string
} with

    /// "process 12 on server7".
    override this.ToString() = $"process %d{this.Pid} on %s{this.Host.Split('/')[0]}"

[<RequireQualifiedAccess>]
module Holder =

    let private textOf (path: string) = if File.Exists path then (File.ReadAllText path).Trim() else ""

    let private spaceOfIds () =
        let link = "/proc/self/ns/pid"

        if File.Exists link then
            File.ResolveLinkTarget(link, false) |> Option.ofObj |> Option.map _.Name |> Option.defaultValue ""
        else
            ""

    let private host =
        lazy
            (let boot = textOf "/proc/sys/kernel/random/boot_id"
             $"%s{Environment.MachineName}/%s{boot}/%s{spaceOfIds ()}")

    /// The 22nd field of a process's line, in ticks since the machine's start; a zombie, "Z", is gone. The second field, the
    /// program's name in parentheses, may hold anything.
    let private ofLine (line: string) : string option =
        let fields = line[line.LastIndexOf ')' + 2 ..].Split ' '

        match fields[0] with
        | "Z"
        | "X" -> None
        | _ -> Some fields[19]

    /// When a process started; "" where the machine does not tell, and none of a process that is not there.
    let private started (pid: int) : string option =
        try
            use found = Process.GetProcessById pid
            let line = $"/proc/%d{pid}/stat"

            if not (OperatingSystem.IsLinux()) then
                Some(string (found.StartTime.ToUniversalTime().Ticks))
            elif File.Exists line then
                ofLine (File.ReadAllText line)
            else
                Some ""
        with
        | :? ArgumentException
        | :? InvalidOperationException -> None
        | :? IOException
        | :? UnauthorizedAccessException
        | :? Win32Exception -> Some ""

    /// This process.
    let mine =
        lazy
            {
                Host = host.Value
                Pid = Environment.ProcessId
                Started = started Environment.ProcessId |> Option.defaultValue ""
            }

    /// Whether its process could be looked up from here.
    let isHere (holder: Holder) : bool = holder.Host = host.Value

    /// Whether a process of this machine is gone. Only asked of one that `isHere`.
    let isGone (holder: Holder) : bool =
        match started holder.Pid with
        | None -> true
        | Some "" -> false
        | Some started -> holder.Started <> "" && started <> holder.Started

    let private hostTag () = (Digest.ofParts [ host.Value ]).Hex[..15]

    /// A name for files that are being written, which nobody else takes, on whatever machine: <host>-<pid>-<128 random bits>.
    let unusedName () : string =
        let random = Guid.NewGuid().ToString "N"
        $"%s{hostTag ()}-%d{Environment.ProcessId}-%s{random}"

    /// Whose a file of such a name is: some process of this machine, by its id, or of another (none).
    let pidOfName (name: string) : int option =
        let number (text: string) =
            match Int32.TryParse text with
            | true, pid -> Some pid
            | false, _ -> None

        match name.Split '-' with
        | [| host; pid; _ |] when host = hostTag () -> number pid
        // As they were named before.
        | [| pid; _ |] -> number pid
        | _ -> None

    let private isHex (length: int) (text: string) =
        text.Length = length && Seq.forall Char.IsAsciiHexDigitLower text

    let private isNumber (text: string) = text <> "" && Seq.forall Char.IsAsciiDigit text

    /// Whether a name is as `unusedName` makes them, or as they were made before.
    let isName (name: string) : bool =
        match name.Split '-' with
        | [| host; pid; random |] -> isHex 16 host && isNumber pid && isHex 32 random
        | [| pid; count |] -> isNumber pid && isNumber count
        | _ -> false

    /// Whether there is a process of this id here.
    let isRunning (pid: int) : bool = (started pid).IsSome
