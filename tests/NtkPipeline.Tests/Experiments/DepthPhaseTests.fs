module NtkPipeline.Tests.DepthPhaseTests

open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.KernelSamples

let kernel layers spread accuracy : DepthKernel = {
    Point = $"%d{layers} layers"
    Rows = 100
    Condition = Some 1000.0
    EffectiveRank = 20.0
    Correlation = 0.5
    Spread = spread
    RelativeRidge = 0.1
    Error = 0.5
    Accuracy = accuracy
    LeftOut = Array.create 100 1.0
}

let private scale weight =
    Expect.wantSome (DepthPhase.place Erf.activation weight 0.05).Propagation.DepthScale "ξ"

let tests =
    testList "DepthPhase" [
        testCase "ξ of exact exponentials is found from the deepest two that still tell rows apart"
        <| fun () ->
            let ofScale xi =
                [|
                    for layers in [ 1; 2; 4; 8; 16; 64 ] do
                        layers, kernel layers (exp (-float layers / xi)) 0.8
                |]
                |> DepthPhase.check 0.05 0.3

            let found = Expect.wantSome (ofScale 1.0) "a scale"
            Expect.equal (found.From, found.To) (8, 16) "at 64 it is rounding"
            wantClose 1e-9 "measured and expected" [| found.Measured; found.Expected |] [| 1.0; scale 0.3 |]

        testCase "kernels that are not deep enough beside ξ, or do not forget, show none"
        <| fun () ->
            let shallow = [| for layers in [ 1; 2 ] -> layers, kernel layers (0.5 ** float layers) 0.8 |]
            Expect.isNone (DepthPhase.check 0.05 1.5 shallow) "ξ is over 30"
            let still = [| for layers in [ 8; 16 ] -> layers, kernel layers 0.1 0.8 |]
            Expect.isNone (DepthPhase.check 0.05 0.3 still) "no decay"
            Expect.isNone (DepthPhase.check 0.05 0.3 [||]) "none"

        testCase "outcomes: gains beside the best and the more frequent class, depth in units of ξ"
        <| fun () ->
            let found = DepthPhase.outcomes 0.05 (0.6, 0.8) 0.3 [| 4, 0.71; 1, 0.8; 16, 0.58 |]
            wantClose 1e-12 "gains, by depth" (found |> Array.map _.Gain) [| 1.0; 0.55; -0.1 |]

            wantClose
                1e-12
                "depths"
                (found |> Array.map (fun outcome -> Option.defaultValue nan outcome.Relative))
                ([| 1.0; 4.0; 16.0 |] |> Array.map (fun layers -> layers / scale 0.3))

            Expect.equal (found |> Array.map _.IsChaotic |> Array.distinct) [| false |] "ordered"

            Expect.equal
                (DepthPhase.edges found)
                (found[1].Relative, found[2].Relative)
                "kept to 4, lost at 16"

            let none = DepthPhase.outcomes 0.05 (0.6, 0.6) 3.0 [| 1, 0.5; 2, 0.6 |]
            Expect.equal (none |> Array.map _.Gain) [| 0.0; 0.0 |] "none gains anything"
            // Of a σ_w² at which all but name the more frequent class, the best has lost the rows too.
            let lost = DepthPhase.outcomes 0.05 (0.6, 0.8) 3.0 [| 1, 0.61; 2, 0.6 |]
            Expect.isTrue lost[0].IsChaotic "chaotic"
            Expect.isNone (fst (DepthPhase.edges lost)) "none kept"

        testCase "gelu: the picture of the plane agrees with the critical line where there is one"
        <| fun () ->
            let line = DepthPhase.criticalLine Gelu.activation
            Expect.isGreaterThan line.Length 10 "a line"

            for row, bias in Array.zip (DepthPhase.plane Gelu.activation) DepthPhase.biases do
                let atLine = line |> Array.minBy (fun (_, b) -> abs (b - bias)) |> fst

                for place in row do
                    if place.WeightVariance < 1.9 then
                        Expect.isLessThan place.Propagation.Slope 1.0 "order"
                    elif place.WeightVariance > (if bias > 0.173 then atLine + 0.1 else 2.2) then
                        Expect.isGreaterThan place.Propagation.Slope 1.0 "chaos"

        testCase "the picture of the plane agrees with the critical line"
        <| fun () ->
            let line = DepthPhase.criticalLine Erf.activation
            Expect.isGreaterThan line.Length 50 "a line"
            let plane = DepthPhase.plane Erf.activation

            for row, bias in Array.zip plane DepthPhase.biases do
                // σ_w² of the line at this σ_b², between neighbours.
                let crossing =
                    Array.pairwise line
                    |> Array.tryPick (fun ((w, b), (w', b')) ->
                        if b <= bias && bias < b' then
                            Some(w + (bias - b) / (b' - b) * (w' - w))
                        else
                            None)

                match crossing with
                | None ->
                    Expect.contains [ 0.0; Array.last DepthPhase.biases ] bias "between the ends all are met"
                | Some crossing ->
                    for place in row do
                        if abs (place.WeightVariance - crossing) > 0.05 then
                            Expect.equal
                                (place.Propagation.Slope > 1.0)
                                (place.WeightVariance > crossing)
                                $"σ_w² = %g{place.WeightVariance}, σ_b² = %g{bias}"
    ]
