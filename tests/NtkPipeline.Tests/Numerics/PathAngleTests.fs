module NtkPipeline.Tests.PathAngleTests

open System
open Expecto
open NtkPipeline.Core

let private close = Expect.floatClose Accuracy.veryHigh

let tests =
    testList "PathAngle" [
        testCase "angles by hand, whatever the lengths"
        <| fun () ->
            let between a b = PathAngle.between a b |> Option.get
            close (between [| 1.0; 0.0 |] [| 3.0; 3.0 |]) (Math.PI / 4.0) "45°"
            close (between [| 1.0; 0.0 |] [| 0.0; 1e-3 |]) (Math.PI / 2.0) "90°"
            close (between [| 1.0; 2.0 |] [| -2.0; -4.0 |]) Math.PI "180°"
            // arccos of a rounded cosine would give 0 or 1.5e-8.
            close (between [| 1.0; 0.0 |] [| 1.0; 1e-9 |] * 1e9) 1.0 "a nanoradian"
            Expect.isNone (PathAngle.between [| 0.0; 0.0 |] [| 1.0; 0.0 |]) "no direction"

        testCase "of two paths, movement by movement"
        <| fun () ->
            let a = [| [| 0.0; 0.0 |]; [| 1.0; 0.0 |]; [| 1.0; 0.0 |]; [| 1.0; 5.0 |] |]
            let b = [| [| 9.0; 9.0 |]; [| 9.0; 10.0 |]; [| 9.0; 11.0 |]; [| 9.0; 12.0 |] |]
            let found = PathAngle.alongPaths a b
            close (Option.get found[0]) (Math.PI / 2.0) "across"
            Expect.isNone (found[1]) "it stands still"
            close (1.0 + Option.get found[2]) 1.0 "alongside"

        testCase "the ratio of two kinds, with Welch's band"
        <| fun () ->
            // Logarithms 1 2 3 and 0 0.5 1: means 2 and 0.5, variances of means 1/3 and 1/12, freedom (5/12)²/(1/18 + 1/288) = 50/17.
            let over, under = Array.map exp [| 1.0; 2.0; 3.0 |], Array.map exp [| 0.0; 0.5; 1.0 |]
            let band = MeanRatio.band over under |> Option.get
            close band.Estimate (exp 1.5) "of geometric means"
            let t = MathNet.Numerics.Distributions.StudentT.InvCDF(0.0, 1.0, 50.0 / 17.0, 0.975)
            close (log band.Most - 1.5) (t * sqrt (5.0 / 12.0)) "upwards"
            close (1.5 - log band.Least) (t * sqrt (5.0 / 12.0)) "downwards"
            Expect.isNone (MeanRatio.band [| 1.0 |] under) "one alone has no spread"
            Expect.isNone (MeanRatio.band [| 1.0; 0.0 |] under) "none below 0"
            let same = MeanRatio.band [| 2.0; 2.0 |] [| 1.0; 1.0 |] |> Option.get
            Expect.equal (same.Least, same.Most) (same.Estimate, same.Estimate) "no spread at all"
    ]
