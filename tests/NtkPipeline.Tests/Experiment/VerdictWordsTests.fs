module NtkPipeline.Tests.VerdictWordsTests

open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.SampleRuns

let tests =
    testList "VerdictWords" [
        testCase "one of a thing is one, several are several"
        <| fun () ->
            for count, one, three in
                [
                    VerdictWords.networks, "1 network", "3 networks"
                    VerdictWords.hiddenLayers, "1 hidden layer", "3 hidden layers"
                    VerdictWords.count "row", "1 row", "3 rows"
                    VerdictWords.leftOut,
                    "1 network diverged and is left out.",
                    "3 networks diverged and are left out."
                ] do
                Expect.equal (count 1, count 3) (one, three) one

            let over runs = (FallsAlong.judge "claim" "setting" "ΔΘ ∝ α" "Theory." (runs, None)).Evidence
            Expect.stringStarts (over 1) "Over 1 network, " "one"
            Expect.stringStarts (over 4) "Over 4 networks, " "four"

        testCase "a norm is written as the charts write it, not as settings name it"
        <| fun () ->
            for scale, words in [ InputScale.Unit, "‖x‖ = 1, "; InputScale.SqrtD, "‖x‖ = √d, " ] do
                let one = { run 64 0 1.0 0.1 [] with Spec.InputScale = scale }
                Expect.stringStarts (VerdictWords.setting one.Spec [| one |]) words "a setting"
                Expect.equal (Axis.inputScale.Show(Axis.inputScale.Of one.Spec) + ", ") words "a legend"
    ]
