module NtkPipeline.Tests.WidthLimitTests

open Expecto
open NtkPipeline.Core
open TorchSharp

/// Rows of three norms: one, twice it, half of it turned round, one nearly parallel to it, and one elsewhere.
let private rows: Matrix<float> =
    Matrix.ofRows 4 [|
        [| 0.5; 0.75; -0.25; 1.0 |]
        [| 1.0; 1.5; -0.5; 2.0 |]
        [| -0.25; -0.375; 0.125; -0.5 |]
        [| 0.55; 0.72; -0.23; 1.01 |]
        [| 0.0; 1.0; 3.0; 0.0 |]
    |]

let private pairs = [ 0, 0; 0, 1; 0, 2; 0, 3; 0, 4; 4, 4 ]
let private seeds = 64
let private text phi = $"dense 4096 w=1.4 b=0.3 | %s{phi} | dense 1 w=1.2 b=0.1"

/// The networks of seeds 1 … 64, the first that were tried. Activations have no parameters, so that all share them.
let private networks =
    lazy
        (let network = Networks.parse (text "relu")

         Array.init seeds (fun k ->
             Forward.draw network 4 (Seed.root (uint64 (k + 1))) torch.ScalarType.Float64))

/// 6 pairs an activation, 96 comparisons of 16. A Student's t of 63 degrees lies beyond ±3 with probability 0.0039, so that
/// 0.37 of 96 would by chance. With one hidden layer the mean over networks is the analytic kernel at any width.
let tests =
    testList "slow: at width 4096 the mean over 64 seeds is the analytic kernel, within 3 standard errors" [
        for activation in Networks.finite do
            let phi = Activation.print activation

            testCase phi
            <| fun () ->
                // Outside of any scope, as others need them too.
                let networks' = networks.Value
                use _ = torch.NewDisposeScope()
                let network = Networks.parse (text phi)
                let x = (Tensors.ofMatrix64 rows).clone()
                let analytic = Expect.wantOk (Gram.ntk64 network rows None) phi

                let samples =
                    networks'
                    |> Array.map (fun theta ->
                        use _ = torch.NewDisposeScope()
                        Tensors.toMatrix64 (EmpiricalNtk.contraction network theta x None))

                for i, j in pairs do
                    let values = samples |> Array.map (fun sample -> sample[i, j])
                    let mean = Array.average values

                    let variance =
                        (values |> Array.sumBy (fun v -> (v - mean) * (v - mean))) / float (seeds - 1)

                    let error = sqrt (variance / float seeds)
                    let distance = abs (mean - analytic[i, j]) / error

                    Expect.isLessThan
                        distance
                        3.0
                        $"rows %d{i} and %d{j}: %g{mean} ± %g{error}, analytic %g{analytic[i, j]}"
    ]
