/// Cross-entropy of several outputs: a class each, by softmax.
module NtkPipeline.Tests.SoftmaxDescentTests

open System
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.KernelSamples

let private plan: DescentPlan = { Rate = 1.0; IsStepwise = false; Momentum = 0.0; Times = [||]; Ridge = 0.0 }

let private xs = points 20
let private k = roughKernelOf xs xs
let private label i = (i * 7 + i / 3) % 3

let private oneHot low high = Matrix.init 20 3 (fun i c -> if label i = c then high else low)

let private zeros columns = Matrix.create 20 columns (Array.zeroCreate (20 * columns))

let private train plan y =
    Expect.wantOk (LogisticDescent.run "Θ" plan (KernelMatrix.Double k) y (zeros y.Columns) None) "it trains"

/// Steps of f ← f − η/N Θ(softmax f − p), written out.
let private byHand rate steps =
    let mutable f = Array.init 20 (fun _ -> Array.zeroCreate 3)

    for _ in 1..steps do
        let pull =
            f
            |> Array.mapi (fun i row ->
                let weights = row |> Array.map exp
                Array.init 3 (fun c -> weights[c] / Array.sum weights - if label i = c then 1.0 else 0.0))

        f <-
            f
            |> Array.mapi (fun i row ->
                Array.init 3 (fun c ->
                    row[c] - rate / 20.0 * Array.sum (Array.init 20 (fun j -> k[i, j] * pull[j][c]))))

    Array.concat f

let tests =
    testList "SoftmaxDescent" [
        testCase "steps of three classes are those written out, and the loss is −log P of the right class"
        <| fun () ->
            let stepwise = { plan with Rate = 0.5; IsStepwise = true; Times = [| 0.0; 40.0 |] }
            let path = train stepwise (oneHot 0.0 1.0)
            let f = path.Points[1].Outputs
            wantClose 1e-10 "40 steps" f.Values (byHand 0.5 40)
            wantClose 1e-12 "at first every class has a third" [| path.Points[0].Loss |] [| log 3.0 |]

            let surprise i =
                let row = (Matrix.row i f).ToArray()
                log (Array.sumBy exp row) - row[label i]

            wantClose 1e-12 "the loss" [| path.Points[1].Loss |] [| Seq.averageBy surprise (seq { 0..19 }) |]

            wantClose
                0.0
                "−1 and 1 name the same classes"
                (train stepwise (oneHot -1.0 1.0)).Points[1].Outputs.Values
                f.Values

        testCase "two classes are the logistic of their difference, at twice the rate"
        <| fun () ->
            let y = Array.init 20 (fun i -> if label i = 0 then 1.0 else -1.0)
            let both = Matrix.init 20 2 (fun i c -> if (y[i] > 0.0) = (c = 0) then 1.0 else 0.0)
            let two = (train { plan with Times = [| 30.0 |] } both).Points[0].Outputs

            let one =
                (train { plan with Rate = 2.0; Times = [| 30.0 |] } (Matrix.create 20 1 y)).Points[0].Outputs

            wantClose 1e-8 "differences" (Array.init 20 (fun i -> two[i, 0] - two[i, 1])) one.Values

        testCase "probabilities are taken; rows that are none, too large steps and the end are refused"
        <| fun () ->
            let shares = Matrix.init 20 3 (fun i c -> [| 0.5; 0.3; 0.2 |][(c + i) % 3])
            train { plan with Times = [| 1.0 |] } shares |> ignore

            let refused words plan y =
                LogisticDescent.run "Θ" plan (KernelMatrix.Double k) y (zeros 3) None |> wantRefusal words

            let flags = Matrix.init 20 3 (fun i c -> if (i + c) % 2 = 0 then 1.0 else 0.0)

            refused
                [ "softmax"; "row 0"; "add up to 2"; "each column alone" ]
                { plan with Times = [| 1.0 |] }
                flags

            refused [ "3 outputs"; "finite time" ] { plan with Times = [| infinity |] } shares
            let limit = (train { plan with Times = [| 1.0 |] } shares).StabilityLimit
            let values = (Expect.wantOk (Spectrum.decompose "Θ" (KernelMatrix.Double k)) "").Computed
            wantClose 1e-9 "4 N/Λ_max" [| limit |] [| 4.0 * 20.0 / values[0] |]

            refused
                [ "stable" ]
                { plan with Rate = 1.01 * limit; IsStepwise = true; Times = [| 2.0 |] }
                shares
    ]
