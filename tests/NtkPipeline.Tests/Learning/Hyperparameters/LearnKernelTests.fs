module NtkPipeline.Tests.LearnKernelTests

open System
open Expecto
open MathNet.Numerics.LinearAlgebra
open NtkPipeline.Core
open NtkPipeline.Tests.KernelSamples
open NtkPipeline.Tests.LearnSamples

let tests =
    testList "learning a kernel" [
        for by in [ LearnBy.Likelihood; LearnBy.LeaveOneOut ] do
            testCase $"the objective is what factorisations of the whole kernel say: %s{LearnBy.print by}"
            <| fun () ->
                let evaluate, start, names = objective (problem by two)
                Expect.equal names.Length start.Length "a name each"
                Expect.equal (Array.last names) "ridge" "λ is the last"
                let value, _ = Expect.wantSome (evaluate start) "a value"
                let sum = Matrix.create 40 40 (Array.map2 (+) (gram two[0]).Values (gram two[1]).Values)

                Expect.floatClose
                    { absolute = 1e-10; relative = 1e-10 }
                    value
                    (naive by sum (exp (Array.last start)))
                    "the same"

            testCase $"its gradient is that of central differences: %s{LearnBy.print by}"
            <| fun () ->
                let evaluate, start, names = objective (problem by two)
                let value h = Expect.wantSome (evaluate h) "a value" |> fst
                let _, gradient = Expect.wantSome (evaluate start) "a value"
                let scale = gradient |> Array.map abs |> Array.max
                let s = 1e-3

                for k in 0 .. start.Length - 1 do
                    let at step = value (start |> Array.mapi (fun m x -> if m = k then x + step else x))
                    let difference = (8.0 * (at s - at -s) - (at (2.0 * s) - at (-2.0 * s))) / (12.0 * s)
                    Expect.isLessThanOrEqual (abs (gradient[k] - difference)) (1e-6 * scale) names[k]

            testCase $"learning descends, step by step, and ends where it says: %s{LearnBy.print by}"
            <| fun () ->
                let learned = learn (problem by one)
                let trace, value = learned.Minimum.Trace, learned.Minimum.Value
                Expect.equal trace (Array.sortDescending trace) "never up"
                Expect.isLessThan value (trace[0] - 0.01) "down"
                // What was learned, through the network's own text and the definition.
                let text = NetworkText.print learned.Networks.Head
                let again = naive by (gram text) learned.Ridge

                Expect.floatClose
                    { absolute = 1e-8; relative = 1e-8 }
                    value
                    again
                    "the value is that of the network written down"

                for parameter, slope in Array.zip learned.Parameters learned.Minimum.Gradient do
                    if learned.Minimum.StoppedBy = StopReason.Gradient && not parameter.IsHeld then
                        Expect.isLessThanOrEqual (abs slope) 1e-5 $"flat by %s{parameter.Name}"

        testCase "data drawn from a kernel are explained best near its own ridge"
        <| fun () ->
            // y ~ N(0, K + λI) on more rows, λ = 0.5: the likelihood must find λ to its standard error.
            let many = inputs 3 220 3
            let text = "dense 8 | relu | dense 1"
            let k = Expect.wantOk (Gram.ntk64 (Networks.parse text) many None) text
            let factor = (shifted 0.5 k).Cholesky().Factor
            let random = Random 4

            let draws =
                Array.init 6 (fun _ ->
                    factor
                    * Vector<float>
                        .Build.Dense(
                            220,
                            fun _ -> MathNet.Numerics.Distributions.Normal.Sample(random, 0.0, 1.0)
                        ))

            let learned =
                learn {
                    problem LearnBy.Likelihood [ text ] with
                        X = many
                        Y = Matrix.init 220 6 (fun i c -> draws[c][i])
                }

            Expect.isLessThan (abs (log (learned.Ridge / 0.5))) 0.25 "λ"

        testCase "what cannot be learned is refused in a sentence"
        <| fun () ->
            let attempt problem = LearnKernel.learn settings (fun _ _ -> ()) problem

            attempt (problem LearnBy.Likelihood [ "dense 4 | tanh | dense 1" ])
            |> wantRefusal [ "tanh has no closed form" ]

            attempt { problem LearnBy.Likelihood one with Y = Matrix.init 39 1 (fun _ _ -> 1.0) }
            |> wantRefusal [ "39 targets for 40 rows" ]

            for size, words in
                [ 0.0, "all targets are 0"; 1e-170, "vanish"; 1e160, "no sums of such squares" ] do
                let learnable = problem LearnBy.Likelihood one

                attempt { learnable with Y = Matrix.map ((*) size) learnable.Y } |> wantRefusal [ words ]

            attempt {
                problem LearnBy.Likelihood [ "dense 1" ] with
                    X = Matrix.init 40 3 (fun _ _ -> 0.0)
            }
            |> wantRefusal [ "not positive" ]

        testCase "the minimiser stops at the end of a range that the minimum lies beyond"
        <| fun () ->
            let bowl (p: float[]) =
                let a, b = p[0] - 3.0, p[1] + 1.0
                Some(a * a + a * b + b * b, [| 2.0 * a + b; a + 2.0 * b |])

            let within = [| 0.0, 2.0; -5.0, 5.0 |]

            let minimum =
                Expect.wantSome
                    (LimitedBfgs.minimise 1e-9 50 within (fun _ _ -> ()) bowl [| 1.0; 4.0 |])
                    "a minimum"

            // With a = −1, a + 2b = 0 at b = ½.
            wantClose 1e-8 "on the edge" minimum.Point [| 2.0; -0.5 |]
            Expect.equal minimum.StoppedBy StopReason.Gradient "flat but for the edge"

        testCase "the minimiser finds Rosenbrock's minimum, and shortens steps that leave the domain"
        <| fun () ->
            let rosenbrock (p: float[]) =
                if p[0] < -1.5 then
                    None
                else
                    let a, b = 1.0 - p[0], p[1] - p[0] * p[0]
                    Some(a * a + 100.0 * b * b, [| -2.0 * a - 400.0 * p[0] * b; 200.0 * b |])

            let minimum =
                Expect.wantSome
                    (LimitedBfgs.minimise 1e-9 500 anywhere (fun _ _ -> ()) rosenbrock [| -1.2; 1.0 |])
                    "a minimum"

            wantClose 1e-7 "at (1, 1)" minimum.Point [| 1.0; 1.0 |]
            Expect.equal minimum.StoppedBy StopReason.Gradient "flat"
            Expect.isLessThan minimum.Evaluations 120 "quickly"

            Expect.isNone
                (LimitedBfgs.minimise 1e-9 5 anywhere (fun _ _ -> ()) rosenbrock [| -2.0; 1.0 |])
                "no value at the start"
    ]
