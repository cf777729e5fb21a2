module NtkPipeline.Tests.SpectralFilterTests

open System
open System.Globalization
open Expecto
open NtkPipeline.Core

/// All 17 digits of a number; a conversion keeps 15.
let private exactly (x: float) =
    Decimal.Parse(
        x.ToString("G17", CultureInfo.InvariantCulture),
        NumberStyles.Float,
        CultureInfo.InvariantCulture
    )

/// Heavy-ball descent of one eigendirection, step by step, in decimal: 28 digits.
let private stepByStep (u: float) (beta: float) steps =
    let u, beta = exactly u, exactly beta
    let mutable learnt, velocity = 0.0m, 0.0m

    for _ in 1..steps do
        velocity <- beta * velocity + 1.0m - u * learnt
        learnt <- learnt + velocity

    float learnt

let tests =
    testList "SpectralFilter" [
        testCase "momentum's closed form is what stepping gives, for every kind of root"
        <| fun () ->
            for beta in [ 0.1; 0.5; 0.9; 0.99 ] do
                let touching = (1.0 - sqrt beta) ** 2.0
                let other = (1.0 + sqrt beta) ** 2.0

                for u in
                    [
                        0.0
                        1e-12
                        1e-6
                        1e-3
                        touching * 0.9
                        touching * (1.0 - 1e-6)
                        touching
                        touching * 1.001
                        1.0
                        other * 0.999
                        other
                        (other + 2.0 * (1.0 + beta)) / 2.0
                        2.0 * (1.0 + beta) - 1e-3
                    ] do
                    for steps in [ 0; 1; 7; 4096; 4097; 9000 ] do
                        let expected = stepByStep u beta steps
                        let found = SpectralFilter.heavyBall u beta (int64 steps * 1L<step>)
                        let near = 1e-9 * max 1e-3 (abs expected)

                        let what =
                            $"β = %g{beta}, u = %g{u}, %d{steps} steps: %.17g{found}, not %.17g{expected}"

                        Expect.isLessThanOrEqual (abs (found - expected)) near what

        testCase "very many steps end where the eigenvalue says"
        <| fun () ->
            for u in [ 1e-6; 0.3; 3.5 ] do
                let found = SpectralFilter.heavyBall u 0.9 1_000_000_000_000L<step>
                Expect.isLessThan (abs (u * found - 1.0)) 1e-9 $"all is learnt at u = %g{u}"
    ]
