module NtkPipeline.Tests.TrainableTests

open Expecto
open TorchSharp
open NtkPipeline.Core
open NtkPipeline.Tests

let private draw text features =
    let network = Networks.parse text
    network, Forward.draw network features (Seed.root 3UL) torch.ScalarType.Float64

let private clone (theta: DenseParameters[]) =
    theta |> Array.map (fun layer -> { W = layer.W.clone (); B = layer.B |> Option.map _.clone() })

let private x () = SmallStack.normal 5L [ 9; 4 ]
let private y () = SmallStack.normal 6L [ 9; 1 ]

let private furthest (a: torch.Tensor) (b: torch.Tensor) = (a - b).abs().max().item<float>()

let private varied = [
    "dense 7 | erf | dense 6 | erf | dense 1"
    "dense 7 b=0.3 | tanh | dense 1 b=0.2"
    "dense 7 | layer-norm | relu | dense 1"
    "dense 6 | residual(relu | dense 6 b=0.1) | gelu | dense 1"
    "dense 5 param=standard b=0.4 | leaky-relu(0.2) | dense 1 param=standard"
]

let tests =
    testList "Trainable" [
        testCase "the fast path and autograd take the same steps and see the same gates"
        <| fun () ->
            use _ = torch.NewDisposeScope()
            let network, theta = draw "dense 11 w=1.2 | relu | dense 7 | relu | dense 1" 4
            let fast = Trainable.ofReluStack (ReluStack.ofNetwork network (clone theta) 1.5)
            let slow = Trainable.ofGradientStack { Network = network; Theta = clone theta; Scale = 1.5 }
            Expect.isTrue (ReluStack.fits network) "it is a stack of ReLU layers"

            let quick, patient = fast.Begin Optimiser.Descent 0.4, slow.Begin Optimiser.Descent 0.4

            for _ in 1..5 do
                let a, b = (quick (x ()) (y ())).item<float>(), (patient (x ()) (y ())).item<float>()
                Expect.isLessThan (abs (a - b)) 1e-12 "the loss"

            Expect.isLessThan (furthest (fast.Outputs(x ())) (slow.Outputs(x ()))) 1e-12 "the outputs"

            match fast.Gates, slow.Gates with
            | Some fast, Some slow ->
                Expect.equal ((fast (x ())).ne(slow (x ())).sum().item<int64>()) 0L "the gates"
            | _ -> failtest "both have gates"

            for quick, patient in Array.zip (fast.Features(x ())) (slow.Features(x ())) do
                let share (t: torch.Tensor) = t / t.norm ()

                Expect.isLessThan
                    (furthest (share quick) (share patient))
                    1e-12
                    "the features, but for a factor"

        for text in
            [
                "dense 11 w=1.2 | relu | dense 1"
                "dense 11 | relu | dense 7 | relu | dense 1"
                "dense 1"
            ] do
            for optimiser in
                [
                    Optimiser.Descent
                    Optimiser.Momentum 0.9
                    Optimiser.adam
                    Optimiser.SignDescent
                ] do
                testCase $"%s{Optimiser.print optimiser} on %s{text} is the same by hand and by autograd"
                <| fun () ->
                    use _ = torch.NewDisposeScope()
                    let network, theta = draw text 4
                    let fast, slow = clone theta, clone theta
                    let byHand = Trainable.ofReluStack (ReluStack.ofNetwork network fast 1.5)
                    let byAd = Trainable.ofGradientStack { Network = network; Theta = slow; Scale = 1.5 }
                    let quick, patient = byHand.Begin optimiser 0.02, byAd.Begin optimiser 0.02

                    for k in 0L .. 19L do
                        use _ = torch.NewDisposeScope()
                        let x, y = SmallStack.normal (30L + k) [ 5; 4 ], SmallStack.normal (60L + k) [ 5; 1 ]
                        let a, b = (quick x y).item<float>(), (patient x y).item<float>()
                        Expect.isLessThan (abs (a - b)) 1e-10 "the loss"

                    for a, b, first in
                        Array.zip3 (Forward.tensors fast) (Forward.tensors slow) (Forward.tensors theta) do
                        Expect.isLessThan (furthest a b) 1e-9 "the weights"
                        Expect.isGreaterThan (furthest a first) 1e-3 "which have moved"

        for text in varied do
            testCase $"a step of %s{text} is −η times central differences of the loss"
            <| fun () ->
                use _ = torch.NewDisposeScope()
                let network, theta = draw text 4
                let moved = clone theta
                let network' = Trainable.ofNetwork network moved 1.3
                network'.Begin Optimiser.Descent 1e-3 (x ()) (y ()) |> ignore

                let loss () =
                    let f = (Forward.apply network theta (x ())).mul(1.3.ToScalar())
                    0.5 * (f - y ()).square().mean().item<float>()

                for before, after in Array.zip (Forward.tensors theta) (Forward.tensors moved) do
                    let flat, step = before.reshape -1L, ((after - before) / -1e-3).reshape -1L

                    for k in 0L .. flat.shape[0] - 1L do
                        let at h =
                            flat[k].add_((h: float).ToScalar()) |> ignore
                            let value = loss ()
                            flat[k].sub_(h.ToScalar()) |> ignore
                            value

                        let difference = (at 1e-6 - at -1e-6) / 2e-6
                        Expect.isLessThan (abs (step[k].item<float>() - difference)) 1e-8 "one parameter"

        testCase "only kinks have gates"
        <| fun () ->
            use _ = torch.NewDisposeScope()
            let gates text = let network, theta = draw text 4 in (Trainable.ofNetwork network theta 1.0).Gates
            Expect.isNone (gates "dense 7 | erf | dense 1") "erf"
            Expect.isNone (gates "dense 7 | identity | dense 1") "identity"
            let mixed = Expect.wantSome (gates "dense 7 | erf | dense 6 | layer-norm | abs | dense 1") "abs"
            Expect.equal (mixed (x ())).shape [| 9L; 6L |] "the units of the second layer alone"
    ]
