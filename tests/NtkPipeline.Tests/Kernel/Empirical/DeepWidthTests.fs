module NtkPipeline.Tests.DeepWidthTests

open Expecto
open NtkPipeline.Core
open TorchSharp

let private text (phi: string) (m: int) =
    $"dense %d{m} w=2 b=0.3 | %s{phi} | dense %d{m} w=2 b=0.2 | %s{phi} | dense %d{m} w=2 | %s{phi} | dense 1 w=1.1 b=0.1"

let private pairs = [ 0, 0; 0, 1; 1, 2; 1, 3; 1, 6; 6, 6 ]
let private seeds = 1024

/// K̂ of the pairs, of one network of each activation: with the same draw, as activations have no parameters.
let private sample (networks: Network list) (x: torch.Tensor) (seed: int) : float[][] =
    use _ = torch.NewDisposeScope()
    let theta = Forward.draw networks.Head 4 (Seed.root (uint64 seed)) torch.ScalarType.Float64

    [|
        for network in networks do
            use _ = torch.NewDisposeScope()
            let prior = Expect.wantOk (FeatureKernel.lastLayer network) "a dense layer"
            let trace = (FeatureKernel.trace network prior theta x)[0]
            let k = Tensors.toMatrix64 (trace.Input.mm (trace.Input.t ()))
            [| for i, j in pairs -> trace.WeightScale * k[i, j] + trace.BiasScale |]
    |]

let private mean (values: float[]) = Array.average values

/// The squared standard error of the mean.
let private error (values: float[]) =
    let mean = mean values

    (values |> Array.sumBy (fun v -> (v - mean) * (v - mean)))
    / float (values.Length - 1)
    / float values.Length

/// Below the last layer the mean over networks of width m is K + c/m + O(1/m²). Of m and 2m, 2·K̄(2m) − K̄(m) is K + O(1/m²)
/// (Richardson's extrapolation), with the standard error √(4·e(2m)² + e(m)²).
let tests =
    testList "slow: finite NNGP kernels of depth 3" [
        testCase "extrapolated from widths 8 and 16, their mean over networks is the analytic kernel"
        <| fun () ->
            use _ = torch.NewDisposeScope()

            let phis = [
                Relu.activation
                Abs.activation
                Erf.activation
                Gelu.activation
                Sin.activation
                Gaussian.activation
            ]

            let networks m = [ for phi in phis -> Networks.parse (text (Activation.print phi) m) ]
            let x = (Tensors.ofMatrix64 Networks.rows).clone()

            let samples m =
                let networks = networks m
                Array.init seeds (fun k -> sample networks x (k + 1))

            let narrow, wide = samples 8, samples 16
            let biased = ref 0

            phis
            |> List.iteri (fun p phi ->
                let network = (networks 8)[p]
                let analytic = Expect.wantOk (Gram.nngp64 network Networks.rows None) "analytic"

                pairs
                |> List.iteri (fun q (i, j) ->
                    let narrow, wide =
                        narrow |> Array.map (fun s -> s[p][q]), wide |> Array.map (fun s -> s[p][q])

                    let k = analytic[i, j]
                    let extrapolated = 2.0 * mean wide - mean narrow
                    let uncertain = sqrt (4.0 * error wide + error narrow)

                    if abs (mean narrow - k) > 3.0 * sqrt (error narrow) then
                        biased.Value <- biased.Value + 1

                    Expect.isLessThan
                        (abs (extrapolated - k) / uncertain)
                        3.0
                        $"%s{Activation.print phi}, rows %d{i} and %d{j}: %g{extrapolated} ± %g{uncertain}, analytic %g{k}"))

            // Else the test above would say nothing of extrapolation.
            Expect.isGreaterThan biased.Value 5 "without it, the narrow networks' mean lies outside"
    ]
