module NtkPipeline.Tests.RidgeClassifierTests

open System
open Expecto
open MathNet.Numerics.LinearAlgebra
open NtkPipeline.Core
open NtkPipeline.Tests.KernelSamples
open NtkPipeline.Tests.RidgeSamples

let private n = float y.Length
let private hat ridge = dense kernel * (shifted ridge kernel).Inverse()

let tests =
    testList "RidgeClassifier" [
        testCase "generalised cross-validation, likelihood and effective dimension are their formulas"
        <| fun () ->
            onPath 1e-10 "GCV" _.Gcv (fun ridge ->
                let off = Matrix<float>.Build.DenseIdentity y.Length - hat ridge
                let r = off * Vector<float>.Build.Dense y
                (r * r / n) / (off.Trace() / n) ** 2.0)

            onPath 1e-10 "log likelihood" (known _.LogLikelihood) (fun ridge ->
                let pivots = (shifted ridge kernel).Cholesky()
                let quadratic = dot y (solve ridge kernel y)
                -0.5 * (quadratic + pivots.DeterminantLn + n * log (2.0 * Math.PI)))

            onPath 1e-10 "effective dimension" _.EffectiveDimension (fun ridge -> (hat ridge).Trace())

            onPath 0.0 "training accuracy" (known _.TrainAccuracy) (fun ridge ->
                (hat ridge * Vector<float>.Build.Dense y).ToArray() |> share)

        testCase "the certificate holds for the coefficients that predict"
        <| fun () ->
            let fit = fitted.Value
            let certificate, ridge = fit.Certificate, fit.Chosen.Ridge
            Expect.isLessThan certificate.Residual 1e-12 "float64"
            let condition = (shifted ridge kernel).ConditionNumber()
            Expect.isLessThan (abs (certificate.ConditionNumber / condition - 1.0)) 1e-9 "condition number"
            wantClose 1e-12 "digits" [| certificate.DigitsLost |] [| log10 certificate.ConditionNumber |]

            let expected =
                let cross =
                    match problem.Validation with
                    | KernelMatrix.Double m -> m
                    | KernelMatrix.Single m -> Matrix.map float m

                (dense cross * Vector<float>.Build.Dense(solve ridge kernel y)).ToArray()

            wantClose 1e-10 "f on the validation rows" fit.ValidationOutputs expected
            Expect.equal fit.Validation (Metrics.scores problem.ValidationTargets expected) "their scores"

        testCase "the grid is even on a log scale and relative to the mean diagonal"
        <| fun () ->
            let fit = fitted.Value
            wantClose 1e-12 "mean diagonal" [| fit.MeanDiagonal |] [| 3.0 |]
            let expected = Array.init 9 (fun k -> 10.0 ** (-3.0 + float k / 2.0))
            wantClose 1e-12 "relative" (fit.Path |> Array.map _.RelativeRidge) expected
            wantClose 1e-12 "absolute" (fit.Path |> Array.map _.Ridge) (expected |> Array.map ((*) 3.0))
            Expect.equal fit.SmallestRidge fit.Path[0].Ridge "the smallest"
            Expect.equal (RidgeSettings.grid { settings with Largest = 1e-3 }) [| 1e-3 |] "a grid of one"

        testCase "each way of choosing takes the best point of its own score"
        <| fun () ->
            for choice in RidgeChoice.all do
                let fit = fit { settings with ChooseBy = choice } problem
                let best = fit.Path |> Array.map (RidgeChoice.score choice) |> Array.min
                Expect.isSome best "every point has one"
                Expect.equal (RidgeChoice.score choice fit.Chosen) best $"%A{choice}"
                Expect.equal fit.ChosenBy choice "and is told"
                let name = RidgeChoice.print choice
                Expect.equal (RidgeChoice.parse name) (Ok choice) "by a name that reads back"

                for point in fit.Path do
                    if RidgeChoice.score choice point = best then
                        Expect.isLessThanOrEqual point.Ridge fit.Chosen.Ridge "of equals the larger ridge"

        testCase "the test rows are predicted by a fit on all rows with the chosen ridge"
        <| fun () ->
            let tests = points 160 |> Array.skip 120
            let gram, y = kernelOf all all, targets all
            let cross = kernelOf tests all

            let labels = y |> Array.mapi (fun i label -> if i < 6 then -label else label)

            let regression =
                RidgeClassifier.withTest
                    (KernelMatrix.Double gram)
                    TargetCoding.PlusMinus
                    y
                    labels
                    (KernelMatrix.Double cross)
                    fitted.Value

            let ridge = fitted.Value.Chosen.Ridge
            let expected = (dense cross * Vector<float>.Build.Dense(solve ridge gram y)).ToArray()
            let regression = Expect.wantOk regression ""
            wantClose 1e-10 "f on the test rows" regression.TestOutputs expected
            let refit = Expect.wantSome regression.Refit "its leave-one-out"
            let outputs = Array.init y.Length (fun i -> (heldOut ridge gram y [| i |])[0])
            Expect.equal refit.Rows y.Length "all rows"
            Expect.equal refit.LooAccuracy (Metrics.accuracy y outputs) "as refitted row by row"
            Expect.equal refit.LooAccuracyAsGiven (Metrics.accuracy labels outputs) "against other labels"

            wantClose 1e-9 "its error" [| refit.LooError |] [|
                Array.map2 (fun f y -> (f - y) ** 2.0) outputs y |> Array.average
            |]

        testCase "float32 kernels are solved in float64"
        <| fun () ->
            let single = roughKernelOf xs xs |> Matrix.map float32
            let solve kernel = fit settings { problem with Train = kernel; Spectrum = decompose kernel }
            let promoted = solve (KernelMatrix.Double(Matrix.map float single))
            let single = solve (KernelMatrix.Single single)
            wantClose 1e-9 "the same" single.ValidationOutputs promoted.ValidationOutputs
    ]
