module NtkPipeline.Tests.TrainWholeTests

open Expecto
open TorchSharp
open NtkPipeline.Core

let private network = Networks.parse "dense 30 | relu | dense 1"
let private draw () = Forward.draw network 4 (Seed.root 3UL) torch.float64
let private x () = SmallStack.normal 5L [ 12; 4 ]
let private z () = SmallStack.normal 6L [ 7; 4 ]
let private y () = SmallStack.signs 7L 12 |> Tensors.toArray64

let private training = { Optimiser = Optimiser.Momentum 0.9; Rate = 0.3; Goal = 1e-6; Steps = 20000 }

let private trainable alpha theta = Trainable.ofNetwork network theta alpha

let tests =
    testList "TrainWhole" [
        testCase "so many steps are those of the optimiser, and outputs are less the first ones"
        <| fun () ->
            use _ = torch.NewDisposeScope()
            let ours, theirs = draw (), trainable 1.0 (draw ())
            let goal = Tensors.ofArray64(y ()).reshape(-1L, 1L) + theirs.Outputs(x ())
            let before = theirs.Outputs(z ())
            let step = theirs.Begin Optimiser.Descent 0.2

            for _ in 1..120 do
                step (x ()) goal |> ignore

            let found =
                Expect.wantSome
                    (TrainWhole.run
                        { Optimiser = Optimiser.Descent; Rate = 0.2; Goal = 0.0; Steps = 120 }
                        (trainable 1.0 ours)
                        (x ())
                        (y ())
                        (z ()))
                    "it ends"

            Expect.equal found.Steps 120 "steps"

            KernelSamples.wantClose
                1e-12
                "outputs"
                found.Outputs
                (Tensors.toArray64 (theirs.Outputs(z ()) - before))

            let loss = (theirs.Outputs(x ()) - goal).square().mean().item<float>()
            KernelSamples.wantClose 1e-12 "loss" [| found.Loss |] [| loss |]

        testCase "in the lazy limit it ends at the least-norm solution on the gradients"
        <| fun () ->
            use _ = torch.NewDisposeScope()
            let alpha = 1e6
            let theta = draw ()
            let features = GradientFeatures.tangent network theta
            let spectrum = Expect.wantOk (FeatureSpectrum.decompose "J" (features (x ()))) "J"
            let expected = FeatureRidge.leastNorm spectrum (y ()) (features (z ()))

            let found =
                Expect.wantSome
                    (TrainWhole.run
                        {
                            training with
                                Rate = 12.0 / spectrum.Kernel.Computed[0] / (alpha * alpha)
                                Goal = 1e-14
                        }
                        (trainable alpha theta)
                        (x ())
                        (y ())
                        (z ()))
                    "it ends"

            Expect.isLessThan found.Loss 1e-14 "the goal is reached"
            KernelSamples.wantClose 1e-3 "outputs" found.Outputs expected.Outputs

        testCase "training ends at the goal, and a network that diverges is none"
        <| fun () ->
            use _ = torch.NewDisposeScope()
            let run training = TrainWhole.run training (trainable 1.0 (draw ())) (x ()) (y ()) (z ())
            let found = Expect.wantSome (run { training with Goal = 0.01 }) "it ends"
            Expect.isLessThan found.Loss 0.01 "the goal"
            Expect.isLessThan found.Steps 20000 "long before its steps run out"
            Expect.isNone (run { training with Rate = 1e4 }) "divergence"
    ]
