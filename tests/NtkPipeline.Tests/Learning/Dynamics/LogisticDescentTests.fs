module NtkPipeline.Tests.LogisticDescentTests

open System
open Expecto
open TorchSharp
open NtkPipeline.Core
open NtkPipeline.Tests
open NtkPipeline.Tests.KernelSamples

let private plan: DescentPlan = { Rate = 1.0; IsStepwise = false; Momentum = 0.0; Times = [||]; Ridge = 0.0 }

let private column (values: float[]) = Matrix.create values.Length 1 values
let private double = KernelMatrix.Double

let private run plan kernel y f0 asked =
    Expect.wantOk (LogisticDescent.run "Θ" plan (double kernel) y f0 asked) "it trains"

let private sigmoid x = 1.0 / (1.0 + exp -x)

/// A real network's Jacobian at 20 training rows and 6 others, and its outputs there.
let private network =
    lazy
        (use _ = torch.NewDisposeScope()
         let stack = SmallStack.stack 4L [ 5; 8; 6 ]
         let x = SmallStack.normal 5L [ 26; 5 ]
         let j = SmallStack.jacobian stack x |> Tensors.toMatrix64
         j, (ReluStack.outputs x stack).flatten() |> Tensors.toArray64)

let private pick rows (m: Matrix<float>) = Matrix.gatherRows rows m
let private train, others = [| 0..19 |], [| 20..25 |]

let private gram (a: Matrix<float>) (b: Matrix<float>) =
    let k = dense a * (dense b).Transpose()
    Matrix.init a.Rows b.Rows (fun i j -> k[i, j])

let private labels = Array.init 20 (fun i -> if i * 7 % 5 < 2 then 1.0 else -1.0)

/// The linearised network after really descending on its weights: θ ← θ + β(θ − θ₋) − η ∇ mean cross-entropy.
let private descend rate momentum steps =
    let j, f0 = network.Value
    let own = dense (pick train j)

    let mutable theta, velocity =
        MathNet.Numerics.LinearAlgebra.Vector<float>.Build.Dense j.Columns,
        MathNet.Numerics.LinearAlgebra.Vector<float>.Build.Dense j.Columns

    for _ in 1..steps do
        let f = own * theta
        let pull = Array.init 20 (fun i -> sigmoid (f0[i] + f[i]) - (1.0 + labels[i]) / 2.0)
        let gradient = own.Transpose() * MathNet.Numerics.LinearAlgebra.Vector<float>.Build.Dense pull
        velocity <- momentum * velocity - rate / 20.0 * gradient
        theta <- theta + velocity

    (dense j * theta).ToArray() |> Array.map2 (+) f0

let private ofNetwork plan =
    let j, f0 = network.Value
    let own = pick train j
    let start rows = rows |> Array.map (fun i -> f0[i]) |> column
    let cross = double (gram (pick others j) own)
    run plan (gram own own) (column labels) (start train) (Some("Θt", cross, start others))

