module NtkPipeline.Tests.NetworksAgainstKernelTests

open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.SampleRuns

let tests =
    testList "Judge" [
        testCase
            "the ridgeless kernel is compared tweet by tweet: networks that are right where it is do not differ"
        <| fun () ->
            seeds (fun k -> run 64 k 4.0 0.4 [ 0..219 ])
            |> verdict "A small"
            |> wants (Some false) [
                "ridgeless"
                "the difference is 0.0 percentage points (95% band −0.3 to +0.3)"
            ]

        testCase "wide networks reach the kernel: as good within the band"
        <| fun () ->
            wide 194 8
            |> verdict "Wide"
            |> wants (Some true) [
                "m = 4096"
                "3 seeds"
                "‖x‖ = √d"
                "50 epochs"
                "80.0%"
                "79.8%"
                "margin of 1.0 percentage points"
                "81.0%"
            ]

        testCase
            "wide networks reach the kernel: a clear difference smaller than the margin is none that matters"
        <| fun () -> wide 200 4 |> verdict "Wide" |> wants (Some true) [ "no further below" ]

        testCase "wide networks do not reach the kernel where the whole band lies below"
        <| fun () ->
            wide 200 40 |> verdict "Wide" |> wants (Some false) [ "−4.0 percentage points"; "stay below" ]

        testCase
            "a claim of no loss holds only where the whole band says so, and names the rows that would tell"
        <| fun () ->
            // 40 rows won and 35 lost: +0.5 points, and a band that reaches past −1.
            wide 160 35
            |> verdict "Wide"
            |> wants None [
                "+0.5"
                "than the margin of 1.0"
                "cannot decide"
                "validation tweets would tell"
            ]

            // All 15 lost: clearly below, but by no clear 1.0 point.
            wide 200 15
            |> verdict "Wide"
            |> wants None [ "−1.5"; "they stay below the kernel, but whether by more than the margin" ]

            let few = RowsNeeded.words 30 { Value = 0.033; Lower = -0.1; Upper = 0.2 } 0.043

            Expect.stringContains
                few
                "about 370 validation tweets would tell; these are 30"
                "30·(0.15/0.043)²"

        testCase "wide networks: undecided where the difference is large and unsure, or all diverged"
        <| fun () ->
            wide 60 155 |> verdict "Wide" |> wants None [ "cannot decide" ]
            wide 190 20 |> List.map diverge |> verdict "Wide" |> wants None [ "3 runs"; "diverged" ]

        testCase "one seed is one network, in every verdict"
        <| fun () ->
            let plural (verdict: Verdict) =
                for word in [ "They"; "they"; "them"; "networks ("; "classify"; "1 seeds"; "mean of" ] do
                    Expect.isFalse (verdict.Evidence.Contains word) $"'%s{word}' in: %s{verdict.Evidence}"

            let wide wrong = verdict "Wide" [ run 4096 0 1.0 0.02 wrong ]

            wide [ 0..99 ]
            |> wants (Some true) [ "The widest network (m = 4096, 1 seed) classifies"; "so it surpasses" ]

            wide ([ 0..199 ] @ [ 300..303 ]) |> wants (Some true) [ "so it is no further below the kernel" ]
            wide [ 0..299 ] |> wants (Some false) [ "so it stays below the kernel" ]

            let small wrong = verdict "small" [ run 64 0 4.0 0.4 wrong; run 16 0 4.0 0.4 [ 0..400 ] ]

            small [ 0..99 ]
            |> wants (Some true) [ "The best small network (m = 64"; "so it beats"; "It was picked" ]

            small [ 0..299 ] |> wants (Some false) [ "the kernel beats it" ]

            for verdict in
                [
                    wide [ 0..99 ]
                    wide [ 0..199 ]
                    wide [ 0..299 ]
                    small [ 0..99 ]
                    small [ 0..299 ]
                ] do
                plural verdict

            verdict "Wide" [ run 4096 0 1.0 0.02 [] |> diverge ]
            |> wants None [ "The only run of the greatest width (m = 4096) diverged" ]

            List.init 2 (fun k -> run 4096 k 1.0 0.02 [] |> diverge)
            |> verdict "Wide"
            |> wants None [ "Both runs of the greatest width (m = 4096) diverged" ]

        testCase "wide networks that are clearly better are said to be"
        <| fun () -> wide 100 0 |> verdict "Wide" |> wants (Some true) [ "so they surpass the kernel" ]

        testCase "a small network beats the kernel, is beaten, or shows no difference"
        <| fun () ->
            let small wrong = seeds (fun k -> run 64 k 4.0 0.4 wrong)

            small [ 0..149 ]
            |> verdict "small"
            |> wants (Some true) [ "m = 64"; "rate 4"; "+5.0 percentage points"; "beat" ]

            small [ 0..249 ] |> verdict "small" |> wants (Some false) [ "the kernel beats"; "−5.0" ]

            small ([ 20..199 ] @ [ 300..319 ])
            |> verdict "small"
            |> wants None [ "no difference is shown, and the numbers cannot decide"; "78.0%" ]

        testCase
            "a small network: the best is picked of those without a diverged seed, and the choice is owned up to"
        <| fun () ->
            let runs =
                seeds (fun k -> run 64 k 4.0 0.4 [ 0..180 ])
                @ seeds (fun k -> run 16 k 4.0 0.4 [ 0..190 ])
                @ (seeds (fun k -> run 16 k 8.0 0.4 [ 0..10 ])
                   |> List.mapi (fun k run -> if k = 1 then diverge run else run))
                @ seeds (fun k -> run 1024 k 4.0 0.4 [ 0..10 ])
                @ seeds (fun k -> run 16 k 1.0 0.4 [ 0..10 ])

            verdict "small" runs |> wants (Some true) [ "m = 64"; "best of 2 configurations" ]

        testCase "a small network: undecided where none was trained or none is sound"
        <| fun () ->
            wide 190 20 |> verdict "small" |> wants None [ "No such network" ]
            [ run 16 0 8.0 0.4 [ 0..9 ] |> diverge ] |> verdict "small" |> wants None [ "1 configuration" ]
    ]
