module NtkPipeline.Tests.McNemarTests

open Expecto
open NtkPipeline.Core

let private of' first second rows : Discordance = { OnlyFirst = first; OnlySecond = second; Rows = rows }

/// The share of all 2ⁿ ways to give out n rows that are at least as uneven: no formula of a distribution.
let private byCounting b c =
    let n = b + c
    let ones (way: int) = System.Numerics.BitOperations.PopCount(uint32 way)
    let uneven = abs (b - c)
    let all = 1 <<< n

    Seq.init all (fun way -> if abs (2 * ones way - n) >= uneven then 1.0 else 0.0)
    |> Seq.sum
    |> fun extreme -> extreme / float all

let tests =
    testList "McNemar" [
        testCase "p is the share of all ways that are at least as uneven"
        <| fun () ->
            for b, c in [ 1, 9; 0, 5; 7, 7; 3, 11; 0, 1; 12, 2 ] do
                Expect.floatClose Accuracy.veryHigh (McNemar.p (of' b c 100)) (byCounting b c) $"{b} and {c}"

            Expect.equal (McNemar.p (of' 0 0 50)) 1.0 "who never disagree"
            Expect.isLessThan (McNemar.p (of' 400 200 1500)) 1e-10 "and many rows are no trouble"

        testCase "disagreements are counted on both sides"
        <| fun () ->
            let first, second = [| 1.0; 0.0; 1.0; 1.0; 0.0 |], [| 1.0; 1.0; 0.0; 0.0; 0.0 |]
            Expect.equal (McNemar.ofHits first second) (of' 2 1 5) "two and one"

            Expect.throwsT<System.ArgumentException>
                (fun () -> McNemar.ofHits first [| 1.0 |] |> ignore)
                "of the same rows"

        testCase "few rows of disagreement have an exact interval, unless the test tells a side"
        <| fun () ->
            let near expected actual =
                Expect.isLessThan (abs (expected - actual)) 1e-6 $"{expected} and {actual}"

            let none = Expect.wantSome (McNemar.toCover (of' 0 0 31)) "none differs"
            near (1.0 - 0.05 ** (1.0 / 31.0)) (snd none)
            near -(snd none) (fst none)

            // Of 1 row in 31: θ from 0.025 to 1; at x, (1 − x)³¹ + 31 x (1 − x)³⁰ is 5%.
            let lower, upper = Expect.wantSome (McNemar.toCover (of' 1 0 31)) "one differs"
            near 0.05 ((1.0 - upper) ** 31.0 + 31.0 * upper * (1.0 - upper) ** 30.0)
            near (-0.95 * upper) lower

            // Five of five: θ from 0.025^⅕ = 0.478, so that 0 lies within; six of six have p = 1/32.
            let lower, _ = Expect.wantSome (McNemar.toCover (of' 5 0 200)) "five differ"
            Expect.isLessThan lower 0.0 "below 0"
            Expect.isNone (McNemar.toCover (of' 6 0 200)) "the test tells"
            Expect.isNone (McNemar.toCover (of' 13 12 200)) "many are resampled"

        testCase
            "a row's deviation is that of the differences themselves, and rows are those that show a difference"
        <| fun () ->
            let found = of' 30 10 400

            let differences = [|
                for k in 0..399 ->
                    if k < 30 then 1.0
                    elif k < 40 then -1.0
                    else 0.0
            |]

            let mean = Array.average differences
            let square = differences |> Array.averageBy (fun d -> (d - mean) ** 2.0)
            Expect.floatClose Accuracy.veryHigh (McNemar.deviation found) (sqrt square) "σ"
            let rows = Expect.wantSome (McNemar.rowsToShow 0.01 found) "some"
            // z = 1.959964 and 0.841621, from a table.
            let expected = ((1.959964 + 0.841621) / 0.01) ** 2.0 * square
            Expect.isLessThan (abs (float rows - expected)) 2.0 "to a row"
            Expect.equal (McNemar.rowsToShow 0.01 (of' 0 0 400)) None "nothing to go by"
    ]
