module NtkPipeline.Tests.InterruptionTests

open System
open System.Diagnostics
open System.IO
open Expecto
open NtkPipeline.Tests.Ntk

/// Starts `ntk` as a process of its own and sends it a signal once a stage is done; gives its exit code and what it said.
let private stopped (signal: string) (stage: string) (arguments: string list) =
    use started = Programs.start arguments
    let said = ResizeArray<string>()
    let mutable isSent = false

    let rec read () =
        match started.StandardError.ReadLine() with
        | null -> ()
        | line ->
            said.Add line

            if not isSent && line.StartsWith stage then
                isSent <- true
                use kill = Process.Start("kill", [ $"-%s{signal}"; string started.Id ])
                kill.WaitForExit()

            read ()

    read ()
    started.WaitForExit()
    started.ExitCode, List.ofSeq said

let tests =
    testList "interruptions" [
        if not (OperatingSystem.IsWindows()) then
            testCase "Ctrl-C ends in 130, kill -9 in nothing worse, and the next run gives the same bytes"
            <| inFolder (fun folder ->
                let data = tweets folder 240

                let run = Programs.arguments folder data
                let report out = File.ReadAllBytes(Path.Combine(folder, out, "report.html"))
                let code, said = stopped "INT" "embed-tweets" (run "store" "out")
                Expect.equal code 130 "as shells count it"
                Expect.stringContains (List.last said) "interrupted" "it says so"
                let code, _ = stopped "KILL" "train-network" (run "store" "out")
                Expect.equal code 137 "killed"
                Expect.isFalse (File.Exists(Path.Combine(folder, "out", "report.html"))) "it had not ended"
                let resumed = run "store" "out" |> wantDone
                Expect.stringContains resumed.Error "embed-tweets: cached" "what was done is not done again"
                run "fresh" "whole" |> wantDone |> ignore
                Expect.equal (report "out") (report "whole") "the same bytes")
    ]
