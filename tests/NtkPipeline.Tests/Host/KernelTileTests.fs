/// `kernel` works tile by tile: it can be stopped, and takes the memory it may.
module NtkPipeline.Tests.KernelTileTests

open System
open System.Diagnostics
open System.IO
open System.Threading
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.Ntk
open NtkPipeline.Tests.SingleRows

let tests =
    testList "kernel command" [
        testCase "what a stopped command left of another kernel is given up, and this is said"
        <| inFolder (fun folder ->
            let at name = Path.Combine(folder, name)
            save (at "x.npy") (random 1 6 3)
            let kernel = [ "kernel"; "--network"; "dense 8"; "--x"; at "x.npy"; "--out"; at "k.npy" ]
            File.WriteAllText(at "k.npy.progress", """{"recipe":"another","tiles":15,"done":7}""")
            let answer = wantDone kernel
            Expect.stringContains answer.Error "left of another kernel, 7 of 15 tiles, is given up" "said"
            Expect.equal (wantDone (kernel @ [ "--quiet" ])).Error "" "nothing to say")

        testCase "less memory means smaller tiles and the same bytes"
        <| inFolder (fun folder ->
            let at name = Path.Combine(folder, name)
            save (at "x.npy") (random 1 600 3)

            let kernel memory extra =
                [
                    "kernel"
                    "--network"
                    "dense 64 | relu | dense 1"
                    "--x"
                    at "x.npy"
                    "--precision"
                    "float32"
                ]
                @ [ "--out"; at $"%s{memory}.npy"; "--memory"; memory ]
                @ extra
                |> wantDone
                |> ignore

                File.ReadAllBytes(at $"%s{memory}.npy")

            for extra in [ []; [ "--empirical"; "--method"; "structured" ] ] do
                Expect.equal (kernel "221700kB" extra) (kernel "1GB" extra) "the same bytes")

        if not (OperatingSystem.IsWindows()) then
            testCase "killed by -9 amid its tiles, the same command goes on and gives the same bytes"
            <| inFolder (fun folder ->
                let at name = Path.Combine(folder, name)
                save (at "x.npy") (random 1 900 3)

                let kernel out =
                    [
                        "kernel"
                        "--empirical"
                        "--network"
                        "dense 256 | erf | dense 2"
                        "--method"
                        "vector-product"
                    ]
                    @ [ "--x"; at "x.npy"; "--memory"; "228MB"; "--out"; at out ]

                let info =
                    ProcessStartInfo(
                        "dotnet",
                        Path.Combine(AppContext.BaseDirectory, "ntk.dll") :: kernel "k.npy",
                        RedirectStandardError = true,
                        RedirectStandardOutput = true
                    )

                use started = new Process(StartInfo = info)
                started.Start() |> ignore

                let isUnderWay () =
                    File.Exists(at "k.npy.progress")
                    && not (File.ReadAllText(at "k.npy.progress").Contains "\"done\": 0")

                while not started.HasExited && not (isUnderWay ()) do
                    Thread.Sleep 20

                started.Kill()
                started.WaitForExit()
                Expect.equal started.ExitCode 137 "killed, before it was done"
                Expect.isFalse (File.Exists(at "k.npy")) "not there before it is whole"
                let resumed = kernel "k.npy" |> wantDone

                Expect.stringContains
                    resumed.Error
                    "tiles are there from before"
                    "what is done is not done again"

                kernel "whole.npy" |> wantDone |> ignore

                Expect.equal
                    (File.ReadAllBytes(at "k.npy"))
                    (File.ReadAllBytes(at "whole.npy"))
                    "the same bytes")
    ]
