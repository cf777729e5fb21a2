module NtkPipeline.Tests.FeatureVerdictsTests

open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.SampleRuns
open NtkPipeline.Tests.SampleContest

let tests =
    testList "FeatureVerdicts" [
        testCase "claims: networks that help, that do not, of which it cannot be told, and lazy ones"
        <| fun () ->
            let first move wrong = (verdicts (evidence move wrong))[0]

            first 0.5 better
            |> wants (Some true) [
                "+10.0 percentage points"
                "90.0%"
                "80.0%"
                "1 kernel and 3 pairs"
                "p < 0.001"
                "stopped after 2 epochs"
            ]

            first 0.5 worse |> wants (Some false) [ "−10.0"; "ΔΘ = 50.0%" ]
            first 0.5 same |> wants None [ "0.0 percentage points"; "p = 1" ]

            // They disagree, evenly.
            first 0.5 (fun _ -> [ 20..219 ])
            |> wants None [
                "disagree on 40, of which the networks have 20 right"
                "four times out of five"
            ]

            first 0.01 better |> wants None [ "+10.0"; "they are lazy" ]

            { evidence 0.5 better with Contest = None } |> verdicts |> Array.head |> wants None [ "diverged" ]

        testCase "claims: a kernel that is enough, that is not, and of which it cannot be told"
        <| fun () ->
            let second wrong = (verdicts (evidence 0.5 wrong))[1]
            second same |> wants (Some true) [ "the margin is +1.0 points" ]
            second better |> wants (Some false) [ "+10.0" ]
            second (fun _ -> [ 30..229 ]) |> wants None [ "validation tweets to show" ]

            { evidence 0.5 better with Contest = None }
            |> verdicts
            |> Array.item 1
            |> wants None [ "diverged" ]

        testCase
            "claims: a kernel after training that is better, that is worse, that is the same, and that is not there"
        <| fun () ->
            let third tangents = (verdicts (judge (input (networks 0.5 same) tangents)))[2]
            third [| tangent [ 0..199 ] [ 0..99 ] |] |> wants (Some true) [ "+10.0"; "400 of 0 fitted rows" ]
            third [| tangent [ 0..99 ] [ 0..199 ] |] |> wants (Some false) [ "−10.0" ]
            third [| plain |] |> wants None [ "0.0 percentage points" ]
            third [||] |> wants None [ "no trained network" ]

            third [| { plain with After = None; Refusal = Some "it diverged" } |]
            |> wants None [ "it diverged" ]

        testCase "the answer says whether it helps, by how much, and what would tell"
        <| fun () ->
            let answer move wrong = evidence move wrong |> FeatureVerdicts.answer |> String.concat " "

            let says fragments text =
                for fragment in fragments do
                    Expect.stringContains text fragment "it says so"

            answer 0.5 better |> says [ "Feature learning helps"; "+10.0"; "not enough" ]
            answer 0.5 worse |> says [ "does not help"; "−10.0"; "is enough" ]
            answer 0.5 same |> says [ "brings nothing that shows"; "is enough" ]

            answer 0.5 (fun _ -> [ 30..229 ])
            |> says [ "These numbers cannot tell whether"; "cannot be told"; "would take about" ]

            answer 0.01 better |> says [ "not by features" ]
            answer 0.01 same |> says [ "hardly put to the test"; "hardly move their kernel" ]
            Expect.isEmpty (FeatureVerdicts.answer { evidence 0.5 same with Contest = None }) "nothing to say"
    ]
