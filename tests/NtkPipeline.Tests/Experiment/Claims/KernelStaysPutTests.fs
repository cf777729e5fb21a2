module NtkPipeline.Tests.KernelStaysPutTests

open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.SampleRuns

let tests =
    testList "Judge" [
        testCase "the kernel's movement: below the threshold, above it, between seeds"
        <| fun () ->
            let moved moves =
                moves |> List.mapi (fun k move -> run 4096 k 1.0 move [ 0..199 ]) |> verdict "tangent"

            moved [ 0.02; 0.03; 0.04 ] |> wants (Some true) [ "ΔΘ = 3.0%"; "2.0% to 4.0%"; "up to epoch 50" ]

            moved [ 0.2; 0.3 ]
            |> wants (Some false) [ "ΔΘ = 25.0%"; "up to epoch 10, and at 30.0% by epoch 50" ]

            moved [ 0.6 ]
            |> wants (Some false) [ "past 5.0% from the first tracked epoch on: at 6.0% by epoch 10" ]

            moved [ 0.04; 0.06 ] |> wants None [ "for 1 of 2 seeds only" ]

            seeds (fun k -> run 1024 k 1.0 0.2 [ 0..199 ] |> diverge)
            |> verdict "tangent"
            |> wants None [ "All 3 runs at m = 1024 diverged"; "stated for m = 4096" ]

        testCase "a claim names the width that was looked at, and says for which it is stated"
        <| fun () ->
            let of' width = seeds (fun k -> run width k 1.0 0.02 [ 0..199 ]) |> verdict "tangent"
            let narrow, wide = of' 256, of' 4096
            Expect.stringEnds narrow.Claim "at m = 256" "the widest there is"
            Expect.stringEnds wide.Claim "at m = 4096" "the width that the expectation is stated for"

            narrow
            |> wants (Some true) [
                "At m = 256, after 50 epochs"
                "The expectation is stated for m = 4096; the widest networks here have m = 256."
            ]

            Expect.isFalse (wide.Evidence.Contains "stated") "nothing to explain"
    ]
