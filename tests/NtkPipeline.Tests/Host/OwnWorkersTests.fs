/// Runs with workers of their own: no server.
module NtkPipeline.Tests.OwnWorkersTests

open System
open System.Diagnostics
open System.IO
open Expecto
open NtkPipeline.Tests.Ntk
open NtkPipeline.Tests.Programs
open NtkPipeline.Tests.Workers

let tests =
    testSequenced
    <| testList "a run's own workers" [
        testCase "two make what one process makes, each stage once, and are gone afterwards"
        <| inFolder (fun folder ->
            let run = arguments folder (tweets folder 240) "shared" "out"
            use running = start (run @ [ "--workers"; "2" ])
            let said = finish running
            let stages, alone = alone.Value
            Expect.equal (List.sort (ran said)) (List.sort stages) "each stage once, and the run tells of it"
            Expect.equal (List.sort (made folder "out")) (List.sort stages) "and so does its summary"
            Expect.equal (results folder "out") alone "the same bytes"

            // Nothing is left to do, so nobody is started.
            let again = finish (start (run @ [ "--workers"; "2" ]))
            Expect.isFalse (again.Contains "workers of this run") again
            Expect.isEmpty (ran again) "all is there")

        if OperatingSystem.IsLinux() then
            testCase "a worker that is killed is replaced, and its stage is made elsewhere"
            <| inFolder (fun folder ->
                use running =
                    start (arguments folder (tweets folder 240) "shared" "out" @ [ "--workers"; "2" ])

                let said = running.StandardError.ReadToEndAsync()
                let output = running.StandardOutput.ReadToEndAsync()
                let holder, _ = claimant folder 8 (fun () -> running.HasExited)
                // The stage's own process is a child of the worker's, which is a child of the run's.
                let workers =
                    offspring running.Id |> List.filter (fun pid -> List.contains holder (offspring pid))

                use victim = Process.GetProcessById(List.exactlyOne workers)
                victim.Kill()
                running.WaitForExit()
                Expect.equal running.ExitCode 0 (output.Result + said.Result)
                Expect.equal (results folder "out") (snd alone.Value) "the same bytes")

            testCase "a stage whose process is killed is tried again, and the run says so"
            <| inFolder (fun folder ->
                use running =
                    start (arguments folder (tweets folder 240) "shared" "out" @ [ "--workers"; "2" ])

                let said = running.StandardError.ReadToEndAsync()
                let output = running.StandardOutput.ReadToEndAsync()
                killInStage folder 8 (fun () -> running.HasExited)
                running.WaitForExit()
                Expect.equal running.ExitCode 0 (output.Result + said.Result)
                Expect.stringContains said.Result "was ended by signal 9; it is tried again" "why"
                wantEachOnce said.Result
                Expect.equal (results folder "out") (snd alone.Value) "the same bytes")

        testCase "stages that declare more in all than the run's memory wait for one another"
        <| inFolder (fun folder ->
            let data = tweets folder 240

            // Each declares some 0.7 GB.
            for memory, isAlone in [ "1.2GB", true; "12GB", false ] do
                let run = arguments folder data $"store-%s{memory}" $"out-%s{memory}"

                use running =
                    start (run @ [ "--workers"; "2"; "--set"; "threads=1"; "--set"; $"memory=%s{memory}" ])

                let most =
                    mostAtOnce (Path.Combine(folder, $"store-%s{memory}")) (fun () -> running.HasExited)

                finish running |> ignore
                Expect.equal (most = 1) isAlone $"%d{most} at once with %s{memory}")

        testCase "a worker whose run is gone before it has begun ends"
        <| fun () ->
            let program = Path.Combine(AppContext.BaseDirectory, "ntk.dll")
            // Nobody listens there.
            let arguments = [ program; "worker"; "--join"; "1"; "--name"; "w1"; "--quiet" ]

            let info =
                ProcessStartInfo(
                    "dotnet",
                    arguments,
                    RedirectStandardInput = true,
                    RedirectStandardOutput = true,
                    RedirectStandardError = true
                )

            use worker = Expect.wantSome (Option.ofObj (Process.Start info)) "it starts"
            let said = worker.StandardError.ReadToEndAsync()
            let output = worker.StandardOutput.ReadToEndAsync()
            worker.StandardInput.Close()

            try
                Expect.isTrue
                    (worker.WaitForExit(TimeSpan.FromMinutes 2.0))
                    "it does not wait for what will not come"

                Expect.equal worker.ExitCode 0 (output.Result + said.Result)
            finally
                finally' [ worker ]

        testCase "data that refuse are refused in the same words, once"
        <| inFolder (fun folder ->
            let data = tweets folder 240
            let train = Path.Combine(data, "train.csv")

            // Rows of one text stay together, so that nothing can be held out: a stage refuses.
            File.WriteAllLines(
                train,
                "id,keyword,location,text,target"
                :: [ for row in 1..240 -> $"%d{row},,,one text,%d{row % 2}" ]
            )

            let run = arguments folder (Path.GetFullPath data) "store" "out"
            let lone = call run

            use running =
                start (arguments folder (Path.GetFullPath data) "shared" "out" @ [ "--workers"; "1" ])

            let said = running.StandardError.ReadToEnd()
            running.WaitForExit()
            Expect.equal (running.ExitCode, lone.Code) (1, 1) said
            let last (text: string) = text.Trim().Split '\n' |> Array.last
            Expect.equal (last said) (last lone.Error) "the same sentence"
            Expect.isFalse (said.Contains "tried again") said)
    ]
