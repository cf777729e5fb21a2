module NtkPipeline.Tests.RidgeHeadTests

open System
open Expecto
open NtkPipeline.Core

let private random = Random 4
let private phi = Matrix.init 40 6 (fun _ _ -> float32 (random.NextDouble() - 0.4))

let private targets =
    Array.init 40 (fun i -> float phi[i, 0] - 2.0 * float phi[i, 3] + 3.0 * random.NextDouble())

/// The same by another way.
let private byKernel ridge =
    let kernel =
        Matrix.init 40 40 (fun i j ->
            1.0 + Seq.sum (seq { for k in 0..5 -> float phi[i, k] * float phi[j, k] }))

    let targets = Matrix.create 40 1 targets

    Expect.wantOk
        (RidgeFit.fit "K" (RidgeSource.Given ridge) None (KernelMatrix.Double kernel) targets)
        "a fit"

let private f (head: LinearHead) i =
    float head.Bias + Seq.sum (seq { for j in 0..5 -> float head.Weights[j] * float phi[i, j] })

let tests =
    testList "RidgeHead" [
        testCase "it is kernel ridge regression with φ·φ′ + 1 at the same ridge"
        <| fun () ->
            let fit = Expect.wantOk (RidgeHead.fit phi targets) "a head"

            let other = byKernel fit.Ridge

            for i in 0..39 do
                Expect.isLessThan (abs (f fit.Head i - other.Fitted[i, 0])) 1e-6 "w·φ + b, w and b in float32"
                Expect.isLessThan (abs (fit.LeftOut[i] - other.LeftOut[i, 0])) 1e-10 "left out"

            Expect.isLessThan (abs (fit.LooError - other.Chosen.LooError)) 1e-10 "its error"

        testCase "no ridge of the grid leaves less error"
        <| fun () ->
            let fit = Expect.wantOk (RidgeHead.fit phi targets) "a head"
            Expect.isTrue (fit.RelativeRidge > 1e-4 && fit.RelativeRidge < 1e3) "within the grid"

            for factor in [ 0.1; 0.5; 2.0; 10.0 ] do
                Expect.isGreaterThan
                    (byKernel (factor * fit.Ridge)).Chosen.LooError
                    fit.LooError
                    "another ridge"

            let constant = Expect.wantOk (RidgeHead.fit phi (Array.create 40 1.0)) "a constant"
            Expect.isLessThan (abs (f constant.Head 3 - 1.0)) 0.01 "b tells it"

        testCase "what is no number is refused"
        <| fun () ->
            Expect.isError (RidgeHead.fit phi (Array.create 40 nan)) "targets"
            Expect.isError (RidgeHead.fit (Matrix.map (fun _ -> Single.NaN) phi) targets) "rows"
    ]
