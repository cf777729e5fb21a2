module NtkPipeline.Tests.LossTests

open Expecto
open TorchSharp
open NtkPipeline.Core

let tests =
    testList "Loss" [
        for loss in Loss.all do
            testCase
                $"%s{Loss.print loss}: its slope is its derivative, and its curvature no less than its second"
            <| fun () ->
                use _ = torch.NewDisposeScope()
                let drawn = SmallStack.normal 1L [ 9; 1 ] * (3.0).ToScalar()
                // Where training begins.
                drawn[0L].zero_() |> ignore
                let f = drawn.requires_grad_ true
                let y = SmallStack.signs 2L 9
                let value = Loss.value loss f y
                let slope = torch.autograd.grad ([| value |], [| f |], create_graph = true) |> Seq.head
                let mean = (slope * (9.0).ToScalar()).detach()
                let ours = Loss.slope loss (f.detach ()) y
                KernelSamples.wantClose 1e-12 "slope" (Tensors.toArray64 ours) (Tensors.toArray64 mean)
                let step = 1e-5
                let at (shift: float) = Loss.slope loss (f.detach () + shift.ToScalar()) y
                let second = (at step - at -step) / (2.0 * step).ToScalar()
                Expect.isLessThanOrEqual (second.max().item<float>()) (Loss.curvature loss + 1e-8) "curvature"

        testCase "values are those of the formulas, without overflow far out"
        <| fun () ->
            use _ = torch.NewDisposeScope()
            let f, y = torch.tensor [| 0.5; -2.0 |], torch.tensor [| 1.0; 1.0 |]
            let value loss f y = (Loss.value loss f y).item<float>()
            let expected = (log (1.0 + exp -0.5) + log (1.0 + exp 2.0)) / 2.0
            Expect.floatClose Accuracy.high (value Loss.CrossEntropy f y) expected "cross-entropy"

            Expect.floatClose
                Accuracy.high
                (value Loss.SquaredError f y)
                ((0.125 + 4.5) / 2.0)
                "squared error"

            let far = torch.tensor [| 1000.0; -1000.0 |]
            Expect.equal (value Loss.CrossEntropy far y) 500.0 "0 and 1000"
            Expect.equal (Tensors.toArray64 (Loss.slope Loss.CrossEntropy far y)) [| 0.0; -1.0 |] "slopes"
    ]
