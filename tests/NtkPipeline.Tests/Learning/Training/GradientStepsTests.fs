module NtkPipeline.Tests.GradientStepsTests

open System
open Expecto
open TorchSharp
open NtkPipeline.Core
open NtkPipeline.Tests

let private optimisers = [
    Optimiser.Descent
    Optimiser.Momentum 0.9
    Optimiser.adam
    Optimiser.Adam(0.5, 0.9, 1e-3)
    Optimiser.SignDescent
]

/// One optimiser at work on numbers, written as its paper has it: the step's number, g → the step that is subtracted.
let private written (optimiser: Optimiser) (rate: float) (size: int) : int -> float[] -> float[] =
    let first, second = Array.zeroCreate<float> size, Array.zeroCreate<float> size

    fun t gradient ->
        gradient
        |> Array.mapi (fun k g ->
            match optimiser with
            | Optimiser.Descent -> rate * g
            | Optimiser.Momentum beta ->
                first[k] <- beta * first[k] + g
                rate * first[k]
            | Optimiser.Adam(beta1, beta2, epsilon) ->
                first[k] <- beta1 * first[k] + (1.0 - beta1) * g
                second[k] <- beta2 * second[k] + (1.0 - beta2) * g * g
                let m, v = first[k] / (1.0 - beta1 ** float t), second[k] / (1.0 - beta2 ** float t)
                rate * m / (sqrt v + epsilon)
            | Optimiser.SignDescent -> rate * float (sign g))

/// Least squares ½·mean((Aθ − y)²): its gradient at θ.
let private a () = SmallStack.normal 1L [ 12; 6 ]
let private goal () = SmallStack.normal 2L [ 12 ]

let private gradientAt (theta: torch.Tensor) =
    let matrix = a ()
    matrix.t().mv(matrix.mv theta - goal ()) / (12.0).ToScalar()

let private start () = SmallStack.normal 3L [ 6 ]

let private near (a: float[]) (b: float[]) message =
    for x, y in Array.zip a b do
        Expect.isLessThan (abs (x - y)) (1e-10 * max 1.0 (abs y)) $"%s{message}: %g{x} against %g{y}"

/// θ after 20 steps on least squares, as two tensors of 2 and 4 entries.
let private ours optimiser rate =
    use scope = torch.NewDisposeScope()
    let parts = start().split([| 2L; 4L |], 0L) |> Array.map _.clone()
    let step = GradientSteps.start optimiser rate parts

    for _ in 1..20 do
        (gradientAt (torch.cat parts)).split([| 2L; 4L |], 0L) |> step

    Tensors.toArray64 (torch.cat parts)

/// The same by LibTorch's own optimiser.
let private library (make: Modules.Parameter -> torch.optim.Optimizer) =
    use _ = torch.NewDisposeScope()
    let parameter = new Modules.Parameter(start (), true)
    use optimiser = make parameter

    for _ in 1..20 do
        optimiser.zero_grad ()
        let loss = ((a ()).mv parameter - goal ()).square().mean() * (0.5).ToScalar()
        loss.backward ()
        optimiser.step () |> ignore

    Tensors.toArray64 (parameter.detach ())

let tests =
    testList "GradientSteps" [
        for optimiser in optimisers do
            testCase $"20 steps of %s{Optimiser.print optimiser} are its recurrence in plain numbers"
            <| fun () ->
                use _ = torch.NewDisposeScope()
                let step = written optimiser 0.05 6
                let mutable theta = Tensors.toArray64 (start ())

                for t in 1..20 do
                    let gradient = gradientAt (Tensors.ofArray64 theta) |> Tensors.toArray64
                    theta <- Array.map2 (-) theta (step t gradient)

                near (ours optimiser 0.05) theta "the same"

                Expect.isGreaterThan
                    (Array.map2 (fun x y -> abs (x - y)) theta (Tensors.toArray64 (start ())) |> Array.max)
                    0.01
                    "it moved"

        testCase "momentum and Adam are LibTorch's own"
        <| fun () ->
            let sgd beta (p: Modules.Parameter) =
                torch.optim.SGD([| p |], 0.05, momentum = beta) :> torch.optim.Optimizer

            near (ours Optimiser.Descent 0.05) (library (sgd 0.0)) "descent"
            near (ours (Optimiser.Momentum 0.9) 0.05) (library (sgd 0.9)) "momentum"

            let adam (beta1, beta2, epsilon) (p: Modules.Parameter) =
                torch.optim.Adam([| p |], 0.05, beta1, beta2, epsilon) :> torch.optim.Optimizer

            near (ours Optimiser.adam 0.05) (library (adam (0.9, 0.999, 1e-8))) "Adam"
            near (ours (Optimiser.Adam(0.5, 0.9, 1e-3)) 0.05) (library (adam (0.5, 0.9, 1e-3))) "another Adam"

        testCase "where the gradient is 0, sign descent and Adam stay"
        <| fun () ->
            use _ = torch.NewDisposeScope()

            for optimiser in [ Optimiser.SignDescent; Optimiser.adam ] do
                let parameters = [| start () |]
                let gradient = torch.tensor [| 0.0; 1.0; -1.0; 0.0; 3.0; -1e-5 |]
                GradientSteps.start optimiser 0.1 parameters [| gradient |]
                let moved = Tensors.toArray64 (start () - parameters[0])
                Expect.equal (moved[0], moved[3]) (0.0, 0.0) "these stay"
                Expect.isLessThan (abs (moved[4] - 0.1)) 1e-8 "by the step, whatever the gradient's size"
                Expect.isGreaterThan -moved[5] 0.09 "even where it is small"

        testCase "what remembers outlives the scopes of the steps"
        <| fun () ->
            use _ = torch.NewDisposeScope()
            let parameters = [| start () |]
            let step = GradientSteps.start (Optimiser.Momentum 0.5) 0.1 parameters

            for _ in 1..3 do
                use _ = torch.NewDisposeScope()
                step [| torch.ones (6L, dtype = torch.float64) |]

            // 1, then 1 + ½, then 1 + ½ + ¼.
            near (Tensors.toArray64 (start () - parameters[0])) (Array.create 6 (0.1 * 4.25)) "v adds up"

        testCase "numbers that make no optimiser are a bug of the caller"
        <| fun () ->
            Expect.throwsT<ArgumentException>
                (fun () -> GradientSteps.start (Optimiser.Momentum 1.5) 0.1 [||] |> ignore)
                "β above 1"
    ]
