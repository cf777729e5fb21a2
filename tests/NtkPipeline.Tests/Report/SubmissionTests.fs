module NtkPipeline.Tests.SubmissionTests

open System
open Expecto
open NtkPipeline.Core

let tests =
    testList "submission.csv" [
        testCase "it is Kaggle's format: id and target, 1 where f > 0, in the given order"
        <| fun () ->
            Expect.equal
                (Submission.csv [| 11; 0; 2; 9 |] [| 0.5; -0.5; 0.0; 1e-300 |])
                "id,target\n11,1\n0,0\n2,0\n9,1\n"
                "zero is not positive"

            Expect.equal (Submission.csv [||] [||]) "id,target\n" "an empty test set"

        testCase "sizes that disagree, and outputs that are no numbers, are our bug"
        <| fun () ->
            Expect.throwsT<ArgumentException> (fun () -> Submission.csv [| 1 |] [||] |> ignore) "sizes"
            Expect.throwsT<ArgumentException> (fun () -> Submission.csv [| 1 |] [| nan |] |> ignore) "NaN"
    ]
