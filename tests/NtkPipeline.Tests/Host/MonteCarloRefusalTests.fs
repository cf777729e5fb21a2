module NtkPipeline.Tests.MonteCarloRefusalTests

open System.IO
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.Matrices
open NtkPipeline.Tests.Ntk

let tests =
    testList "kernel --monte-carlo refusals" [
        testCase "what cannot be asked for is refused before anything is replaced"
        <| inFolder (fun folder ->
            let at name = Path.Combine(folder, name)
            let x = KernelFiles.write folder "k.error" (random 4 4 3)
            let before = File.ReadAllBytes x
            let relu = "dense 8 | relu | dense 1"

            let kernel network samples out extra =
                [
                    "kernel"
                    "--monte-carlo"
                    samples
                    "--network"
                    network
                    "--x"
                    x
                    "--out"
                    at out
                ]
                @ extra

            refused
                2
                [ "--monte-carlo: 1 random networks: a standard error needs at least 2" ]
                (kernel relu "1" "o.npy" [])

            refused
                2
                [ "--empirical: this does not go with --monte-carlo" ]
                (kernel relu "2" "o.npy" [ "--empirical" ])

            refused
                2
                [
                    "--outputs, --parts, --latex, --spectrum, --precision float32: these do not go"
                ]
                (kernel relu "2" "o.npy" [
                    "--latex"
                    "--parts"
                    "--outputs"
                    "full"
                    "--spectrum"
                    "1"
                    "--precision"
                    "float32"
                ])

            refused 2 [ "--error-out belongs to --monte-carlo" ] [
                "kernel"
                "--network"
                relu
                "--error-out"
                "e"
                "--latex"
            ]

            refused 2 [ "--error-out: it is the file of --x" ] (kernel relu "2" "k.npy" [])

            refused
                2
                [ "--error-out: it is the file of --out" ]
                (kernel relu "2" "o.npy" [ "--error-out"; at "./o.npy" ])

            refused 2 [ "--out: it is the file of --x" ] (kernel relu "2" "k.error.npy" [])

            refused
                1
                [ "Monte Carlo kernel: exp-normalised acts on kernels only" ]
                (kernel "dense 8 | exp-normalised | dense 1" "2" "o.npy" [])

            refused
                1
                [ "4 × 4 entries need"; "1 kB may be used" ]
                (kernel relu "2" "o.npy" [ "--memory"; "1kB" ])

            let z = KernelFiles.write folder "z" (random 4 4 2)
            refused 1 [ "x has 3 columns and z 2" ] (kernel relu "2" "o.npy" [ "--z"; z ])
            let nan = KernelFiles.write folder "nan" (Matrix.create 1 3 [| 1.0; nan; 1.0 |])
            refused 1 [ "z holds NaN at row 0, column 1" ] (kernel relu "2" "o.npy" [ "--z"; nan ])
            let none = KernelFiles.write folder "none" (Matrix.create 0 3 [||])
            refused 1 [ "there are none" ] (kernel relu "2" "o.npy" [ "--z"; none ])
            let far = KernelFiles.write folder "far" (Matrix.create 1 3 [| 1e200; 1e200; 1e200 |])
            refused 1 [ "exceeds what float64 holds" ] (kernel relu "2" "o.npy" [ "--z"; far ])
            Expect.equal (File.ReadAllBytes x) before "the input is what it was"
            Expect.isFalse (File.Exists(at "o.npy")) "and there is no output")
    ]
