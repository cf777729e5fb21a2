module NtkPipeline.Tests.WidthScalingTests

open System
open Expecto
open TorchSharp
open NtkPipeline.Core
open NtkPipeline.Tests.KernelSamples

let private features, steps, rate, baseWidth = 3, 25, 0.8, 8

let private problem () = SmallStack.normal 50L [ 12; features ], SmallStack.signs 51L 12

/// Outputs, less those before training, of descent on an abc-parameterised stack as it is written: W_l = m^(−a_l) w_l with entries of w_l
/// ~ N(0, m^(−2b_l)), 1/√d before the first, at the rate η·m^(−c). `draws` are standard normal.
let private asWritten (a: float list) (b: float) (c: float) (width: int) (draws: torch.Tensor[]) =
    let x, y = problem ()
    let power (k: float) = Math.Pow(float width / float baseWidth, k)
    // At the base width every layer is NTK's.
    let ntk = draws |> Array.map (fun w -> 1.0 / sqrt (float (w.shape[1])))
    let relative = draws |> Array.mapi (fun l _ -> if l = 0 then 0.0 else 0.5)
    let mutable weights = draws |> Array.map (fun w -> w.mul ((power -b).ToScalar()))

    let outputs (weights: torch.Tensor[]) =
        (x, Array.indexed weights)
        ||> Array.fold (fun below (l, w) ->
            let z = below.mm(w.t ()).mul((ntk[l] * power (relative[l] - a[l])).ToScalar())
            if l = weights.Length - 1 then z else z.relu ())

    use _ = torch.enable_grad ()
    let start = (outputs weights).detach()

    for _ in 1..steps do
        let leaves = weights |> Array.map (fun w -> w.detach().clone().requires_grad_ true)
        let loss = (outputs leaves - start - y).square().mean().mul(0.5.ToScalar())
        let gradients = torch.autograd.grad ([| loss |], leaves)

        weights <-
            Array.map2
                (fun (w: torch.Tensor) (g: torch.Tensor) ->
                    (w - g.mul ((rate * power -c).ToScalar())).detach())
                leaves
                (Seq.toArray gradients)

    outputs weights - start |> fun f -> Tensors.toArray64 (f.detach ())

/// The same by α and η on NTK's network.
let private ours layers scaling (width: int) (draws: torch.Tensor[]) =
    let x, y = problem ()
    let alpha, _ = WidthScaling.factors layers baseWidth width scaling

    let eta = rate * Math.Pow(float width / float baseWidth, WidthScaling.rateExponent layers scaling)

    let stack: ReluStack = {
        Scale = alpha * (draws |> Array.fold (fun scale w -> scale / sqrt (float (w.shape[1]))) 1.0)
        Weights = draws |> Array.map _.clone()
    }

    let start = ReluStack.outputs x stack

    for _ in 1..steps do
        ReluStack.step eta x (y + start) stack |> ignore

    ReluStack.outputs x stack - start |> Tensors.toArray64

let private draws layers (width: int) = [|
    for l in 0..layers do
        let fanIn, fanOut = (if l = 0 then features else width), (if l = layers then 1 else width)
        SmallStack.normal (60L + int64 l) [ fanOut; fanIn ]
|]

let tests =
    testList "WidthScaling" [
        for layers in [ 1; 2; 3 ] do
            for width in [ 8; 24 ] do
                testCase $"%d{layers} hidden layers, m = %d{width}: each scaling is its table's, step by step"
                <| fun () ->
                    use _ = torch.NewDisposeScope()
                    let draws = draws layers width
                    let hidden value = List.replicate (layers - 1) value

                    let cases = [
                        WidthScaling.Ntk, [ 0.0 ] @ hidden 0.5 @ [ 0.5 ], 0.0, 0.0
                        // Table 1 of Yang & Hu, b = ½ and c = 0, which the derivation shifts.
                        WidthScaling.MaximalUpdate, [ -0.5 ] @ hidden 0.0 @ [ 0.5 ], 0.5, 0.0
                        WidthScaling.MeanField, [ 0.0 ] @ hidden 1.0 @ [ 1.0 ], 0.0, -1.0
                        WidthScaling.MeanFieldInTime, [ 0.0 ] @ hidden 1.0 @ [ 1.0 ], 0.0, -float layers
                    ]

                    for scaling, a, b, c in cases do
                        let expected = asWritten a b c width draws
                        Expect.isGreaterThan (expected |> Array.maxBy abs |> abs) 1e-3 "it has trained"

                        wantClose
                            1e-10
                            (WidthScaling.print scaling)
                            (ours layers scaling width draws)
                            expected

        testCase "of one hidden layer mean-field is µP; of more it is not"
        <| fun () ->
            for scaling in [ WidthScaling.MeanField; WidthScaling.MeanFieldInTime ] do
                for exponent in
                    [
                        WidthScaling.outputExponent
                        WidthScaling.rateExponent
                        WidthScaling.relativeRateExponent
                        WidthScaling.movementExponent
                    ] do
                    Expect.equal
                        (exponent 1 scaling)
                        (exponent 1 WidthScaling.MaximalUpdate)
                        "of one hidden layer"

                Expect.notEqual (WidthScaling.outputExponent 2 scaling) -0.5 "of two"

        testCase "theory's movement: NTK −½, µP 0, mean-field falls or runs away"
        <| fun () ->
            let movement layers scaling = WidthScaling.movementExponent layers scaling

            for layers in 1..4 do
                Expect.equal (movement layers WidthScaling.Ntk) -0.5 "NTK"
                Expect.equal (movement layers WidthScaling.MaximalUpdate) 0.0 "µP"
                let half = float (layers - 1) / 2.0
                Expect.equal (movement layers WidthScaling.MeanField) -half "mean-field"
                Expect.equal (movement layers WidthScaling.MeanFieldInTime) half "mean-field in time"

        testCase "names are read back"
        <| fun () ->
            for scaling in WidthScaling.all do
                Expect.equal (WidthScaling.parse (WidthScaling.print scaling)) (Ok scaling) "the same"

            Expect.isError (WidthScaling.parse "kernel") "none"
    ]
