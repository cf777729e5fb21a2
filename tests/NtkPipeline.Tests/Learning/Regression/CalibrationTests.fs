module NtkPipeline.Tests.CalibrationTests

open System
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.KernelSamples

let private truth = { Slope = 2.0; Offset = -0.5 }

let private drawn count =
    let random = Random 8
    let outputs = Array.init count (fun _ -> 4.0 * random.NextDouble() - 2.0)

    let labels =
        outputs
        |> Array.map (fun f -> if random.NextDouble() < Calibration.probability truth f then 1.0 else -1.0)

    labels, outputs

let tests =
    testList "Calibration" [
        testCase "the sigmoid that labels were drawn from is found"
        <| fun () ->
            let fitted = drawn 40000 ||> Calibration.fit

            wantClose 0.1 "within sampling error" [| fitted.Slope; fitted.Offset |] [|
                truth.Slope
                truth.Offset
            |]

        testCase "no sigmoid nearby is likelier"
        <| fun () ->
            let labels, outputs = drawn 300
            let fitted = Calibration.fit labels outputs
            let best = Calibration.loss labels outputs fitted

            for slope, offset in [ 1e-3, 0.0; -1e-3, 0.0; 0.0, 1e-3; 0.0, -1e-3; 1e-3, -1e-3 ] do
                let near = { Slope = fitted.Slope + slope; Offset = fitted.Offset + offset }
                Expect.isGreaterThan (Calibration.loss labels outputs near) best "a step to any side"

            let across = { Slope = fitted.Slope + 1e-5; Offset = fitted.Offset }
            let slope = (Calibration.loss labels outputs across - best) / 1e-5
            Expect.isLessThan (abs slope) 1e-2 "the loss is flat here"

        testCase "separable rows, one class and constant outputs give a finite sigmoid"
        <| fun () ->
            for labels, outputs in
                [
                    [| -1.0; -1.0; 1.0; 1.0 |], [| -2.0; -1.0; 1.0; 3.0 |]
                    [| 1.0; 1.0; 1.0 |], [| 0.5; 1.0; -1.0 |]
                    [| 1.0; -1.0; 1.0 |], [| 0.3; 0.3; 0.3 |]
                    [| 1.0; -1.0 |], [| 1e9; -1e9 |]
                ] do
                let fitted = Calibration.fit labels outputs
                Expect.all [ fitted.Slope; fitted.Offset ] Double.IsFinite "no NaN"

                Expect.all
                    outputs
                    (fun f -> let p = Calibration.probability fitted f in p >= 0.0 && p <= 1.0)
                    "a probability"

        testCase "log loss, Brier score, calibration error and bins are their definitions"
        <| fun () ->
            let labels = [| 1.0; -1.0; 1.0; 1.0; -1.0 |]
            let probabilities = [| 0.9; 0.2; 0.25; 1.0; 0.95 |]
            let reliability = Calibration.reliability 2 labels probabilities
            let squares = [| 0.01; 0.04; 0.5625; 0.0; 0.9025 |]
            wantClose 1e-15 "Brier" [| reliability.Brier |] [| Array.average squares |]
            // The row of probability 0.95 is negative; that of 1 costs nothing.
            let logs = [ 0.9; 0.8; 0.25; 1.0; 0.05 ] |> List.averageBy (fun p -> -log p)
            wantClose 1e-12 "log loss" [| reliability.LogLoss |] [| logs |]
            let below, above = reliability.Bins[0], reliability.Bins[1]
            Expect.equal (below.Count, above.Count) (2, 3) "1 falls into the last bin"
            wantClose 1e-15 "below" [| below.MeanProbability; below.PositiveShare |] [| 0.225; 0.5 |]
            wantClose 1e-15 "above" [| above.MeanProbability; above.PositiveShare |] [| 0.95; 2.0 / 3.0 |]
            let expected = 0.4 * 0.275 + 0.6 * (0.95 - 2.0 / 3.0)
            wantClose 1e-15 "expected error" [| reliability.ExpectedError |] [| expected |]

        testCase "a sigmoid is fitted on the one rows and judged on the others"
        <| fun () ->
            let labels, outputs = drawn 400
            let fitted = Calibration.fit labels[..299] outputs[..299]
            let judged = Calibration.judge 10 labels[..299] outputs[..299] labels[300..] outputs[300..]
            Expect.equal judged.Sigmoid fitted "on the first"
            Expect.equal judged.Rows 100 "on the last"
            let p = outputs[300..] |> Array.map (Calibration.probability fitted)
            Expect.equal judged.Reliability (Calibration.reliability 10 labels[300..] p) "their diagram"

        testCase "true probabilities are reliable, exaggerated ones are not"
        <| fun () ->
            let labels, outputs = drawn 40000

            let judge sigmoid =
                outputs |> Array.map (Calibration.probability sigmoid) |> Calibration.reliability 10 labels

            Expect.isLessThan (judge truth).ExpectedError 0.01 "sampling error only"
            Expect.isGreaterThan (judge { truth with Slope = 6.0 }).ExpectedError 0.05 "too sure"
            Expect.isLessThan (judge truth).Brier (judge { truth with Slope = 6.0 }).Brier "and scored worse"
            Expect.isLessThan (judge truth).LogLoss (judge { truth with Slope = 6.0 }).LogLoss "both ways"
            let never = Calibration.reliability 2 [| 1.0 |] [| 0.0 |]
            wantClose 1e-9 "even the impossible costs a finite loss" [| never.LogLoss |] [| -log 1e-15 |]
    ]
