module NtkPipeline.Tests.AnalyticGapTests

open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.GramNetworks

let tests =
    testList "KernelTiles" [
        testCase "the distance to the analytic kernel is measured in every form, on some rows of many"
        <| fun () ->
            let text = "dense 8 b=0.3 | erf | dense 2 b=0.1"
            let network = Networks.parse text
            let x = Networks.rows
            let k = ok (Gram.ntk64 network x None)
            let measure outputs values = ok (AnalyticGap.measure KernelKind.Ntk network outputs x None values)
            let relative outputs values = (Expect.wantSome (measure outputs values) "a gap").Relative
            let exact = k.Values
            let full = exact |> Array.collect (fun v -> [| v; 0.0; 0.0; v |])
            Expect.equal (relative Trace exact) 0.0 "itself"
            Expect.equal (relative Diagonal (exact |> Array.collect (fun v -> [| v; v |]))) 0.0 "each output"
            Expect.equal (relative Full full) 0.0 "different outputs have a kernel of 0"
            let doubled = exact |> Array.map (fun v -> 2.0 * v)
            Expect.floatClose Accuracy.veryHigh (relative Trace doubled) 1.0 "‖2K − K‖/‖K‖"
            let moved = full |> Array.mapi (fun i v -> if i % 4 = 1 then 1.0 else v)
            let norm = sqrt (2.0 * (exact |> Array.sumBy (fun v -> v * v)))
            Expect.floatClose Accuracy.veryHigh (relative Full moved) (float x.Rows / norm) "between outputs"
            let centred = Network.centred network
            let none = ok (AnalyticGap.measure KernelKind.Nngp centred Trace x None exact)
            Expect.isNone none "no distance from 0"
            let probe = AnalyticGap.probe 10000
            Expect.equal (probe.Length, probe[0], Array.last probe) (256, 0, 9999) "evenly spread"
            Expect.equal (Array.distinct probe).Length 256 "each once"
            Expect.equal (AnalyticGap.probe 3) [| 0; 1; 2 |] "all of few"
    ]
