module NtkPipeline.Tests.ErrorPeakTests

open Expecto
open NtkPipeline.Core

let private places = [| for k in -12 .. 12 -> 100.0 * 2.0 ** (float k / 4.0) |]

/// A peak at one place over a floor, for seeds whose errors differ by a factor.
let series at height floor factors : ErrorSeries = {
    Places = places
    Errors =
        factors
        |> Array.map (fun factor ->
            places
            |> Array.map (fun place ->
                factor * floor * (1.0 + (height - 1.0) * exp (-4.0 * (log (place / at)) ** 2.0))))
}

let private highest series = Expect.wantSome (ErrorPeak.highest series) "a peak"

let tests =
    testList "ErrorPeak" [
        testCase "a peak is found at its place, and its height is over the higher neighbour two octaves away"
        <| fun () ->
            let found = highest (series 100.0 4.0 0.5 [| 1.0; 1.2; 0.8 |])
            KernelSamples.wantClose 1e-9 "place" [| found.At |] [| 100.0 |]
            let height = Expect.wantSome found.Height "neighbours"
            let tail = 1.0 + 3.0 * exp (-4.0 * (log 4.0) ** 2.0)
            // Every seed has the same ratio: a band of no width.
            let lower, upper = Expect.wantSome height.Band "three seeds"

            KernelSamples.wantClose
                1e-9
                "height"
                [| height.Value; lower; upper |]
                (Array.create 3 (4.0 / tail))

            KernelSamples.wantClose 1e-9 "neighbours" [| found.Below.Value; found.Above.Value |] [|
                25.0
                400.0
            |]

        testCase "what falls all the way has no height above 1, and a peak at the end no neighbours"
        <| fun () ->
            let falling: ErrorSeries = {
                Places = places
                Errors = [| places |> Array.map (fun x -> 1.0 / x) |]
            }

            Expect.isNone (highest falling).Height "its highest place is the first"
            let steepest = Expect.wantSome (ErrorPeak.steepest falling) "there are places with neighbours"

            Expect.isLessThan
                (Expect.wantSome steepest.Height "height").Value
                0.3
                "a quarter of the one before"

        testCase "the ratio of seeds has Student's band on logarithms; one seed has none"
        <| fun () ->
            let found = Ratio.ofValues [| 2.0; 8.0 |]
            let lower, upper = Expect.wantSome found.Band "two"
            // t of one degree of freedom: tan(0.475 π), times half the logarithms' difference.
            let reach = exp (tan (0.475 * System.Math.PI) * log 2.0)

            KernelSamples.wantClose 1e-6 "band" [| found.Value; lower; upper / reach |] [|
                4.0
                4.0 / reach
                4.0
            |]

            Expect.isNone (Ratio.ofValues [| 2.0 |]).Band "one"

        testCase "a bound is met, missed, or within the band"
        <| fun () ->
            let ratio = { Value = 2.0; Band = Some(1.5, 2.6) }
            Expect.equal (Ratio.isAtLeast 1.5 ratio) (Some true) "met"
            Expect.equal (Ratio.isAtLeast 3.0 ratio) (Some false) "missed"
            Expect.isNone (Ratio.isAtLeast 2.0 ratio) "within"
            Expect.isNone (Ratio.isAtLeast 1.0 { ratio with Band = None }) "no band"

        testCase "no places, no peak"
        <| fun () ->
            let none: ErrorSeries = { Places = [||]; Errors = [||] }
            Expect.isNone (ErrorPeak.highest none) "highest"
            Expect.isNone (ErrorPeak.steepest none) "steepest"
    ]
