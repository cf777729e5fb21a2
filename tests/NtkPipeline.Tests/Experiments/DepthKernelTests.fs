module NtkPipeline.Tests.DepthKernelTests

open Expecto
open TorchSharp
open MathNet.Numerics.LinearAlgebra
open NtkPipeline.Core
open NtkPipeline.Tests.KernelSamples

let private count, columns = 24, 5

/// Rows of norm √d, and targets by the sign of a product.
let private problem =
    lazy
        (use _ = torch.NewDisposeScope()
         let x = SmallStack.normal 31L [ count; columns ]
         let rows = x / x.square().sum(1L, keepdim = true).sqrt() * (sqrt (float columns)).ToScalar()
         let y = (x.select (1L, 0L) * x.select (1L, 1L)).sign() |> Tensors.toArray64
         Tensors.toMatrix64 rows, y)

let private measured text =
    let rows, y = problem.Value
    Expect.wantOk (DepthKernel.measure 32 text rows y |> Result.mapError _.Sentence) "a kernel"

let tests =
    testList "DepthKernel" [
        for family in DepthFamily.all do
            testCase
                $"%s{DepthFamily.print family}: conditioning, rank, spread and leave-one-out have second witnesses"
            <| fun () ->
                let rows, y = problem.Value
                let text = DepthFamily.network 3 family
                let found = measured text
                let network = DepthKernel.network 32 text
                let theta = Expect.wantOk (Gram.ntk64 network rows None) "Θ"
                let eigenvalues = (dense theta).Evd(Symmetricity.Symmetric).EigenValues.Real().ToArray()
                let least, most = Array.min eigenvalues, Array.max eigenvalues
                let condition = Expect.wantSome found.Condition "not singular"
                wantClose (1e-8 * condition) "λ_max/λ_min" [| condition |] [| most / least |]

                let shares = eigenvalues |> Array.map (fun value -> value / Array.sum eigenvalues)
                let entropy = shares |> Array.sumBy (fun share -> -share * log share)
                wantClose 1e-8 "effective rank" [| found.EffectiveRank |] [| exp entropy |]

                let ridge = found.RelativeRidge * (Array.init count (fun i -> theta[i, i]) |> Array.average)

                let leftOut = Array.init count (fun i -> (heldOut ridge theta y [| i |])[0])
                wantClose 1e-8 "leave-one-out" found.LeftOut leftOut
                let hits = Array.map2 (fun f t -> if f * t > 0.0 then 1.0 else 0.0) leftOut y
                wantClose 1e-12 "its accuracy" [| found.Accuracy |] [| Array.average hits |]

                let nngp = Expect.wantOk (Gram.nngp64 network rows None) "K"

                let correlations = [|
                    for i in 0 .. count - 1 do
                        for j in i + 1 .. count - 1 do
                            nngp[i, j] / sqrt (nngp[i, i] * nngp[j, j])
                |]

                let mean = Array.average correlations
                let spread = sqrt (correlations |> Array.averageBy (fun c -> (c - mean) ** 2.0))
                wantClose 1e-12 "correlations" [| found.Correlation; found.Spread |] [| mean; spread |]

        testCase "a kernel whose entries all but agree has no conditioning, and is refused by nobody"
        <| fun () ->
            let found = measured (DepthGrid.phaseNetwork 0.1 0.05 60)
            Expect.isNone found.Condition "λ_min is rounding"
            Expect.isTrue (System.Double.IsFinite found.Accuracy) "an accuracy all the same"
            Expect.isLessThan found.Spread 1e-10 "all alike"

        testCase "networks have as many hidden layers as they say"
        <| fun () ->
            for family in DepthFamily.all do
                for layers in [ 1; 2; 5 ] do
                    let architecture =
                        Expect.wantOk (Architecture.parse (DepthFamily.network layers family)) "it is one"

                    let units = Network.denseLayers 7 (Architecture.at Width.one architecture) |> List.length

                    Expect.equal units (layers + 1) $"%s{architecture.Text}"

            let architecture = Expect.wantOk (Architecture.parse (DepthGrid.phaseNetwork 1.5 0.05 4)) "one"
            Expect.equal (Network.denseLayers 7 (Architecture.at Width.one architecture)).Length 5 "and erf"

            for _, _, prior in Network.denseLayers 7 (Architecture.at Width.one architecture) do
                wantClose 1e-12 "variances" [| prior.WeightVariance; prior.BiasVariance |] [| 1.5; 0.05 |]
    ]
