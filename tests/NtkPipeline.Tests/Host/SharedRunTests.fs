/// Several programs on one store.
module NtkPipeline.Tests.SharedRunTests

open System.IO
open System.Threading
open Expecto
open NtkPipeline.Tests.Ntk
open NtkPipeline.Tests.Programs

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

        testCase "one of four is killed in a stage: the others make it, and nothing is made twice"
        <| inFolder (fun folder ->
            let run = arguments folder (tweets folder 240)
            let outs = [ for k in 1..4 -> $"out-%d{k}" ]
            let programs = outs |> List.map (run "shared" >> start)
            let said = programs |> List.map _.StandardError.ReadToEndAsync()
            let output = programs |> List.map _.StandardOutput.ReadToEndAsync()
            let claims = Path.Combine(folder, "shared", "claims")
            let runs = Path.Combine(folder, "shared", "runs")

            /// Who holds a claim once the run has come some way.
            let rec holder () =
                let found =
                    if Directory.Exists runs && Directory.GetFiles(runs).Length > 8 then
                        Directory.GetDirectories claims
                        |> Array.tryPick (NtkPipeline.Runtime.Lease.inFolder >> Option.bind _.Holder)
                    else
                        None

                match found with
                | Some holder -> programs |> List.find (fun program -> program.Id = holder.Pid)
                | None when programs |> List.forall _.HasExited ->
                    failtest "they ended before one was killed"
                | None ->
                    Thread.Sleep 5
                    holder ()

            let victim = holder ()
            victim.Kill()

            for program in programs do
                program.WaitForExit()

            let stages, alone = alone.Value
            let ran = said |> List.collect (_.Result >> ran)
            Expect.isEmpty (ran |> List.countBy id |> List.filter (fun (_, count) -> count > 1)) "none twice"
            // The victim may have ended between its last record and the line that tells of it.
            Expect.isGreaterThanOrEqual ran.Length (stages.Length - 1) "each once"

            for k, program in List.indexed programs do
                if program.Id <> victim.Id then
                    Expect.equal program.ExitCode 0 (output[k].Result + said[k].Result)
                    Expect.equal (results folder outs[k]) alone "the same bytes")

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
            Expect.equal (results folder "a") (snd alone.Value) "the same bytes"
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
            Expect.equal (results folder "a") (snd alone.Value) "the same bytes")
    ]
