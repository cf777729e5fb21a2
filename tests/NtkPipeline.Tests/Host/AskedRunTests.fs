/// run.json beside a run's results, and what is refused before anything is computed.
module NtkPipeline.Tests.AskedRunTests

open System
open System.IO
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.KernelFiles
open NtkPipeline.Tests.Ntk

let tests =
    testList "a run's own options" [
        testCase "predict finds the last run of a folder of results by itself"
        <| inFolder (fun folder ->
            let data, store, out =
                tweets folder 120, Path.Combine(folder, "store"), Path.Combine(folder, "out")

            let settings = Path.Combine(folder, "settings.json")
            File.WriteAllText(settings, """{ "ridge.points-per-decade": 5 }""")
            let options = [ "--config"; settings ] @ fewNetworks "16" @ [ "--experiment"; "none" ]
            let ask extra = [ "predict"; "--text"; "a fire in the woods" ] @ extra
            RunCall.run data store out options |> wantDone |> ignore
            let told = ask ([ "--data"; data; "--store"; store ] @ quick @ options) |> wantDone
            // Neither the file's name nor what stands in it since counts: what the run was asked for is kept.
            File.Delete settings
            let found = ask [ "--out"; out ] |> wantDone
            Expect.equal found.Output told.Output "the same answer"

            Expect.stringContains
                found.Error
                $"the last run of %s{out}: ntk run --data %s{data}"
                "it says which"

            Expect.equal
                (ask [ "--out"; out; "--data"; data ] |> wantDone).Output
                told.Output
                "of these data"

            let moved = Path.Combine(folder, "moved")
            Directory.Move(store, moved)

            Expect.equal
                (ask [ "--out"; out; "--store"; moved ] |> wantDone).Output
                told.Output
                "from where the store lies now"

            refused 1 [ out; "no run of"; "run.json" ] (ask [ "--out"; out; "--data"; folder ])
            refused 1 [ folder; "run.json" ] (ask [ "--out"; folder ])

            File.WriteAllText(
                Path.Combine(out, "run.json"),
                """{ "command": "ntk run", "run": { "data": 1 } }"""
            )

            refused 1 [ "run.json: no run has written it so" ] (ask [ "--out"; out ]))

        testCase "a folder or a file that cannot be written is refused before anything is computed"
        <| inFolder (fun folder ->
            let data, file = tweets folder 100, Path.Combine(folder, "file")
            File.WriteAllText(file, "")
            let store = Path.Combine(folder, "store")

            let shut = Directory.CreateDirectory(Path.Combine(folder, "shut")).FullName

            let nowhere = [
                Path.Combine(file, "out")
                // Root may write everywhere.
                if not (OperatingSystem.IsWindows() || Environment.IsPrivilegedProcess) then
                    File.SetUnixFileMode(shut, UnixFileMode.UserRead ||| UnixFileMode.UserExecute)
                    shut
            ]

            for out in nowhere do
                let answer = RunCall.run data store out [] |> call
                Expect.equal answer.Code 1 answer.Error
                Expect.stringContains answer.Error "--out: " "by its name"
                Expect.isEmpty (RunCall.ran answer) "no stage ran"

                let k = write folder "k" (Matrix.init 3 3 (fun i j -> if i = j then 2.0 else 0.5))
                let y = writeVector folder "y" [| 1.0; -1.0; 1.0 |]

                refused 1 [ "--out: "; "folder" ] [
                    "regress"
                    "--k-train"
                    k
                    "--y"
                    y
                    "--out"
                    Path.Combine(out, "p.npy")
                ]

            Expect.isEmpty (Directory.GetFiles(folder, ".ntk-*")) "nothing is left behind")
    ]
