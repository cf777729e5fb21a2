module NtkPipeline.Tests.DepthClaimsTests

open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.SampleRuns
open NtkPipeline.Tests.DepthPhaseTests

let private empty: DepthEvidence = {
    Margin = 0.01
    Majority = 0.57
    BiasVariance = 0.05
    Families = [||]
    Phases = [||]
    Scales = [||]
    KernelOutcomes = [||]
    NetworkOutcomes = [||]
    TrainAccuracies = [||]
    KernelDifferences = [||]
    NetworkDifferences = [||]
    Diverged = 0
    KernelBudget = "100 training rows"
    NetworkBudget = "m = 128"
}

let private judge (words: string) (evidence: DepthEvidence) =
    DepthClaims.all
    |> List.filter _.Name.Contains(words)
    |> List.exactlyOne
    |> fun claim -> claim.Judge evidence

let private scaleOf measured : DepthScaleCheck = {
    WeightVariance = 0.3
    Expected = 1.0
    Measured = measured
    From = 8
    To = 16
}

let private outcome isChaotic relative gain : DepthOutcome = {
    WeightVariance = 0.3
    Layers = 4
    Relative = Some relative
    IsChaotic = isChaotic
    Accuracy = 0.7
    Gain = gain
}

let private difference layers value lower upper : DepthDifference = {
    Family = DepthFamily.Gelu
    Layers = layers
    Fewest = 1
    Accuracy = 0.8
    Difference = { Value = value; Lower = lower; Upper = upper }
}

/// Kernels of one σ_w² whose conditioning is this, from few layers to many.
let private phase weight (conditions: float option list) = [|
    for layers, condition in List.indexed conditions do
        weight, layers + 1, { kernel (layers + 1) 0.1 0.8 with Condition = condition }
|]

let tests =
    testList "DepthClaims" [
        testCase "a decay over ξ layers, another one, and none to be seen"
        <| fun () ->
            let decay scales = (judge "forget" { empty with Scales = scales }).[0]

            decay [| scaleOf 1.05; scaleOf 0.95 |]
            |> wants (Some true) [ "ξ = 1.05 from 8 to 16 layers, in theory 1"; "within a factor 1.15" ]

            decay [| scaleOf 1.05; scaleOf 2.0 |] |> wants (Some false) [ "1 of 2 off" ]
            decay [||] |> wants None [ "No kernels are deep enough" ]

        testCase "depths that ξ divides into kept and lost, that it does not, and that are all one"
        <| fun () ->
            for what, set in
                [
                    "erf kernels lose", (fun outcomes -> { empty with KernelOutcomes = outcomes })
                    "erf networks lose", (fun outcomes -> { empty with NetworkOutcomes = outcomes })
                ] do
                for isChaotic in [ false; true ] do
                    let verdict outcomes = (judge what (set outcomes))[if isChaotic then 1 else 0]

                    let outcome = outcome isChaotic

                    verdict [| outcome 1.0 1.0; outcome 2.0 0.7; outcome 5.0 0.2; outcome 9.0 -0.1 |]
                    |> wants (Some true) [
                        "up to 2 ξ"
                        "from 5 ξ on"
                        (if isChaotic then "chaotic" else "ordered")
                    ]

                    verdict [| outcome 1.0 1.0; outcome 2.0 0.2; outcome 5.0 0.9 |]
                    |> wants (Some false) [ "One of 2 ξ layers has lost the tweets, and one of 5 ξ has not" ]

                    verdict [| outcome 3.0 1.0 |] |> wants None [ "None has lost" ]
                    verdict [| outcome 3.0 0.0 |] |> wants None [ "All have lost" ]
                    verdict [||] |> wants None [ "none of this phase" ]

        testCase "conditioning that follows the phase, that goes against it, and that does neither"
        <| fun () ->
            let conditioning phases = judge "conditioning" { empty with Phases = phases }
            let ordered phases = (conditioning phases)[0]
            let chaotic phases = (conditioning phases)[1]
            let up, down = [ Some 10.0; Some 1e6 ], [ Some 1e6; Some 10.0 ]

            ordered (phase 0.3 up) |> wants (Some true) [ "σ_w² = 0.3: 10 at 1 layer, 1e+06 at 2"; "ordered" ]

            ordered (phase 0.3 [ Some 10.0; None ]) |> wants (Some true) [ "past float64 at 2" ]
            ordered (phase 0.3 down) |> wants (Some false) []
            ordered (Array.append (phase 0.3 up) (phase 0.5 down)) |> wants None []
            chaotic (phase 8.0 down) |> wants (Some true) [ "chaotic" ]
            chaotic (phase 8.0 up) |> wants (Some false) []
            chaotic (phase 0.3 up) |> wants None [ "not two kernels of this phase" ]

        testCase "depths that tie, that differ, and that cannot be told, for kernels and for networks"
        <| fun () ->
            for what, set in
                [
                    "accuracy of kernels", (fun all -> { empty with KernelDifferences = all })
                    "accuracy of trained networks", (fun all -> { empty with NetworkDifferences = all })
                ] do
                let verdict all = (judge what (set all))[0]

                verdict [| difference 3 0.004 -0.002 0.01; difference 10 -0.006 -0.01 0.002 |]
                |> wants (Some true) [ "Of 2 comparisons"; "gelu with 10: −0.6"; "0 bands exclude 0" ]

                verdict [| difference 3 0.004 -0.01 0.02; difference 10 -0.1 -0.15 -0.05 |]
                |> wants (Some false) [ "−10.0"; "1 band excludes 0" ]

                verdict [| difference 3 0.02 -0.01 0.05 |]
                |> wants None [ "though none lies beyond it as a whole" ]

                verdict [| difference 3 0.0 -0.12 0.12 |]
                |> wants None [ "reach further from 0 than the margin" ]

                verdict [| difference 3 0.03 0.005 0.05 |] |> wants None [ "1 band excludes 0" ]
                verdict [||] |> wants None [ "not two depths" ]
    ]
