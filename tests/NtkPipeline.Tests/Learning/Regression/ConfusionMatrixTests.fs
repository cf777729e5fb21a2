module NtkPipeline.Tests.ConfusionMatrixTests

open Expecto
open NtkPipeline.Core

let tests =
    testList "ConfusionMatrix" [
        testCase "every row stands where it belongs"
        <| fun () ->
            let counts = ConfusionMatrix.count 3 [| 0; 0; 1; 2; 2; 2 |] [| 0; 2; 1; 0; 0; 2 |]
            Expect.equal counts [| [| 1; 0; 1 |]; [| 0; 1; 0 |]; [| 2; 0; 1 |] |] "counts"
            Expect.equal (ConfusionMatrix.rows counts, ConfusionMatrix.right counts) (6, 3) "sums"
            Expect.equal (ConfusionMatrix.worst counts) (Some(2, 0, 2)) "the most frequent mistake"

        testCase "without a mistake there is no worst one; unlike lengths are the caller's bug"
        <| fun () ->
            let counts = ConfusionMatrix.count 2 [| 0; 1; 1 |] [| 0; 1; 1 |]
            Expect.isNone (ConfusionMatrix.worst counts) "none"
            Expect.throws (fun () -> ConfusionMatrix.count 2 [| 0 |] [||] |> ignore) "refused"
    ]
