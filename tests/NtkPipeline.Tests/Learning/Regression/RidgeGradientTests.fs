module NtkPipeline.Tests.RidgeGradientTests

open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.KernelSamples

let private xs = points 40
let private kernel, y = roughKernelOf xs xs, targets xs

let private spectrum =
    lazy (Expect.wantOk (Spectrum.decompose "K" (KernelMatrix.Double kernel)) "a kernel")

let private at scale ridge = RidgeGradient.at spectrum.Value y scale ridge

/// Differences of order 4, so that their own error is far below rounding's.
let private difference (f: float -> float) x =
    let h = 1e-3 * x
    (8.0 * (f (x + h) - f (x - h)) - (f (x + 2.0 * h) - f (x - 2.0 * h))) / (12.0 * h)

let private scores: (string * (RidgeSlopes -> ScoreSlope)) list = [
    "log likelihood", _.LogLikelihood
    "GCV", _.Gcv
    "leave-one-out error", _.LooError
]

let tests =
    testList "RidgeGradient" [
        testCase "the scores are those of the path on the scaled kernel"
        <| fun () ->
            for scale, ridge in [ 1.0, 0.3; 2.5, 0.02 ] do
                let scaled = KernelMatrix.Double(Matrix.map ((*) scale) kernel)
                let own = Expect.wantOk (Spectrum.decompose "sK" scaled) "a kernel"
                let path = RidgePath.along own y [| ridge |]
                let loo = RidgePath.leaveOneOut 0 path |> Array.averageBy (fun r -> r * r)
                let slopes = at scale ridge

                wantClose 1e-10 "three scores" [|
                    slopes.LogLikelihood.Value
                    slopes.Gcv.Value
                    slopes.LooError.Value
                |] [| path.LogLikelihood[0]; path.Gcv[0]; loo |]

        for name, pick in scores do
            testCase $"the %s{name}'s slopes equal differences, by the ridge and by the kernel's scale"
            <| fun () ->
                for scale, ridge in [ 1.0, 0.3; 2.5, 0.02; 0.4, 5.0 ] do
                    let slope = pick (at scale ridge)
                    let byRidge = difference (fun ridge -> (pick (at scale ridge)).Value) ridge
                    let byScale = difference (fun scale -> (pick (at scale ridge)).Value) scale
                    let near = 1e-8 * max 1.0 (max (abs byRidge) (abs byScale))
                    wantClose near "by λ" [| slope.ByRidge |] [| byRidge |]
                    wantClose near "by s" [| slope.ByScale |] [| byScale |]

        testCase "scaling kernel and ridge alike changes no prediction, and by Euler's law no error"
        <| fun () ->
            let slopes = at 1.7 0.2

            for slope in [ slopes.Gcv; slopes.LooError ] do
                wantClose 1e-12 "s ∂/∂s + λ ∂/∂λ = 0" [| 1.7 * slope.ByScale |] [| -0.2 * slope.ByRidge |]
    ]