let tests =
    testList "LogisticDescent" [
        testCase
            "steps are those of the linearised network's weights on cross-entropy, with and without momentum"
        <| fun () ->
            for momentum in [ 0.0; 0.7 ] do
                let path =
                    ofNetwork {
                        plan with
                            Rate = 0.8
                            IsStepwise = true
                            Momentum = momentum
                            Times = [| 150.0; 0.0; 3.0 |]
                    }

                for point in path.Points do
                    let f = descend 0.8 momentum (int point.Time)
                    wantClose 1e-10 $"%g{point.Time} steps" point.Outputs.Values f[20..]
                    Expect.equal point.Steps (int64 point.Time) "as many"
                    Expect.isLessThan point.Residual 1e-12 "certified"

        testCase "flow of a single row has its closed form, f + eᶠ growing evenly"
        <| fun () ->
            let times = [| 0.0; 0.5; 20.0; 5000.0 |]
            let one value = Matrix.create 1 1 [| value |]
            let path = run { plan with Rate = 0.5; Times = times } (one 3.0) (one 1.0) (one -0.7) None

            for point in path.Points do
                let f = point.Outputs[0, 0]
                let expected = -0.7 + exp -0.7 + 0.5 * 3.0 * point.Time
                wantClose 1e-8 $"t = %g{point.Time}" [| (f + exp f) / expected |] [| 1.0 |]
                wantClose 1e-10 "loss" [| point.Loss |] [| log (1.0 + exp -f) |]

        testCase "flow is the limit of ever smaller steps"
        <| fun () ->
            let flow = (ofNetwork { plan with Times = [| 6.0 |] }).Points[0].Outputs.Values

            let steps count =
                let rate = 6.0 / float count
                let plan = { plan with Rate = rate; IsStepwise = true; Times = [| float count |] }
                (ofNetwork plan).Points[0].Outputs.Values

            let coarse, fine = steps 1000, steps 2000
            let gap values = Array.map2 (fun (a: float) b -> abs (a - b)) values flow |> Array.max
            Expect.isLessThan (abs (gap coarse / gap fine - 2.0)) 0.05 "the error falls as the step"
            // What is left after the first order is taken out falls as the step squared.
            wantClose (1e-2 * gap fine) "extrapolated" (Array.map2 (fun c f -> 2.0 * f - c) coarse fine) flow

        testCase "labels of either kind are one, and a ridge is as in the kernel"
        <| fun () ->
            let xs = points 25
            let k, y = roughKernelOf xs xs, targets xs
            let zeros = Matrix.create 25 1 (Array.zeroCreate 25)
            let at y k = (run { plan with Times = [| 40.0 |] } k y zeros None).Points[0]
            let one = at (column y) k
            let probabilities = column (y |> Array.map (fun t -> (1.0 + t) / 2.0))
            wantClose 0.0 "0 and 1" (at probabilities k).Outputs.Values one.Outputs.Values
            let ridged = Matrix.init 25 25 (fun i j -> k[i, j] + if i = j then 0.4 else 0.0)
            let inside = run { plan with Times = [| 40.0 |]; Ridge = 0.4 } k (column y) zeros None
            wantClose 1e-11 "λ" inside.Points[0].Outputs.Values (at (column y) ridged).Outputs.Values

        testCase "at time ∞ contradictory copies have their share's logit, and soft targets their own"
        <| fun () ->
            // Each of 8 rows stands three times; one copy of three has the other label, but for rows whose copies are soft.
            let xs = points 8
            let copies = Array.init 24 (fun i -> i % 8)
            let k = Matrix.gather copies copies (roughKernelOf xs xs)

            let p =
                Array.init 24 (fun i ->
                    if i % 8 = 0 then 0.9
                    elif i % 8 < 4 = (i < 8) then 1.0
                    else 0.0)

            let share row = Array.average [| p[row]; p[row + 8]; p[row + 16] |]
            let f0 = Array.init 24 (fun i -> 0.3 * float (i % 8) - 1.0)
            let path = run { plan with Times = [| infinity; 0.0 |] } k (column p) (column f0) None
            let logit row = log (share row / (1.0 - share row))
            let expected = copies |> Array.map logit
            wantClose 1e-12 "logits" path.Points[0].Outputs.Values expected
            Expect.isLessThan path.Points[0].Residual 1e-12 "certified"
            wantClose 1e-15 "and the start is the start" path.Points[1].Outputs.Values f0

            let asked = Matrix.gather [| 2; 5 |] copies (roughKernelOf xs xs)
            let start = column [| f0[2]; f0[5] |]

            let path =
                run
                    { plan with Times = [| infinity |] }
                    k
                    (column p)
                    (column f0)
                    (Some("Θt", double asked, start))

            wantClose 1e-11 "c as well" path.Points[0].Outputs.Values [| logit 2; logit 5 |]

        testCase "time ∞ is what long flow comes to, where the kernel is too poor to tell rows apart"
        <| fun () ->
            let features =
                Matrix.init 30 3 (fun i j -> sin (float (3 * i + j) * 1.7) + (if j = 0 then 1.0 else 0.0))

            let k = gram features features
            let labels = Matrix.init 30 1 (fun i _ -> if i * 7 % 5 < 2 then 1.0 else -1.0)
            let zeros = Matrix.create 30 1 (Array.zeroCreate 30)
            let path = run { plan with Times = [| 3000.0; infinity |] } k labels zeros None
            wantClose 1e-9 "the same end" path.Points[0].Outputs.Values path.Points[1].Outputs.Values
            Expect.isLessThanOrEqual path.Points[1].Loss path.Points[0].Loss "the least loss"

        testCase "no end, too large a step, and targets that are no probabilities are refused"
        <| fun () ->
            let xs = points 25
            let k, y = roughKernelOf xs xs, column (targets xs)
            let zeros = column (Array.zeroCreate 25)

            let refused words plan y =
                LogisticDescent.run "Θ" plan (double k) y zeros None |> wantRefusal words

            refused
                [ "Θ"; "no end"; "told apart"; "without bound" ]
                { plan with Times = [| 1.0; infinity |] }
                y

            let steps = { plan with IsStepwise = true; Times = [| 5.0 |] }
            let limit = (run steps k y zeros None).StabilityLimit
            let values = (Expect.wantOk (Spectrum.decompose "Θ" (double k)) "").Computed
            wantClose 1e-9 "8 N/Λ_max" [| limit |] [| 8.0 * 25.0 / values[0] |]
            refused [ "stable" ] { steps with Rate = 1.01 * limit } y
            refused [ "too many" ] { steps with Times = [| 1e7 |] } y
            let mixed = column (Array.append [| -1.0; 0.5 |] y.Values[2..])
            refused [ "row 0"; "-1" ] plan mixed
    ]
