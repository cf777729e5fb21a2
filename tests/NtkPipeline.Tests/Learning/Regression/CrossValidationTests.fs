module NtkPipeline.Tests.CrossValidationTests

open System
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.KernelSamples
open NtkPipeline.Tests.RidgeSamples

let private path = lazy (RidgePath.along problem.Spectrum y (fitted.Value.Path |> Array.map _.Ridge))

let private meanSquare (f: float[]) = Array.map2 (fun a b -> (a - b) ** 2.0) f y |> Array.average

/// Predictions of all rows, each by a regression that was really fitted without its group.
let private refits (groups: int[]) ridge =
    let f = Array.zeroCreate y.Length

    for _, rows in Array.indexed groups |> Array.groupBy snd do
        let out = rows |> Array.map fst
        heldOut ridge kernel y out |> Array.iteri (fun k value -> f[out[k]] <- value)

    f

let private memoize (compute: float -> float[]) =
    let known = Collections.Generic.Dictionary<float, float[]>()

    fun ridge ->
        if not (known.ContainsKey ridge) then
            known[ridge] <- compute ridge

        known[ridge]

let private looRefits = memoize (refits [| 0 .. y.Length - 1 |])
let private cvRefits = memoize (refits problem.Folds)

let tests =
    testList "RidgeClassifier" [
        testCase "leave-one-out is what refitting without each row gives"
        <| fun () ->
            for p in [ 0; 4; 8 ] do
                let loo = Array.map2 (-) y (RidgePath.leaveOneOut p path.Value)
                wantClose 1e-9 "row by row" loo (looRefits path.Value.Ridges[p])

            onPath 1e-9 "error" _.LooError (looRefits >> meanSquare)
            onPath 0.0 "accuracy" (known _.LooAccuracy) (looRefits >> share)

        testCase "k-fold cross-validation is what refitting without each fold gives"
        <| fun () ->
            let held = Expect.wantOk (CrossValidation.residuals problem.Spectrum path.Value problem.Folds) ""

            for p in [ 0; 4; 8 ] do
                let f = Array.map2 (-) y (RidgePath.column p held)
                wantClose 1e-9 "row by row" f (cvRefits path.Value.Ridges[p])

            onPath 1e-9 "error" (known _.CvError) (cvRefits >> meanSquare)
            onPath 0.0 "accuracy" (known _.CvAccuracy) (cvRefits >> share)
            onPath 1e-12 "F1" (known _.CvF1) (cvRefits >> Metrics.f1 y)

        testCase "folds larger than a strip, and folds of unequal size, are as exact"
        <| fun () ->
            let xs = points 420
            let kernel, y = kernelOf xs xs, targets xs
            let spectrum = decompose (KernelMatrix.Double kernel)
            let folds = Array.init 420 (fun i -> if i % 7 < 5 then 3 else i % 2)
            let path = RidgePath.along spectrum y [| 0.01 |]
            let held = Expect.wantOk (CrossValidation.residuals spectrum path folds) ""
            let out = [| 0..419 |] |> Array.filter (fun i -> folds[i] = 3)
            Expect.isGreaterThan out.Length 256 "more rows than a strip"
            let f = out |> Array.map (fun i -> y[i] - held[i, 0])
            wantClose 1e-9 "the large fold" f (heldOut 0.01 kernel y out)

        testCase "one fold for each row is leave-one-out"
        <| fun () ->
            let held =
                Expect.wantOk
                    (CrossValidation.residuals problem.Spectrum path.Value [| 0 .. y.Length - 1 |])
                    ""

            wantClose 1e-11 "the same" (RidgePath.column 3 held) (RidgePath.leaveOneOut 3 path.Value)
    ]
