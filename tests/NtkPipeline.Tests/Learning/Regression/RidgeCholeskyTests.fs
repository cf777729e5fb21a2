module NtkPipeline.Tests.RidgeCholeskyTests

open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.KernelSamples

let private xs = points 60
let private kernel = roughKernelOf xs xs

let private y =
    let labels = targets xs
    Matrix.init 60 2 (fun i k -> if k = 0 then labels[i] else cos (xs[i][1]))

let private double = KernelMatrix.Double
let private fit m ridge = RidgeCholesky.fit (double m) ridge y

let tests =
    testList "RidgeCholesky" [
        testCase "every score and coefficient is the spectral path's"
        <| fun () ->
            for ridge in [ 0.01; 0.7; 40.0 ] do
                let solution, scores = Expect.wantSome (fit kernel ridge) "it can be trusted"

                let spectral =
                    Expect.wantOk (RidgeFit.fit "K" (RidgeSource.Given ridge) None (double kernel) y) ""

                wantClose 1e-10 "α" solution.Coefficients.Values spectral.Coefficients.Values
                let left = Array.map2 (-) y.Values scores.LeaveOneOut.Values
                wantClose 1e-10 "left out" left spectral.LeftOut.Values

                wantClose 1e-10 "scores" [|
                    scores.Gcv
                    Expect.wantSome scores.LogLikelihood "a density"
                    scores.EffectiveDimension
                |] [|
                    spectral.Chosen.Gcv
                    Expect.wantSome spectral.Chosen.LogLikelihood "a density"
                    spectral.Chosen.EffectiveDimension
                |]

                let certificate = solution.Certificate

                Expect.isGreaterThanOrEqual
                    certificate.ConditionNumber
                    spectral.Certificate.ConditionNumber
                    "a bound"

                Expect.isLessThan certificate.Residual 1e-12 "certified"

                Expect.equal
                    (RidgeCholesky.solve (double kernel) ridge y)
                    (Some solution)
                    "α alone is the same"

        testCase "many rows and one ridge are solved without eigenvalues, to the same regression"
        <| fun () ->
            let solve most =
                Expect.wantOk
                    (RidgeFit.fitUpTo most "K" (RidgeSource.Given 0.3) None (double kernel) y)
                    "solved"

            let direct, spectral = solve 59, solve 60
            Expect.equal (direct.IsSpectral, spectral.IsSpectral) (false, true) "another way"
            wantClose 1e-11 "f" direct.Fitted.Values spectral.Fitted.Values
            wantClose 1e-10 "left out" direct.LeftOut.Values spectral.LeftOut.Values

            for pick in
                [
                    (fun (point: RidgePoint) -> point.Ridge)
                    _.RelativeRidge
                    _.EffectiveDimension
                    _.LooError
                    _.Gcv
                    (fun (point: RidgePoint) -> Expect.wantSome point.LogLikelihood "a density")
                ] do
                wantClose 1e-10 "scores" [| pick direct.Chosen |] [| pick spectral.Chosen |]

            Expect.equal direct.Chosen.LooAccuracy spectral.Chosen.LooAccuracy "accuracy"
            Expect.equal direct.Rank spectral.Rank "rank"

        testCase
            "an indefinite matrix that the ridge would hide, a tiny ridge and rounding above it are left to the eigenvalues"
        <| fun () ->
            let m = Matrix.init 60 60 (fun i j -> if i = j && i = 5 then -0.5 else kernel[i, j])
            Expect.equal (fit m 9.0) None "hidden"
            RidgeFit.solve "K" (double m) 9.0 y |> wantRefusal [ "K"; "not positive semi-definite" ]
            Expect.equal (fit kernel 1e-12) None "too many digits"
            Expect.equal (fit kernel 0.0) None "no ridge"
            let single = kernelOf xs xs |> Matrix.map float32 |> KernelMatrix.Single
            let lowest = (Expect.wantOk (Spectrum.decompose "K" single) "within float32").Computed[59]
            Expect.isLessThan lowest 0.0 "rounding made it so"
            // The ridge leaves K + λI positive definite, and a Cholesky factor alone would see nothing.
            Expect.equal (RidgeCholesky.fit single (-4.0 * lowest) y) None "its own rounding"
    ]
