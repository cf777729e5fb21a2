/// Several programs on one store.
module NtkPipeline.Tests.SharedRunTests

open System
open System.IO
open Expecto
open NtkPipeline.Tests.Ntk
open NtkPipeline.Tests.Programs
open NtkPipeline.Tests.Workers

/// What halts and kills by signals.
let private testSignals name test =
    if OperatingSystem.IsWindows() then ptestCase name test else testCase name test

let tests =
    testSequenced
    <| testList "several programs on one store" [
        for count in [ 2; 4 ] do
            testCase $"%d{count} make each stage once between them, and all give the bytes of one alone"
            <| inFolder (fun folder ->
                let run = arguments folder (tweets folder 240)
                let outs = [ for k in 1..count -> $"out-%d{k}" ]
                let said = outs |> List.map (run "shared" >> start) |> List.map finish
                let stages, alone = alone.Value
                let ran = said |> List.collect ran
                Expect.equal (List.sort ran) (List.sort stages) "each stage once, none twice"
                let summed = outs |> List.collect (made folder)
                Expect.equal (List.sort summed) (List.sort stages) "and so say the summaries together"
                Expect.isFalse (said |> List.exists _.Contains("warning")) "nothing went wrong"

                for out in outs do
                    Expect.equal (results folder out) alone "the same bytes"

                for name in [ "claims"; "live"; "partial" ] do
                    Expect.isEmpty
                        (Directory.GetFileSystemEntries(Path.Combine(folder, "shared", name)))
                        $"%s{name} is empty at the end")

        testSignals "one of four is killed in a stage: the others make it, and nothing is made twice"
        <| inFolder (fun folder ->
            let run = arguments folder (tweets folder 240)
            let outs = [ for k in 1..4 -> $"out-%d{k}" ]
            let programs = outs |> List.map (run "shared" >> start)
            let said = programs |> List.map _.StandardError.ReadToEndAsync()
            let output = programs |> List.map _.StandardOutput.ReadToEndAsync()
            killInStage folder 8 (fun () -> programs |> List.forall _.HasExited)

            for program in programs do
                program.WaitForExit()

            let victim = programs |> List.filter (fun program -> program.ExitCode = 137) |> List.exactlyOne
            let stages, alone = alone.Value
            let ran = said |> List.collect (_.Result >> ran)
            Expect.isEmpty (ran |> List.countBy id |> List.filter (fun (_, count) -> count > 1)) "none twice"
            // The victim may have ended between its last record and the line that tells of it.
            Expect.isGreaterThanOrEqual ran.Length (stages.Length - 1) "each once"

            for k, program in List.indexed programs do
                if program.Id <> victim.Id then
                    Expect.equal program.ExitCode 0 (output[k].Result + said[k].Result)
                    Expect.equal (results folder outs[k]) alone "the same bytes")

        testSignals "what a killed program had claimed is taken up at once"
        <| inFolder (fun folder ->
            let run = arguments folder (tweets folder 240)
            use victim = start (run "shared" "a")
            let said, output = victim.StandardError.ReadToEndAsync(), victim.StandardOutput.ReadToEndAsync()
            killInStage folder 8 (fun () -> victim.HasExited)
            victim.WaitForExit()
            Expect.equal victim.ExitCode 137 (output.Result + said.Result)
            Expect.hasLength (Directory.GetDirectories(Path.Combine(folder, "shared", "live"))) 1 "its run"
            let next = run "shared" "a" |> wantDone
            Expect.isFalse (next.Error.Contains "waited for") "nor its holder"
            Expect.equal (results folder "a") (snd alone.Value) "the same bytes"
            [ "store"; "gc"; "--store"; Path.Combine(folder, "shared") ] |> wantDone |> ignore
            let live = Path.Combine(folder, "shared", "live")
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
            Expect.equal (results folder "a") (snd alone.Value) "the same bytes")
    ]
