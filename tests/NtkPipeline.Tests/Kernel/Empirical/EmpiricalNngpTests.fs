module NtkPipeline.Tests.EmpiricalNngpTests

open Expecto
open TorchSharp
open NtkPipeline.Core
open NtkPipeline.Tests.TileSamples

let tests =
    testList "KernelTiles" [
        testCase
            "the NNGP kernel of finite networks is the last layer's covariance; its mean is the analytic one"
        <| fun () ->
            use _ = torch.NewDisposeScope()
            let text = "dense 64 w=1.4 b=0.3 | erf | dense 2 w=1.2 b=0.1"
            let x = RowSource.ofMatrix Networks.rows

            let kernel text seed =
                let tiles =
                    EmpiricalTiles.nngp
                        Precision.double
                        torch.CPU
                        256
                        (Networks.parse text)
                        (Seed.root seed)
                        x
                        None

                array (ok tiles)

            // By hand: features of the first layer, and the last layer's prior.
            let network = Networks.parse text
            let theta = Forward.draw network 4 (Seed.root 5UL) torch.float64
            let below = Networks.parse "dense 64 w=1.4 b=0.3 | erf"
            let features = Forward.apply below theta[..0] (Tensors.ofMatrix64 Networks.rows)
            let gram = features.mm(features.t ()).mul((1.44 / 64.0).ToScalar()).add((0.01).ToScalar())
            Expect.isLessThan (gap (kernel text 5UL) (Tensors.toArray64 gram)) 1e-14 "σ_w²/fan_in·a·a + σ_b²"
            let standard = "dense 64 w=1.4 b=0.3 | erf | dense 2 w=1.2 b=0.1 param=standard"
            Expect.isLessThan (gap (kernel standard 5UL) (kernel text 5UL)) 1e-14 "of either parameterisation"
            let scaled = kernel (text + " | scale(2)") 5UL |> Array.map (fun v -> v / 4.0)
            Expect.isLessThan (gap scaled (kernel text 5UL)) 1e-14 "α²"
            Expect.all (kernel (text + " | centred") 5UL) (fun v -> v = 0.0) "0 before training"

            // Unbiased at any width of one hidden layer: 300 first seeds, within 4 standard errors.
            let samples = [| for seed in 1UL .. 300UL -> kernel text seed |]
            let analytic = ok (Gram.nngp64 network Networks.rows None)

            for k in 0 .. analytic.Values.Length - 1 do
                let values = samples |> Array.map (fun sample -> sample[k])
                let mean = Array.average values
                let variance = (values |> Array.sumBy (fun v -> (v - mean) * (v - mean))) / 299.0
                let distance = abs (mean - analytic.Values[k]) / (sqrt (variance / 300.0) + 1e-12)
                Expect.isLessThan distance 4.0 $"entry %d{k}: %g{mean}, analytic %g{analytic.Values[k]}"

            for ending in [ "dense 5 | relu"; "dense 5 | residual(relu | dense 5)" ] do
                let refusal = EmpiricalTiles.planNngp Precision.double 1e9 (Networks.parse ending) x None

                Expect.stringContains
                    (Expect.wantError refusal ending).Sentence
                    "dense layer at the end"
                    ending
    ]
