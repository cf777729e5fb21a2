module NtkPipeline.Tests.SolveRefusalTests

open Expecto
open NtkPipeline.Tests.Ntk
open NtkPipeline.Tests.SolveCall

let tests =
    testList "solve" [
        testCase "what cannot be solved is refused in a sentence"
        <| inFolder (fun folder ->
            prepare folder
            solve folder [ "--rank"; "0"; "--tolerance"; "2" ] |> refused 2 [ "--rank 0"; "--tolerance 2" ]
            write folder "x0.npy" 150 5 (fun _ _ -> 0.0)

            for solveMethod in [ "exact"; "cg" ] do
                [
                    "solve"
                    "--network"
                    "dense 4 | relu | dense 1"
                    "--x"
                    file folder "x0.npy"
                ]
                @ [ "--y"; file folder "y.npy"; "--ridge"; "1"; "--out"; file folder "out.npy" ]
                @ [ "--method"; solveMethod ]
                |> refused 1 [ "diagonal is 0" ]

            solve folder [ "--z"; file folder "nowhere.npy" ]
            |> refused 1 [ "nowhere.npy"; "there is no such file" ]

            for few in [ "0.1MB"; "100kB" ] do
                solve folder [ "--method"; "exact"; "--memory"; few ] |> refused 1 [ "allowed" ]

            for none in [ "lots"; "0"; "1,5"; "-2" ] do
                solve folder [ "--memory"; none ] |> refused 2 [ $"--memory: '%s{none}' is not a size" ]

            solve folder [ "--memory"; "4" ]
            |> refused 2 [ "'4' is not a size, for it has no unit; write 4GB" ]

            write folder "y.npy" 149 1 (fun _ _ -> 1.0)
            solve folder [] |> refused 1 [ "149 targets for 150 rows" ]
            write folder "z.npy" 4 3 (fun _ _ -> 1.0)
            write folder "y.npy" 150 1 (fun _ _ -> 1.0)
            solve folder [ "--z"; file folder "z.npy" ] |> refused 1 [ "5 columns"; "3 columns" ]

            [
                "solve"
                "--network"
                "dense 4 | rely | dense 1"
                "--x"
                "a"
                "--y"
                "b"
                "--ridge"
                "1"
                "--out"
                "c"
            ]
            |> refused 2 [ "at character 11"; "did you mean relu?" ]

            [
                "solve"
                "--network"
                "dense 4 | relu | dense 1"
                "--x"
                "a"
                "--y"
                "b"
                "--ridge"
                "0.1,none"
                "--out"
                "c"
                "--steps"
                "0"
            ]
            |> refused 2 [ "--ridge 'none'"; "--steps 0" ])
    ]
