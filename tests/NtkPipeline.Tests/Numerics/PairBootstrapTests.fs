module NtkPipeline.Tests.PairBootstrapTests

open Expecto
open NtkPipeline.Core

let private seed = Seed.root 4UL

let tests =
    testList "PairBootstrap" [
        testCase "units are drawn, not pairs, and none stands beside itself"
        <| fun () ->
            let mutable sizes = Set.empty

            let count (pairs: (int * int)[]) =
                Expect.isTrue (pairs |> Array.forall (fun (a, b) -> a <> b)) "no unit with itself"
                sizes <- Set.add pairs.Length sizes
                Some(float pairs.Length)

            let band = PairBootstrap.band 200 seed 5 count |> Option.get
            Expect.equal band.Estimate 20.0 "all ordered pairs of five"
            // With k copies of one unit, 25 − Σk² pairs: of four that are the same and one other, 8.
            Expect.isTrue
                (sizes |> Set.forall (fun size -> size >= 0 && size <= 20 && size % 2 = 0))
                "of units"

            Expect.isTrue (Set.count sizes > 2) "drawings differ"

        testCase "a sum over units has the band of units, which is wider than that of pairs"
        <| fun () ->
            // The value of a pair is that of its first unit: 20 units of standard deviation 1.
            let random = System.Random 3

            let values =
                Array.init 20 (fun _ -> MathNet.Numerics.Distributions.Normal.Sample(random, 0.0, 1.0))

            let mean pairs = pairs |> Array.averageBy (fun (a, _) -> values[a]) |> Some
            let band = PairBootstrap.band 2000 seed 20 mean |> Option.get
            let spread = sqrt ((values |> Array.averageBy (fun x -> x * x)) - Array.average values ** 2.0)
            let expected = 2.0 * 1.96 * spread / sqrt 20.0
            Expect.floatClose Accuracy.veryHigh band.Estimate (Array.average values) "the mean"

            Expect.isTrue
                (abs ((band.Most - band.Least) / expected - 1.0) < 0.2)
                $"%g{band.Most - band.Least} and %g{expected}"

        testCase "there is no band where there is no number"
        <| fun () ->
            Expect.isNone (PairBootstrap.band 100 seed 4 (fun _ -> None)) "never"

            let whole (pairs: (int * int)[]) = if pairs.Length = 12 then Some 1.0 else None
            Expect.isNone (PairBootstrap.band 100 seed 4 whole) "in few drawings"

        testCase "a band's sign"
        <| fun () ->
            let sign least most = Banded.isPositive { Estimate = 0.0; Least = least; Most = most }

            Expect.equal
                [ sign 0.1 1.0; sign -1.0 -0.1; sign -1.0 1.0 ]
                [ Some true; Some false; None ]
                "three"
    ]
