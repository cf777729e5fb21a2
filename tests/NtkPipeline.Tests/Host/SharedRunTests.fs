/// Several programs on one store.
module NtkPipeline.Tests.SharedRunTests

open System
open System.Diagnostics
open System.IO
open System.Text.RegularExpressions
open Expecto
open NtkPipeline.Tests.Ntk

let private start (arguments: string list) =
    let program = Path.Combine(AppContext.BaseDirectory, "ntk.dll")

    let info =
        ProcessStartInfo(
            "dotnet",
            program :: arguments,
            RedirectStandardError = true,
            RedirectStandardOutput = true
        )

    Expect.wantSome (Option.ofObj (Process.Start info)) "it starts"

/// What a program said that ended well.
let private finish (started: Process) =
    let output = started.StandardOutput.ReadToEndAsync()
    let said = started.StandardError.ReadToEnd()
    started.WaitForExit()
    Expect.equal started.ExitCode 0 (output.Result + said)
    said

/// The stages that a program ran: "train-network/…: 0.12 s, 3 kB".
let private ran (said: string) = [
    for found in Regex.Matches(said, @"^(\S+): [\d.]+ s, ", RegexOptions.Multiline) -> found.Groups[1].Value
]

let private arguments folder data store out =
    [
        "run"
        "--data"
        data
        "--store"
        Path.Combine(folder, store)
        "--out"
        Path.Combine(folder, out)
    ]
    @ quick

let private page folder out = File.ReadAllBytes(Path.Combine(folder, out, "report.html"))

/// What one program gives that has a store to itself: the stages that it ran, and its page.
let private alone =
    lazy
        (let mutable found = [], [||]

         inFolder
             (fun folder ->
                 let answer = arguments folder (tweets folder 240) "store" "out" |> wantDone
                 found <- ran answer.Error, page folder "out")
             ()

         found)

let tests =
    testSequenced
    <| testList "several programs on one store" [
        testCase "two make each stage once between them, and both give the bytes of one alone"
        <| inFolder (fun folder ->
            let run = arguments folder (tweets folder 240)
            let both = [ run "shared" "a"; run "shared" "b" ] |> List.map start
            let said = both |> List.map finish
            let stages, alone = alone.Value
            let made = said |> List.collect ran
            Expect.equal (List.sort made) (List.sort stages) "each stage once, none twice"
            Expect.isFalse (said |> List.exists _.Contains("warning")) "nothing went wrong"
            Expect.equal (page folder "a") alone "the same bytes"
            Expect.equal (page folder "b") alone "the same bytes"

            for name in [ "claims"; "live"; "partial" ] do
                Expect.isEmpty
                    (Directory.GetFileSystemEntries(Path.Combine(folder, "shared", name)))
                    $"%s{name} is empty at the end")

        testCase "what a killed program had claimed is taken up at once"
        <| inFolder (fun folder ->
            let run = arguments folder (tweets folder 240)
            let claims = Path.Combine(folder, "store", "claims")
            use victim = start (run "store" "a")

            let rec killInside () =
                match victim.StandardError.ReadLine() with
                | null -> failtest "it ended before it was killed"
                | line when line.StartsWith "train-network" && Directory.GetDirectories(claims).Length > 0 ->
                    victim.Kill()
                    victim.WaitForExit()
                | _ -> killInside ()

            killInside ()
            Expect.hasLength (Directory.GetDirectories(Path.Combine(folder, "store", "live"))) 1 "its run"
            let next = run "store" "a" |> wantDone
            Expect.isFalse (next.Error.Contains "waited for") "nor its holder"
            Expect.equal (page folder "a") (snd alone.Value) "the same bytes"
            [ "store"; "gc"; "--store"; Path.Combine(folder, "store") ] |> wantDone |> ignore
            let live = Path.Combine(folder, "store", "live")
            Expect.isEmpty (Directory.GetFileSystemEntries live) "the dead run is forgotten")

        testCase "collecting again and again beside a run takes nothing from it"
        <| inFolder (fun folder ->
            let run = arguments folder (tweets folder 240)
            // Some of what the run needs is there, made with other settings.
            run "store" "other" @ [ "--set"; "ridge.points-per-decade=3" ] |> wantDone |> ignore
            use running = start (run "store" "a")
            let said = running.StandardError.ReadToEndAsync()
            let output = running.StandardOutput.ReadToEndAsync()
            let mutable rounds = 0

            while not running.HasExited do
                [ "store"; "gc"; "--store"; Path.Combine(folder, "store") ] |> wantDone |> ignore
                rounds <- rounds + 1

            running.WaitForExit()
            Expect.equal running.ExitCode 0 (output.Result + said.Result)
            Expect.isGreaterThan rounds 2 "often"
            Expect.isFalse (said.Result.Contains "warning") said.Result
            Expect.equal (page folder "a") (snd alone.Value) "the same bytes")
    ]
