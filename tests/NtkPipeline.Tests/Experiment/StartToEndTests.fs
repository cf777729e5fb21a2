module NtkPipeline.Tests.StartToEndTests

open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.SampleRuns

/// A run whose rank goes from one value to another.
let private ranked width number (before: float) (after: float) =
    let run = run width number 1.0 0.1 []
    let at value (measures: EpochMeasures) = { measures with EffectiveRank = value }

    {
        run with
            Epochs = [|
                at (Some before) run.Epochs[0]
                at None run.Epochs[1]
                at (Some after) run.Epochs[2]
            |]
    }

let private words runs = StartToEnd.words "the effective rank" Quantity.EffectiveRank runs

let tests =
    testList "StartToEnd" [
        testCase "a rank that doubled is not said to fall, and one that fell is not said to rise"
        <| fun () ->
            let rising = [| ranked 16 0 30.0 60.0; ranked 64 0 30.0 31.0 |]

            Expect.equal
                (words rising)
                "From start to end the effective rank fell in 0 of 2 networks (means over seeds) and rose in 2; it changed most from 30 to 60 (m = 16)."
                "rising"

            let falling = [| ranked 16 0 30.0 29.0; ranked 64 0 30.0 12.0 |]

            Expect.equal
                (words falling)
                "From start to end the effective rank fell in 2 of 2 networks (means over seeds) and rose in 0; it changed most from 30 to 12 (m = 64)."
                "falling"

        testCase "seeds count by their mean, and a network that stood still counts for neither"
        <| fun () ->
            let runs = [| ranked 16 0 10.0 20.0; ranked 16 1 30.0 10.0; ranked 64 0 5.0 5.0 |]

            Expect.equal
                (StartToEnd.changes Quantity.EffectiveRank runs
                 |> Array.map (fun (spec, a, b) -> spec.Width, a, b))
                [| 16, 20.0, 15.0; 64, 5.0, 5.0 |]
                "means"

            Expect.stringContains
                (words runs)
                "fell in 1 of 2 networks (means over seeds) and rose in 0;"
                "one fell"

            Expect.stringEnds
                (words [| ranked 16 0 5.0 5.0 |])
                "fell in 0 of 1 network (means over seeds) and rose in 0."
                "still"

        testCase "nothing is said of runs that diverged, nor of what was not measured"
        <| fun () ->
            Expect.equal (words [||]) "" "no run"
            Expect.equal (words [| diverge (ranked 16 0 30.0 60.0) |]) "" "diverged"
            let none = ranked 16 0 1.0 2.0

            let none = {
                none with
                    Epochs = none.Epochs |> Array.map (fun m -> { m with EffectiveRank = None })
            }

            Expect.equal (words [| none |]) "" "no rank"
    ]
