module NtkPipeline.Tests.TransformerFitTests

open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.StageRuns
open NtkPipeline.Tests.SmallTransformer

let private gram = lazy (tangent (heads split).All.Head)
let private all = [| 0 .. labelled + unlabelled - 1 |]
let private unseen = all[labelled..]

/// A fit of a kernel beside regressions one by one.
let private check tolerance (kernel: Matrix<float>) (found: TransformerFit) =
    let ridge = found.RelativeRidge * meanDiagonal split.Train kernel
    let close what = KernelSamples.wantClose tolerance what
    direct ridge kernel split.Train targets split.Validation |> close "validation rows" found.Validation

    direct ridge kernel split.FitRows (SplitTweets.targets split split.FitRows) unseen
    |> close "test rows, by all labelled rows that were not dropped" found.Test

    let own = Matrix.gather split.Train split.Train kernel

    let leftOut =
        targets |> Array.mapi (fun i _ -> KernelSamples.heldOut ridge own targets [| i |] |> Array.head)

    close "leave-one-out" [| found.LooError |] [| error leftOut targets |]
    Expect.equal found.LooAccuracy (Metrics.accuracy targets leftOut) "its accuracy"

let private trials = lazy ([ for fold in 0 .. folds - 1 -> TransformerFoldsTests.trial fold split ])

let tests =
    testList "TransformerFit" [
        testCase "a kernel with its ridge by cross-validation answers as regressions one by one"
        <| fun () ->
            let found = run (TransformerFit.tuned "test") (gram.Value, split) |> want
            check 1e-6 (double gram.Value) found
            let relative, f = TransformerSolve.crossValidated "K" split gram.Value |> want

            Expect.equal
                (found.RelativeRidge, found.HeldOut, found.Share)
                (relative, f, None)
                "as it was chosen"

        testCase "the tangent kernel has the ridge that cross-fitted folds choose, and what they said"
        <| fun () ->
            let found = run (TransformerFit.tangent "test") (gram.Value, (split, trials.Value)) |> want
            let choice = TransformerFolds.choose targets ((=) 1.0) trials.Value

            Expect.equal
                (found.RelativeRidge, found.HeldOut)
                (choice.RelativeRidge, choice.HeldOut)
                "the choice"

            check 1e-6 (double gram.Value) found

        testCase "both kernels have the part and the ridge that the folds choose"
        <| fun () ->
            let both = gram.Value, frozen.Value
            let found = run (TransformerFit.blended "test") (both, (split, trials.Value)) |> want
            let share = Expect.wantSome found.Share "a part"
            Expect.isTrue (share > 0.0 && share < 1.0) "of both"
            let a, b = double gram.Value, double frozen.Value
            let meanA, meanB = meanDiagonal split.Train a, meanDiagonal split.Train b

            let blend =
                Matrix.init a.Rows a.Columns (fun i j ->
                    share * a[i, j] / meanA + (1.0 - share) * b[i, j] / meanB)

            check 1e-5 blend found

        testCase "labels of validation rows have a part in the answers for test rows, and in nothing else"
        <| fun () ->
            let row = split.Validation[1]

            let other = {
                split with
                    Targets = split.Targets |> Array.mapi (fun i y -> if i = row then -y else y)
            }

            let fit split = run (TransformerFit.tuned "test") (gram.Value, split) |> want
            let before, after = fit split, fit other
            Expect.notEqual after.Test before.Test "refitted"
            Expect.equal { after with Test = before.Test } before "all else"

        testCase "without test rows there are no answers for them"
        <| fun () ->
            let square = Matrix.gatherRows [| 0 .. labelled - 1 |] gram.Value
            let found = run (TransformerFit.tuned "test") (square, split) |> want
            Expect.isEmpty found.Test "none"
            Expect.hasLength found.Validation split.Validation.Length "the rest is there"

        testCase "what the leak gives is cross-validation with the head of all"
        <| fun () ->
            let fit = run (TransformerFit.tangent "test") (gram.Value, (split, trials.Value)) |> want
            let found = run TransformerFit.leak (gram.Value, (split, fit)) |> want
            let kernel = double gram.Value
            let ridge = fit.RelativeRidge * meanDiagonal split.Train kernel
            KernelSamples.wantClose 1e-8 "f" found (outOfFold ridge kernel targets)

        testCase "a kernel of nothing is refused by its name"
        <| fun () ->
            let none = gram.Value |> Matrix.map (fun _ -> 0.0f)

            run (TransformerFit.tuned "frozen-ntk") (none, split)
            |> says "frozen-ntk: the mean of its diagonal"
    ]
