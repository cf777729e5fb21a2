module NtkPipeline.Tests.OptimiserTests

open System
open Expecto
open FsCheck
open TorchSharp
open NtkPipeline.Core
open NtkPipeline.Tests

let private share (NormalFloat x) = let part = abs x - floor (abs x) in if part < 1.0 then part else 0.5

let tests =
    testList "Optimiser" [
        testProperty "what is printed is parsed as the same"
        <| fun (a: NormalFloat) (b: NormalFloat) (c: NormalFloat) ->
            for optimiser in
                [
                    Optimiser.Descent
                    Optimiser.Momentum(share a)
                    Optimiser.adam
                    Optimiser.Adam(share a, share b, share c + 1e-12)
                    Optimiser.SignDescent
                ] do
                Expect.equal (Optimiser.parse (Optimiser.print optimiser)) (Ok optimiser) "the same"

        testCase "texts are those of people"
        <| fun () ->
            for text, optimiser in
                [
                    "descent", Optimiser.Descent
                    "momentum(0.9)", Optimiser.Momentum 0.9
                    " momentum ( 0.9 ) ", Optimiser.Momentum 0.9
                    "adam", Optimiser.Adam(0.9, 0.999, 1e-8)
                    "adam(0.9, 0.999, 1e-8)", Optimiser.adam
                    "adam(0.5,0.9,0.001)", Optimiser.Adam(0.5, 0.9, 1e-3)
                    "sign", Optimiser.SignDescent
                ] do
                Expect.equal (Optimiser.parse text) (Ok optimiser) text

            Expect.equal (Optimiser.print (Optimiser.Momentum 0.9)) "momentum(0.9)" "momentum"
            Expect.equal (Optimiser.print Optimiser.adam) "adam" "its paper's"

            Expect.equal (Optimiser.print (Optimiser.Adam(0.9, 0.99, 1e-8))) "adam(0.9, 0.99, 1e-08)" "others"

        testCase "others are refused in a sentence"
        <| fun () ->
            for text, part in
                [
                    "", "there are descent, momentum(0.9)"
                    "newton", "'newton' is not an optimiser"
                    "momentum", "is not an optimiser"
                    "momentum(0.9", "is not an optimiser"
                    "momentum(0,9)", "is not an optimiser"
                    "momentum()", "is not an optimiser"
                    "sign()", "is not an optimiser"
                    "descent(1)", "is not an optimiser"
                    "momentum(1)", "below 1, not 1"
                    "momentum(-0.1)", "below 1, not -0.1"
                    "momentum(nan)", "not nan"
                    "momentum(1e-400)", "'1e-400': it is too small for float64"
                    "adam(1, 0.9, 1e-8)", "β₁ and β₂"
                    "adam(0.9, 0.9, 0)", "ε is above 0"
                    "adam(0.9, 0.9, Infinity)", "ε is above 0"
                ] do
                Expect.stringContains (Expect.wantError (Optimiser.parse text) text) part "says why"

        testCase "descent and momentum count in N/Λ_max, as the pipeline's rates do"
        <| fun () ->
            let eta = LearningRate.resolve 7.0 40 (LearningRate.Multiple 1.5)

            for optimiser in [ Optimiser.Descent; Optimiser.Momentum 0.9 ] do
                Expect.equal (Optimiser.resolve 7.0 40 900L 1.5 optimiser) eta "the same bits"
                Expect.equal (Optimiser.unit optimiser) "N/Λ_max" "said so"

            Expect.equal (Optimiser.stableBelow Optimiser.Descent) (Some 2.0) "descent"
            Expect.equal (Optimiser.stableBelow (Optimiser.Momentum 0.9)) (Some 3.8) "the heavy ball"
            Expect.isNone (Optimiser.stableBelow Optimiser.adam) "none"

        testCase "sign descent and Adam count in tenths of √(N/(Λ_max P)) a parameter"
        <| fun () ->
            for optimiser in [ Optimiser.adam; Optimiser.SignDescent ] do
                let size = Optimiser.resolve 4.0 100 2500L 2.0 optimiser
                Expect.floatClose Accuracy.veryHigh size (0.2 * sqrt (100.0 / (4.0 * 2500.0))) "s"
                Expect.isNone (Optimiser.momentum optimiser) "no kernel follows"

        testCase
            "at every width a first step of rate 1 moves the outputs by about a twentieth along the leading eigenvector"
        <| fun () ->
            use _ = torch.NewDisposeScope()
            let rows, columns = 60, 16
            let x = SmallStack.normal 1L [ rows; columns ]
            let x = x / x.square().sum(1L, keepdim = true).sqrt() * (sqrt (float columns)).ToScalar()

            let gram =
                Gram.ntk (Network.oneHidden Relu.activation Width.one) (Tensors.toMatrix32 x) None
                |> fun gram -> Expect.wantOk gram "a kernel"

            let struct (values, vectors) = torch.linalg.eigh ((Tensors.ofMatrix32 gram).double())
            let leading = vectors.select (1L, -1L)
            let largest = values[-1L].item<float>()
            let goal = (leading * (sqrt (float rows)).ToScalar()).reshape(-1L, 1L)

            for width in [ 128; 512; 2048 ] do
                for optimiser in [ Optimiser.SignDescent; Optimiser.adam ] do
                    let network = Networks.parse $"dense %d{width} | relu | dense 1"
                    let theta = Forward.draw network columns (Seed.root 3UL) torch.float64
                    let size = Optimiser.resolve largest rows (int64 width * 17L) 1.0 optimiser
                    let trained = Trainable.ofNetwork network theta 1.0
                    let start = (trained.Outputs x).clone()
                    trained.Begin optimiser size x (start + goal) |> ignore
                    let moved = (trained.Outputs x - start).flatten().dot(leading).item<float>()
                    let rms = moved / sqrt (float rows)
                    let name = $"%s{Optimiser.print optimiser} at m = %d{width}: %g{rms}"
                    Expect.isTrue (rms > 0.035 && rms < 0.06) name
    ]
