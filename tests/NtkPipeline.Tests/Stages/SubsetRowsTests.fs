module NtkPipeline.Tests.SubsetRowsTests

open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.SampleRuns

let private whole = {
    split with
        Train = [| 2; 3; 5; 7; 11; 13; 17 |]
        Folds = [| 0; 1; 2; 0; 1; 2; 0 |]
        Validation = [| 4; 20 |]
}

let tests =
    testList "SubsetRows" [
        testCase "rows are evenly spaced, keep their folds, and validation stays"
        <| fun () ->
            let few = SubsetRows.take 3 whole
            Expect.equal (few.Train, few.Folds) ([| 2; 5; 11 |], [| 0; 2; 1 |]) "places 0, 2 and 4 of 7"
            Expect.equal few.Validation whole.Validation "validation"
            Expect.equal few.FitRows [| 2; 4; 5; 11; 20 |] "all of them"
            Expect.equal few.Targets whole.Targets "targets of every labelled row"

        testCase "as many as there are, or more, is all of them"
        <| fun () ->
            for count in [ 7; 8; 10000 ] do
                let all = SubsetRows.take count whole
                Expect.equal (all.Train, all.Folds) (whole.Train, whole.Folds) "all"

        testCase "another count is another stage, and none is refused"
        <| fun () ->
            Expect.notEqual (SubsetRows.stage 3).Name (SubsetRows.stage 4).Name "its name"
            Expect.throws (fun () -> SubsetRows.stage 0 |> ignore) "no rows"
    ]
