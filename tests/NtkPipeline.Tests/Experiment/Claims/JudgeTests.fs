module NtkPipeline.Tests.JudgeTests

open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.KernelSamples
open NtkPipeline.Tests.SampleRuns

let tests =
    testList "Judge" [
        testCase "power laws are recovered exactly, over the widths from 128 on"
        <| fun () ->
            let runs = [
                for width in [ 16; 64; 256; 1024; 4096 ] do
                    for number in 0..2 do
                        // Narrow networks off the law must not matter.
                        let move = if width < 128 then 3.0 else 7.0 * float width ** -0.85
                        run width number 1.0 move [ 0..199 ]
            ]

            let slopes =
                (compare runs).Slopes
                |> Array.map (fun slope -> Quantity.print slope.Quantity, slope)
                |> Map.ofArray

            for quantity, expected in
                [
                    "deltaTheta", -0.85
                    "initKernelError", -0.5
                    "gapToKernel", -0.5
                    "gapToLinearised", -1.0
                ] do
                let slope = slopes[quantity]
                Expect.equal slope.Widths [| 256; 1024; 4096 |] "the widths"
                wantClose 1e-9 quantity [| slope.Slope; slope.Lower; slope.Upper |] (Array.create 3 expected)

        testCase "summaries are over the seeds that did not diverge, and count the others"
        <| fun () ->
            let runs = [
                run 64 0 1.0 0.1 [ 0..99 ]
                run 64 1 1.0 0.3 [ 0..299 ]
                run 64 2 1.0 9.0 [ 0..899 ] |> diverge
                run 64 0 4.0 0.5 [ 0..9 ]
            ]

            match Group.ofRuns runs with
            | [| main; fast |] ->
                Expect.equal (main.Runs.Length, main.Diverged) (3, 1) "counted"
                let accuracy = main.Of Quantity.Accuracy |> Option.toArray |> Array.exactlyOne
                wantClose 1e-12 "mean" [| accuracy.Mean |] [| 0.8 |]
                wantClose 1e-12 "sample deviation" (Option.toArray accuracy.StandardDeviation) [| sqrt 0.02 |]
                Expect.equal accuracy.Count 2 "seeds"

                Expect.equal
                    (main.Of Quantity.InitKernelError |> Option.map _.Count)
                    (Some 3)
                    "initialisation is sound for all"

                Expect.equal (fast.Spec.Rate, fast.Runs.Length) (4.0, 1) "rates stand apart"

                Expect.equal
                    (fast.Of Quantity.Accuracy |> Option.map _.StandardDeviation)
                    (Some None)
                    "one seed has none"
            | widths -> failtest $"%d{widths.Length} summaries"

        testCase "the order of the runs changes nothing, and nothing is drawn anew"
        <| fun () ->
            let runs = wide 190 20 @ seeds (fun k -> run 64 k 4.0 0.4 [ 0 .. 190 + k ])
            let expected = compare runs
            Expect.equal (compare (List.rev runs)) expected "reversed"
            Expect.equal (compare (List.sortBy _.Spec.Member runs)) expected "by seed"

        testCase "the bootstrap's band is that of the normal theory where that applies"
        <| fun () ->
            // 60 rows that only the kernel gets right, 40 that only the network does, of 1,000.
            let members = [| Bootstrap.hits labels (missing [ 0..99 ]) |]
            let other = Bootstrap.hits labels (missing ([ 0..39 ] @ [ 100..139 ]))
            let difference = Bootstrap.paired 6000 seed members other
            let deviation = sqrt ((100.0 - 400.0 / 1000.0) / 1e6)
            wantClose 1e-12 "difference" [| difference.Value |] [| -0.02 |]

            wantClose 1e-3 "band" [| difference.Lower; difference.Upper |] [|
                -0.02 - 1.96 * deviation
                -0.02 + 1.96 * deviation
            |]

        testCase "each input scale has its own verdicts and power laws"
        <| fun () ->
            let runs = [
                for width in [ 256; 4096 ] do
                    for number in 0..1 do
                        run width number 1.0 0.02 [ 0..199 ]
                        { run width number 1.0 0.9 [ 0..299 ] with Spec.InputScale = InputScale.Unit }
            ]

            let comparison = compare runs
            let wide = comparison.Verdicts |> Array.filter (fun verdict -> verdict.Claim.Contains "Wide")
            Expect.equal (wide |> Array.map _.Holds) [| Some true; Some false |] "sqrt-d, then unit"
            Expect.equal comparison.Verdicts.Length 5 "two for each scale, one for all"
            Expect.equal (comparison.MainRate, comparison.LazyThreshold) (1.0, 0.05) "for whoever shows it"

            Expect.equal
                (comparison.Slopes |> Array.countBy _.Spec.InputScale)
                [| InputScale.SqrtD, 4; InputScale.Unit, 4 |]
                "slopes"

        testCase
            "every width at the main rate has its difference to the kernel, with the band that its verdict names"
        <| fun () ->
            let runs = [
                for width in [ 256; 4096 ] do
                    for number in 0..1 do
                        run width number 1.0 0.02 [ 0 .. 199 + width / 256 + number ]
                        run width number 4.0 0.02 [ 0..99 ]
            ]

            let comparison = compare runs
            Expect.equal comparison.Margin 0.01 "for whoever shows it"

            Expect.equal
                (comparison.Differences
                 |> Array.map (fun one -> one.Spec.Width, one.Spec.Rate, one.Spec.Member))
                [| 256, 1.0, 0; 4096, 1.0, 0 |]
                "once each"

            wantClose 1e-12 "means" (comparison.Differences |> Array.map _.Difference.Value) [|
                -0.0015
                -0.0165
            |]

            let wide = comparison.Verdicts |> Array.find _.Claim.Contains("Wide")

            Expect.stringContains
                wide.Evidence
                (VerdictWords.points comparison.Differences[1].Difference)
                "one band"

        testCase "no run at all gives an empty comparison"
        <| fun () ->
            let comparison = compare []
            Expect.isEmpty comparison.Slopes "nothing to summarise"
            Expect.isEmpty comparison.Differences "nothing to compare"
            Expect.isEmpty comparison.Verdicts "nothing to judge"
    ]
