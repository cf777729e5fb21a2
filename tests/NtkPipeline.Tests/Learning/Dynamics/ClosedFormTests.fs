module NtkPipeline.Tests.ClosedFormTests

open System
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.KernelSamples

let private random rows columns seed =
    let random = Random seed
    Matrix.init rows columns (fun _ _ -> 2.0 * random.NextDouble() - 1.0)

let private product (a: Matrix<float>) (b: Matrix<float>) =
    let c = dense a * dense b
    Matrix.init a.Rows b.Columns (fun i j -> c[i, j])

let private transpose (m: Matrix<float>) = Matrix.init m.Columns m.Rows (fun i j -> m[j, i])

let private add (scale: float) (a: Matrix<float>) (b: Matrix<float>) = {
    a with
        Values = Array.map2 (fun x y -> x + scale * y) a.Values b.Values
}

/// A linearised network of 60 weights, two outputs that share the kernel, 25 training rows of which one stands twice, 7 others.
let private jacobian =
    let j = random 25 60 1 |> Matrix.map (fun x -> x / 4.0)
    Matrix.gatherRows (Array.append [| 0..23 |] [| 3 |]) j

let private others = random 7 60 2 |> Matrix.map (fun x -> x / 4.0)
let private theta = product jacobian (transpose jacobian)
let private cross = KernelMatrix.Double(product others (transpose jacobian))

let private spectrum =
    lazy (Expect.wantOk (Spectrum.decompose "Θ" (KernelMatrix.Double theta)) "a kernel")

let private y, f0, f0Others = random 25 2 3, random 25 2 4, random 7 2 5
let private size = 50.0
let private largest () = (Spectrum.values spectrum.Value)[0]

let private train trainings =
    Expect.wantOk (ClosedForm.train spectrum.Value f0 y trainings) "it can be trained"

let private outcome (training: Training) =
    let trained = train [ training ] |> List.exactlyOne
    trained, ClosedForm.predict cross f0Others trained

/// The weights after really descending: θ ← θ + β(θ − θ₋) − η Jᵀ(f − y)/size.
let private descend rate momentum steps =
    let mutable weights, velocity =
        Matrix.create 60 2 (Array.zeroCreate 120), Matrix.create 60 2 (Array.zeroCreate 120)

    for _ in 1..steps do
        let residual = add -1.0 (add 1.0 f0 (product jacobian weights)) y
        let gradient = product (transpose jacobian) residual
        velocity <- add (-rate / size) (Matrix.map ((*) momentum) velocity) gradient
        weights <- add 1.0 weights velocity

    weights

let private refused training = ClosedForm.train spectrum.Value f0 y [ training ]

let tests =
    testList "ClosedForm" [
        testCase "discrete descent is what descending step by step gives, with and without momentum"
        <| fun () ->
            for multiple, momentum, steps in
                [ 1.0, 0.0, 1; 1.9, 0.0, 60; 0.01, 0.0, 500; 1.0, 0.9, 80; 3.0, 0.7, 40 ] do
                let rate = LearningRate.resolve (largest ()) 50 (LearningRate.Multiple multiple)
                let trained, f = outcome (Training.Descent(rate, momentum, int64 steps * 1L<step>))
                let weights = descend rate momentum steps
                let what = $"%g{multiple} units, momentum %g{momentum}, %d{steps} steps"
                wantClose 1e-11 what trained.Fitted.Values (add 1.0 f0 (product jacobian weights)).Values
                wantClose 1e-11 what f.Values (add 1.0 f0Others (product others weights)).Values
                let moved = product (transpose jacobian) trained.Coefficients
                wantClose 1e-11 $"weights after %s{what}" moved.Values weights.Values

        testCase "gradient flow is the limit of ever smaller steps"
        <| fun () ->
            let time = 3.0 * size / largest ()
            let _, flow = outcome (Training.flow 1.0 time)

            let gap steps =
                let _, f = outcome (Training.descent (time / float steps) (int64 steps * 1L<step>))
                Array.map2 (fun (a: float) b -> abs (a - b)) f.Values flow.Values |> Array.max

            Expect.isLessThan (gap 1_000_000) 1e-6 "a million of them"
            Expect.isLessThan (abs (gap 10_000 / gap 100_000 - 10.0)) 0.1 "the error falls as the step"

        testCase
            "no time changes nothing; all time interpolates, and a repeated row tends to the mean of its targets"
        <| fun () ->
            for training in [ Training.flow 1.0 0.0; Training.descent 0.1 0L<step> ] do
                let trained, f = outcome training
                wantClose 1e-14 "training rows" trained.Fitted.Values f0.Values
                wantClose 0.0 "others" f.Values f0Others.Values

            let trained, f = outcome (Training.Flow(infinity * 1.0<flow>))
            Expect.all f.Values Double.IsFinite "no NaN from the zero eigenvalue"
            wantClose 1e-10 "single rows" trained.Fitted.Values[8..47] y.Values[8..47]

            for k in 0..1 do
                // f₀ differs on the two copies here, which no network's would; only their difference cannot be learnt.
                let sum (m: Matrix<float>) = m[3, k] + m[24, k]
                wantClose 1e-10 "the copies' mean" [| sum trained.Fitted |] [| sum y |]
                let difference (m: Matrix<float>) = m[3, k] - m[24, k]
                wantClose 1e-10 "the copies' difference" [| difference trained.Fitted |] [| difference f0 |]

            let long = outcome (Training.flow 1.0 1e9) |> snd
            wantClose 1e-9 "a long time comes near" long.Values f.Values
            let longer = outcome (Training.flow 1.0 1e30) |> snd
            wantClose 1e-9 "a longer one no less" longer.Values f.Values

        testCase "many times at once are those times one by one"
        <| fun () ->
            let trainings = [ for t in [ 0.0; 0.3; 20.0; infinity ] -> Training.flow 0.5 t ]

            for one, many in List.zip (trainings |> List.map (outcome >> fst)) (train trainings) do
                Expect.equal many one "the same bits"

        testCase "epochs are so many steps each"
        <| fun () ->
            let epochs = Training.stepsOf 4L<step / epoch> 3L<epoch>

            Expect.equal
                (outcome (Training.descent 0.01 epochs))
                (outcome (Training.descent 0.01 12L<step>))
                "12"

        testCase "learning rates past the stability limit, and times that are none, are refused"
        <| fun () ->
            let limit = 2.0 * size / largest ()
            Expect.isOk (refused (Training.descent (0.999 * limit) 5L<step>)) "below"
            refused (Training.descent (1.001 * limit) 5L<step>) |> wantRefusal [ "stable"; "diverge" ]
            Expect.isOk (refused (Training.Descent(1.49 * limit, 0.5, 5L<step>))) "momentum widens the limit"
            refused (Training.Descent(1.51 * limit, 0.5, 5L<step>)) |> wantRefusal [ "stable" ]
            refused (Training.flow 1.0 -1.0) |> wantRefusal [ "-1" ]
            refused (Training.flow nan 1.0) |> wantRefusal [ "NaN" ]
            refused (Training.descent nan 5L<step>) |> wantRefusal [ "NaN" ]

            Expect.throwsT<ArgumentException>
                (fun () -> ClosedForm.train spectrum.Value f0Others y [] |> ignore)
                "shapes are the caller's business"
    ]
