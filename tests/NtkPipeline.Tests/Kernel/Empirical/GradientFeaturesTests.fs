module NtkPipeline.Tests.GradientFeaturesTests

open Expecto
open TorchSharp
open NtkPipeline.Core

let private furthest (a: torch.Tensor) (b: torch.Tensor) = (a - b).abs().max().item<float>()

let private draw text columns =
    let network = Networks.parse text
    network, Forward.draw network columns (Seed.root 3UL) torch.float64

let tests =
    testList "GradientFeatures" [
        for text in
            [
                "dense 6 | relu | dense 1"
                "dense 6 w=1.4 b=0.3 | erf | dense 5 w=1.2 | erf | dense 1 b=0.2"
                "dense 6 b=0.3 param=standard | tanh | dense 1 param=standard | scale(2.5)"
                "dense 6 | residual(relu | dense 6 b=0.1) | gelu | dense 1"
            ] do
            testCase $"%s{text}: one pass gives the Jacobian"
            <| fun () ->
                use _ = torch.NewDisposeScope()
                let network, theta = draw text 4
                let x = SmallStack.normal 5L [ 9; 4 ]

                let found, expected =
                    GradientFeatures.tangent network theta x, EmpiricalNtk.jacobian network theta x

                Expect.equal found.shape expected.shape "N × P"
                Expect.isLessThan (furthest found expected) 1e-12 "row by row"

        testCase "the last layer's features are relu(W₁x/√d)/√m, and f is their sum with W₂"
        <| fun () ->
            use _ = torch.NewDisposeScope()
            let network, theta = draw "dense 6 | relu | dense 1" 4
            let x = SmallStack.normal 5L [ 9; 4 ]
            let found = GradientFeatures.last network theta x
            let expected = x.mm(theta[0].W.t()).div((2.0).ToScalar()).relu().div(sqrt(6.0).ToScalar())
            Expect.isLessThan (furthest found expected) 1e-12 "features"
            Expect.isLessThan (furthest (found.mm (theta[1].W.t())) (Forward.apply network theta x)) 1e-12 "f"

        testCase "of the m(d + 1) gradients of a ReLU network m·d are independent"
        <| fun () ->
            use _ = torch.NewDisposeScope()
            let network, theta = draw "dense 7 | relu | dense 1" 4
            let x = SmallStack.normal 5L [ 200; 4 ]

            let spectrum =
                Expect.wantOk (FeatureSpectrum.decompose "J" (GradientFeatures.tangent network theta x)) "J"

            Expect.equal spectrum.Features.shape[1] 35L "parameters"
            Expect.equal spectrum.Rank 28 "m·d"

        testCase "least norm on the gradients is ridgeless regression with Θ̂₀, to 1e-8"
        <| fun () ->
            use _ = torch.NewDisposeScope()
            let network, theta = draw "dense 40 | relu | dense 1" 5
            let x, z = SmallStack.normal 5L [ 30; 5 ], SmallStack.normal 6L [ 11; 5 ]
            let y = SmallStack.signs 7L 30 |> Tensors.toArray64
            let features = GradientFeatures.tangent network theta
            let spectrum = Expect.wantOk (FeatureSpectrum.decompose "J" (features x)) "J"
            let found = FeatureRidge.leastNorm spectrum y (features z)
            let kernel = EmpiricalNtk.gram network theta x None |> Tensors.toMatrix64 |> KernelMatrix.Double

            let fit =
                Expect.wantOk
                    (RidgeFit.fit "Θ̂₀" (RidgeSource.Given 0.0) None kernel (Matrix.create 30 1 y))
                    "ridgeless"

            let cross =
                EmpiricalNtk.gram network theta z (Some x) |> Tensors.toMatrix64 |> KernelMatrix.Double

            let outputs = Expect.wantOk (RidgeFit.predict "Θ̂₀" cross fit) "outputs"
            KernelSamples.wantClose 1e-8 "outputs" found.Outputs outputs.Values
    ]
