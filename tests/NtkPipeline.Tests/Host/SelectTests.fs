module NtkPipeline.Tests.SelectTests

open System
open System.IO
open Expecto
open NtkPipeline.Core
open NtkPipeline.Runtime
open NtkPipeline.Tests.BlurredCircle
open NtkPipeline.Tests.KernelFiles
open NtkPipeline.Tests.Ntk

let private file folder name = Path.Combine(folder, name)

let private prepare folder =
    let write name matrix =
        Expect.wantOk (SourceFile.writeValue (file folder name) Codec.matrix64 matrix) "written"

    write "x.npy" x
    write "y.npy" (Matrix.create 140 1 y)

let private commands =
    testList "select and learn" [
        testCase "select writes its ranking and judges the winner on rows held out"
        <| inFolder (fun folder ->
            prepare folder

            let select extra =
                [
                    "select"
                    "--x"
                    file folder "x.npy"
                    "--y"
                    file folder "y.npy"
                    "--out"
                    file folder "t.csv"
                    "--network"
                    "dense 1"
                    "--network"
                    "dense 9 b=0.5 | relu | dense 1"
                ]
                @ extra

            let answer = select [ "--by"; "loo-accuracy"; "--times"; "3rel,30rel"; "--json" ] |> wantDone

            Expect.stringContains
                answer.Error
                "4 kernels of 112 rows, one eigendecomposition each"
                "the cost comes first"

            Expect.equal ((json answer).GetProperty("heldOut").GetProperty("rows").GetInt32()) 28 "a fifth"
            let lines = File.ReadAllLines(file folder "t.csv")
            Expect.equal lines.Length 9 "a line a candidate"
            Expect.stringStarts lines[0] "rank,network,kind" "a header"
            Expect.stringStarts lines[1] "1,\"dense 9 b=0.5 | relu | dense 1\"" "the winner"
            let answer = select [ "--hold-out"; "0"; "--rows"; "100" ] |> wantDone
            Expect.stringContains answer.Output "optimistic" "honest without"
            Expect.stringContains answer.Error "100 of 140 rows" "a subset is said"

            let lone = writeVector folder "lone" (Array.init 140 (fun i -> if i = 3 then 1.0 else -1.0))

            let answer =
                select []
                |> List.map (fun word -> if word = file folder "y.npy" then lone else word)
                |> wantDone

            Expect.stringContains answer.Output "of one class alone" "no band where there is none"

            select [
                "--by"
                "likelihood"
                "--times"
                "1rel"
                "--folds"
                "1"
                "--ridges"
                "1rel:0rel:2"
            ]
            |> refused 2 [ "--times"; "--folds"; "--ridges" ]

            let answer = select [ "--by"; "cv"; "--times"; "30rel,3rel"; "--json" ] |> wantDone
            Expect.stringContains answer.Error "and 5 of rows held out from times" "what it costs"
            let lines = File.ReadAllLines(file folder "t.csv") |> Array.map _.Split(',')
            let place = Array.IndexOf(lines[0], "cv_error")
            Expect.all lines[1..] (fun cells -> float cells[place] > 0.0) "times have folds too"
            select [ "--kinds"; "ntk,ntp" ] |> refused 2 [ "'ntp'" ]

            select [ "--network"; "dense 9 w=1 b=0.50|relu|dense 1" ]
            |> refused 2 [ "--network: 'dense 9 b=0.5 | relu | dense 1' is given more than once" ]

            select [ "--network"; "dense 1 | relu |" ] |> refused 2 [ "at character 17: expecting layer" ])

        testCase "learn writes a network that kernel reads, and a lower objective"
        <| inFolder (fun folder ->
            prepare folder

            let learn extra =
                [
                    "learn"
                    "--x"
                    file folder "x.npy"
                    "--y"
                    file folder "y.npy"
                    "--out"
                    file folder "l.json"
                    "--rows"
                    "60"
                ]
                @ extra

            let outcome =
                learn [
                    "--network"
                    "dense 9 w=1.5 b=0.5 | relu | dense 1 b=0.1"
                    "--steps"
                    "8"
                    "--json"
                ]
                |> wantDone
                |> json

            let number (name: string) = outcome.GetProperty(name).GetDouble()
            Expect.isLessThan (number "end") (number "start") "better"
            let stored = Expect.wantOk (SourceFile.readText (file folder "l.json")) "written"
            let network = (outcome.GetProperty("networks")[0]).GetProperty("network").GetString() |> nonNull
            Expect.stringContains stored network "the same"

            [
                "kernel"
                "--network"
                network
                "--x"
                file folder "x.npy"
                "--out"
                file folder "k.npy"
            ]
            |> wantDone
            |> ignore

            learn [
                "--network"
                "dense 9 | relu | dense 1"
                "--network"
                "dense 1"
                "--by"
                "loo"
                "--steps"
                "3"
            ]
            |> wantDone
            |> ignore

            learn [ "--network"; "dense 9 | tanh | dense 1" ] |> refused 1 [ "no closed form" ]

            learn [ "--network"; "dense 1"; "--steps"; "0"; "--ridge"; "0" ]
            |> refused 2 [ "--steps 0"; "--ridge '0'" ])
    ]

let tests = testList "selection" [ commands ]
