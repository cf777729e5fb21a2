module NtkPipeline.Tests.SubmissionTests

open System
open Expecto
open NtkPipeline.Core

let tests =
    testList "submission.csv" [
        testCase "it is Kaggle's format: id and target, 1 where f > 0, in the given order"
        <| fun () ->
            Expect.equal
                (Submission.csv (Array.map RowId.Number [| 11L; 0L; 2L; 129403047000000123L |]) [|
                    0.5
                    -0.5
                    0.0
                    1e-300
                |])
                "id,target\n11,1\n0,0\n2,0\n129403047000000123,1\n"
                "zero is not positive"

            Expect.equal (Submission.csv [||] [||]) "id,target\n" "an empty test set"

        testCase "sizes that disagree, and outputs that are no numbers, are our bug"
        <| fun () ->
            Expect.throwsT<ArgumentException>
                (fun () -> Submission.csv [| RowId.Number 1L |] [||] |> ignore)
                "sizes"

            Expect.throwsT<ArgumentException>
                (fun () -> Submission.csv [| RowId.Number 1L |] [| nan |] |> ignore)
                "NaN"
    ]
