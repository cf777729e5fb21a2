module NtkPipeline.Tests.ExpandRefusalTests

open System.IO
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.Matrices
open NtkPipeline.Tests.Ntk

let tests =
    testList "expand refusals" [
        testCase "what cannot be expanded is refused"
        <| inFolder (fun folder ->
            let x = KernelFiles.write folder "x" (random 1 5 3)
            let step = KernelFiles.writeVector folder "step" (Array.create 31 0.1)
            let erf = "dense 6 b=0.3 | erf | dense 1"
            let expand = ExpandTests.expand folder

            refused
                1
                [
                    "the step: it holds 31 numbers, and the network has 30 parameters on 3 inputs"
                ]
                (expand erf 2 [ "--step"; step ])

            KernelFiles.write folder "step" (random 1 5 6) |> ignore
            refused 1 [ "the step: it is 5 × 6, and one vector is wanted" ] (expand erf 2 [ "--step"; step ])

            KernelFiles.writeVector folder "step" (Array.init 30 (fun k -> if k = 7 then nan else 0.0))
            |> ignore

            refused 1 [ "the step: it holds NaN at 7" ] (expand erf 2 [ "--step"; step ])
            refused 2 [ "either --step or --step-scale" ] (expand erf 2 [])

            refused
                2
                [ "either --step or --step-scale" ]
                (expand erf 2 [ "--step"; step; "--step-scale"; "1" ])

            refused
                2
                [ "--step-scale 0: the length of a step is positive and finite" ]
                (expand erf 2 [ "--step-scale"; "0" ])

            refused 2 [ "--order: 9 is not an order from 1 to 8" ] (expand erf 9 [ "--step-scale"; "1" ])

            refused 2 [ "--out: it is the file of --x" ] [
                "expand"
                "--network"
                erf
                "--order"
                "2"
                "--x"
                x
                "--step-scale"
                "1"
                "--out"
                x
            ]

            refused
                1
                [ "expand: exp-normalised" ]
                (expand "dense 8 | exp-normalised | dense 1" 2 [ "--step-scale"; "1" ])

            refused
                1
                [ "order 3 needs"; "1 kB may be used" ]
                (expand erf 3 [ "--step-scale"; "1"; "--memory"; "1kB" ])

            refused
                1
                [ "exceeds what float64 holds" ]
                (expand "dense 6 | monomial(3) | dense 1" 1 [ "--step-scale"; "1e150" ])

            Expect.isFalse (File.Exists(Path.Combine(folder, "f.npy"))) "no output")
    ]
