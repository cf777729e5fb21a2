module NtkPipeline.Tests.FunctionDescentTests

open Expecto
open TorchSharp
open NtkPipeline.Core
open NtkPipeline.Tests

let private n = 30

/// A descent on all rows of a random kernel, from random outputs.
let private descent () : FunctionDescent =
    let a = SmallStack.normal 1L [ n; 2 * n ]

    {
        Rate = 0.0
        Kernel = a.mm (a.t ())
        Targets = (SmallStack.signs 2L n).flatten()
        Outputs = SmallStack.normal 3L [ n ]
        Momentum = None
    }

/// y + Q (1 − ηΛ/N)^k Qᵀ (f₀ − y).
let private closedForm (steps: int) (d: FunctionDescent) =
    let struct (values, vectors) = torch.linalg.eigh d.Kernel
    let shrink = (1.0.ToScalar() - values * (d.Rate / float n).ToScalar()).pow((float steps).ToScalar())
    let start = vectors.t().mv(d.Outputs - d.Targets)
    d.Targets + vectors.mv (shrink * start)

let private largest (d: FunctionDescent) = (torch.linalg.eigvalsh d.Kernel).max().item<float>()

let tests =
    testList "FunctionDescent" [
        for rate in [ 0.3; 1.0; 1.9 ] do
            testCase $"full-batch descent is its closed form at %g{rate} of N/Λ_max"
            <| fun () ->
                use _ = torch.NewDisposeScope()
                let d = descent ()
                let d = { d with Rate = rate * float n / largest d }
                let expected = closedForm 100 d
                let all = SmallStack.rows (seq { 0 .. n - 1 })
                d |> FunctionDescent.run (Seq.replicate 100 all)
                Expect.isLessThan (SmallStack.furthest d.Outputs expected) 1e-10 "100 steps"

        testCase
            "with the kernel at first, it is descent on the weights of the linearised network, batch by batch"
        <| fun () ->
            use _ = torch.NewDisposeScope()
            let stack = SmallStack.stack 4L [ 5; 8; 6 ]
            let x = SmallStack.normal 5L [ n; 5 ]
            let jacobian, start = SmallStack.jacobian stack x, (ReluStack.outputs x stack).flatten()

            let d = {
                Rate = 1.5
                Kernel = SmallStack.kernel stack x
                Targets = (SmallStack.signs 6L n).flatten()
                Outputs = start.clone ()
                Momentum = None
            }

            // Rows 20 … 29 are watched, not trained on.
            let batches = [
                for k in 0..199 -> SmallStack.rows [ for i in 0 .. 3 + k % 3 -> (7 * k + 3 * i) % 20 ]
            ]

            d |> FunctionDescent.run batches
            let mutable theta = torch.zeros (jacobian.shape[1], dtype = torch.float64)

            for batch in batches do
                let j = jacobian.index_select (0L, batch)
                let residual = (start + jacobian.mv theta - d.Targets).index_select(0L, batch)
                theta <- theta - j.t().mv(residual) * (1.5 / float batch.shape[0]).ToScalar()

            Expect.isLessThan
                (SmallStack.furthest d.Outputs (start + jacobian.mv theta))
                1e-10
                "the same function"

            Expect.isGreaterThan (SmallStack.furthest d.Outputs start) 0.1 "which has moved"

        testCase "with momentum it is the heavy ball on the weights of the linearised network, batch by batch"
        <| fun () ->
            use _ = torch.NewDisposeScope()
            let stack = SmallStack.stack 4L [ 5; 8; 6 ]
            let x = SmallStack.normal 5L [ n; 5 ]
            let jacobian, start = SmallStack.jacobian stack x, (ReluStack.outputs x stack).flatten()

            let d = {
                Rate = 0.3
                Kernel = SmallStack.kernel stack x
                Targets = (SmallStack.signs 6L n).flatten()
                Outputs = start.clone ()
                Momentum = HeavyBall.ofBeta 0.8 start
            }

            let batches = [
                for k in 0..99 -> SmallStack.rows [ for i in 0 .. 3 + k % 3 -> (7 * k + 3 * i) % 20 ]
            ]

            d |> FunctionDescent.run batches
            let mutable theta = torch.zeros (jacobian.shape[1], dtype = torch.float64)
            let mutable before = theta

            for batch in batches do
                let j = jacobian.index_select (0L, batch)
                let residual = (start + jacobian.mv theta - d.Targets).index_select(0L, batch)
                let gradient = j.t().mv(residual) / (float batch.shape[0]).ToScalar()
                let next = theta - gradient * (0.3).ToScalar() + (theta - before) * (0.8).ToScalar()
                before <- theta
                theta <- next

            Expect.isLessThan
                (SmallStack.furthest d.Outputs (start + jacobian.mv theta))
                1e-10
                "the same function"

            Expect.isGreaterThan (SmallStack.furthest d.Outputs start) 0.1 "which has moved"

        testCase "the heavy ball is stable below 2(1 + β) of N/Λ_max and not above"
        <| fun () ->
            use _ = torch.NewDisposeScope()
            let all = SmallStack.rows (seq { 0 .. n - 1 })

            let lossAfter share =
                let d = descent ()
                let limit = Optimiser.stableBelow (Optimiser.Momentum 0.5) |> Option.defaultValue nan

                let d = {
                    d with
                        Rate = share * limit * float n / largest d
                        Momentum = HeavyBall.ofBeta 0.5 d.Outputs
                }

                let start = FunctionDescent.loss d
                d |> FunctionDescent.run (Seq.replicate 400 all)
                FunctionDescent.loss d / start

            Expect.isLessThan (lossAfter 0.98) 1.0 "just below"
            Expect.isGreaterThan (lossAfter 1.02) 1e3 "just above"

        testCase "the loss is taken over the rows trained on"
        <| fun () ->
            use _ = torch.NewDisposeScope()
            let one = torch.ones (2L, dtype = torch.float64)

            let loss rows =
                FunctionDescent.loss {
                    Rate = 1.0
                    Kernel = torch.eye (2L, dtype = torch.float64)
                    Targets = one.narrow (0L, 0L, rows)
                    Outputs = torch.tensor [| 3.0; 4.0 |]
                    Momentum = None
                }

            Expect.equal (loss 1L) 2.0 "½·2²"
            Expect.equal (loss 2L) 3.25 "½·(2² + 3²)/2"
    ]
