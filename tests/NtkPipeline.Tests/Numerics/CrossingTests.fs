module NtkPipeline.Tests.CrossingTests

open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.KernelSamples

let private at level points = Expect.wantSome (Crossing.last level points) "it crosses"

let tests =
    testList "Crossing" [
        testCase "a power law is met exactly, whatever the points' order"
        <| fun () ->
            // y = 0.3 x⁻² is 0.05 at x = √6.
            let points = [| for x in [ 4.0; 0.5; 8.0; 1.0; 2.0 ] -> x, 0.3 / x ** 2.0 |]
            wantClose 1e-12 "√6" [| at 0.05 points |] [| sqrt 6.0 |]

        testCase "of several crossings the last counts"
        <| fun () ->
            let points = [| 1.0, 1.0; 2.0, 0.01; 4.0, 1.0; 8.0, 0.25; 16.0, 0.0625 |]
            wantClose 1e-12 "between 8 and 16" [| at 0.125 points |] [| 8.0 * sqrt 2.0 |]

        testCase "a point at the level is where it crosses"
        <| fun () -> wantClose 1e-12 "at 2" [| at 0.5 [| 1.0, 1.0; 2.0, 0.5; 4.0, 0.25 |] |] [| 2.0 |]

        testCase "no crossing, or a curve that ends above, has none"
        <| fun () ->
            for points in
                [
                    [||]
                    [| 1.0, 1.0 |]
                    [| 1.0, 1.0; 2.0, 0.9 |]
                    [| 1.0, 0.01; 2.0, 0.02 |]
                    [| 1.0, 1.0; 2.0, 0.01; 4.0, 1.0 |]
                ] do
                Expect.isNone (Crossing.last 0.05 points) $"%A{points}"
    ]
