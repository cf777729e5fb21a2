module NtkPipeline.Tests.RankCorrelationTests

open Expecto
open NtkPipeline.Core

let private close = Expect.floatClose Accuracy.veryHigh

let tests =
    testList "RankCorrelation" [
        testCase "without ties it is 1 − 6 Σd²/(n(n² − 1))"
        <| fun () ->
            let a = [| 0.1; 5.0; -3.0; 2.0; 9.0 |]
            let b = [| 7.0; 1.0; 2.0; 4.0; 8.0 |]
            // Ranks 2 4 1 3 5 and 4 1 2 3 5: squares of differences 4 9 1 0 0.
            close (RankCorrelation.spearman a b |> Option.get) (1.0 - 6.0 * 14.0 / 120.0) "by hand"
            close (RankCorrelation.spearman a (Array.map exp a) |> Option.get) 1.0 "order alone counts"
            close (RankCorrelation.spearman a (Array.map (~-) a) |> Option.get) -1.0 "the other way round"

        testCase "equal values share the mean of their ranks"
        <| fun () ->
            // Ranks 1.5 1.5 3 and 1 2 3: Pearson's is 1.5/√(1.5 · 2).
            let found = RankCorrelation.spearman [| 1.0; 1.0; 2.0 |] [| 1.0; 2.0; 3.0 |] |> Option.get
            close found (1.5 / sqrt 3.0) "by hand"

        testCase "there is none where there is no order"
        <| fun () ->
            Expect.isNone (RankCorrelation.spearman [| 1.0; 2.0 |] [| 1.0; 2.0 |]) "two places"
            Expect.isNone (RankCorrelation.spearman [| 1.0; 1.0; 1.0 |] [| 1.0; 2.0; 3.0 |]) "all equal"
    ]
