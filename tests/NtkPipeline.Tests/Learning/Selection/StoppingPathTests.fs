module NtkPipeline.Tests.StoppingPathTests

open System
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.BlurredCircle
open NtkPipeline.Tests.KernelSamples


let private stopping =
    testList "training times" [
        testCase "their residuals, dimension and coefficients are those of the smoother written out"
        <| fun () ->
            let k = kernelOf (points 40) (points 40)
            let y, n = targets (points 40), 40
            let spectrum = decompose k
            let time = 30.0<flow>
            let found = (Expect.wantOk (StoppingPath.along spectrum y [| time |]) "a score")[0]
            // exp(−Kt/N) by its own eigendecomposition.
            let evd = (dense k).Evd()

            let decay =
                evd.EigenVectors
                * MathNet.Numerics.LinearAlgebra.Matrix<float>.Build.DenseOfDiagonalVector(
                    evd.EigenValues.Map(fun v -> exp (-v.Real * float time / float n))
                )
                * evd.EigenVectors.Transpose()

            let rest = (decay * MathNet.Numerics.LinearAlgebra.Vector<float>.Build.Dense y).ToArray()
            let kept = decay.Diagonal().ToArray()
            let share = Array.average kept
            Expect.floatClose Accuracy.high found.EffectiveDimension (40.0 * (1.0 - share)) "Σ (1 − decay)"

            Expect.floatClose
                Accuracy.high
                (Expect.wantSome found.Gcv "something is left")
                (Array.averageBy (fun r -> r * r) rest / (share * share))
                "GCV"

            Expect.floatClose
                Accuracy.high
                (Expect.wantSome found.LooError "something is left")
                (Array.map2 (fun r s -> (r / s) ** 2.0) rest kept |> Array.average)
                "leave-one-out, as estimated"

            wantClose
                1e-8
                "K α = y − rest"
                ((dense k * MathNet.Numerics.LinearAlgebra.Vector<float>.Build.Dense found.Coefficients)
                    .ToArray())
                (Array.map2 (-) y rest)

        testCase "their leave-one-out error is an estimate, within a tenth of retraining without each row"
        <| fun () ->
            let xs = points 60
            let k, y = kernelOf xs xs, targets xs
            let spectrum = decompose k

            for units in [ 5.0; 50.0 ] do
                let rate = 60.0 / (Spectrum.values spectrum)[0]
                let time = units * rate * 1.0<flow>
                let found = (Expect.wantOk (StoppingPath.along spectrum y [| time |]) "a score")[0]
                let estimate = Expect.wantSome found.LooError "something is left"

                let retrained =
                    Array.init 60 (fun out ->
                        let kept = [| 0..59 |] |> Array.except [ out ]
                        let smaller = decompose (Matrix.gather kept kept k)
                        let target = kept |> Array.map (fun i -> y[i])
                        // The same η t/N for every row that is left.
                        let time = time * 59.0 / 60.0

                        let point =
                            (Expect.wantOk (StoppingPath.along smaller target [| time |]) "a score")[0]

                        let f = Array.fold2 (fun sum i c -> sum + k[out, i] * c) 0.0 kept point.Coefficients
                        (y[out] - f) ** 2.0)
                    |> Array.average

                Expect.isLessThan
                    (abs (estimate / retrained - 1.0))
                    0.1
                    $"%g{units} units: %g{estimate} for %g{retrained}"
    ]

let tests = testList "selection" [ stopping ]
