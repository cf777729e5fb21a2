/// Workers that tests start and kill.
module NtkPipeline.Tests.Workers

open System
open System.Diagnostics
open System.IO
open System.Threading
open Expecto
open NtkPipeline.Runtime
open NtkPipeline.Tests.Programs

/// A worker, and what it has said so far.
type Worker = { Process: Process; Said: Text.StringBuilder }

let private heard (started: Process) =
    let worker = { Process = started; Said = Text.StringBuilder() }
    let keep (line: string | null) = lock worker.Said (fun () -> worker.Said.AppendLine line |> ignore)
    worker.Process.ErrorDataReceived.Add(fun said -> keep said.Data)
    worker.Process.OutputDataReceived.Add(fun said -> keep said.Data)
    worker.Process.BeginErrorReadLine()
    worker.Process.BeginOutputReadLine()
    worker

let startWorker arguments = heard (start ("worker" :: arguments))

/// A worker that may write no file longer than so many kB.
let startLimitedWorker (kB: int) arguments = heard (startLimited kB ("worker" :: arguments))

let saidBy worker = lock worker.Said worker.Said.ToString

/// Ends what is still there, and what it has started.
let finally' (processes: Process list) =
    for started in processes do
        if not started.HasExited then
            started.Kill true
            started.WaitForExit()

/// What is told of each thread's own children; nothing where it has ended.
let private childrenOf (task: string) =
    try
        (File.ReadAllText(Path.Combine(task, "children"))).Split(' ', StringSplitOptions.RemoveEmptyEntries)
        |> Array.map int
        |> List.ofArray
    with :? IOException -> []

/// The ids of all processes that a process has started, and theirs.
let rec offspring (pid: int) : int list =
    let tasks = $"/proc/%d{pid}/task"

    if Directory.Exists tasks then
        let children = Directory.GetDirectories tasks |> List.ofArray |> List.collect childrenOf
        children @ List.collect offspring children
    else
        []

/// Waits until somebody has claimed a stage, once so many are made; gives the holder's process and the stage's key.
let claimant folder made (isOver: unit -> bool) : int * string =
    let claims, runs = Path.Combine(folder, "shared", "claims"), Path.Combine(folder, "shared", "runs")

    let rec next () =
        let found =
            if Directory.Exists runs && Directory.GetFiles(runs).Length > made then
                Directory.GetDirectories claims
                |> Array.tryPick (fun claim ->
                    Lease.inFolder claim
                    |> Option.bind _.Holder
                    |> Option.map (fun holder -> holder.Pid, nonNull (Path.GetFileName claim)))
            else
                None

        match found with
        | Some claim -> claim
        | None when isOver () -> failtest "all was over before anybody was killed"
        | None ->
            Thread.Sleep 5
            next ()

    next ()

/// Kills a process within a stage, once so many are made: it is halted, and its claim looked at again, as it may have been done meanwhile.
let rec killInStage folder made (isOver: unit -> bool) : unit =
    let holder, key = claimant folder made isOver

    let send signal =
        use kill = Process.Start("kill", [ signal; string holder ])
        kill.WaitForExit()

    send "-STOP"

    let isHeld =
        Lease.inFolder (Path.Combine(folder, "shared", "claims", key))
        |> Option.bind _.Holder
        |> Option.exists (fun still -> still.Pid = holder)

    if isHeld then
        send "-KILL"
    else
        send "-CONT"
        killInStage folder made isOver

/// How many stages were under way at once at most, as their claims say, until all is over.
let mostAtOnce store (isOver: unit -> bool) : int =
    let claims = Path.Combine(store, "claims")
    let mutable most = 0

    while not (isOver ()) do
        if Directory.Exists claims then
            // One that was let go while they were listed may stand beside the next.
            most <- max most (Directory.GetDirectories claims |> Array.filter Directory.Exists).Length

        Thread.Sleep 2

    most

let wantEachOnce (told: string) =
    let ran = ran told

    Expect.isEmpty
        (ran |> List.countBy id |> List.filter (fun (_, count) -> count > 1))
        $"none twice: %s{told}"
    // A body that was killed between its record and the line that tells of it was made too.
    Expect.isGreaterThanOrEqual ran.Length ((fst alone.Value).Length - 1) $"each once: %s{told}"
