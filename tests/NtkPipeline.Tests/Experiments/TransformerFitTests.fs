module NtkPipeline.Tests.TransformerFitTests

open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.StageRuns
open NtkPipeline.Tests.SmallTransformer

let private gram = lazy (tangent (heads split).All.Head)
let private all = [| 0 .. labelled + unlabelled - 1 |]
let private unseen = all[labelled..]

/// The kernel of a fit as it was chosen: of all rows, each with its own diagonal.
let private kernelOf (fit: TransformerFit) (gram: TransformerGram) =
    let d = gram.Diagonal |> Array.map float

    if fit.IsUnit then
        double gram.Kernel
        |> fun k -> Matrix.init k.Rows k.Columns (fun i j -> k[i, j] / sqrt (d[i] * d[j]))
    else
        double gram.Kernel

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
            check 1e-5 (kernelOf found gram.Value) found

            let tried = [
                for isUnit in [ false; true ] do
                    let relative, f =
                        TransformerGram.form "K" isUnit gram.Value
                        |> want
                        |> GramEntries.ofMatrix
                        |> TransformerSolve.crossValidated "K" split
                        |> want

                    error f targets, (isUnit, relative, f)
            ]

            let isUnit, relative, f = List.minBy fst tried |> snd

            Expect.equal
                (found.IsUnit, found.RelativeRidge, found.HeldOut, found.Share)
                (isUnit, relative, f, None)
                "as it was chosen: the form and the ridge of the least error"

        testCase "the tangent kernel has the ridge that cross-fitted folds choose, and what they said"
        <| fun () ->
            let found = run (TransformerFit.tangent "test") (gram.Value, (split, trials.Value)) |> want
            let choice = TransformerFolds.choose targets ((=) 1.0) trials.Value

            Expect.equal
                (found.IsUnit, found.RelativeRidge, found.HeldOut)
                (choice.Setting.IsUnit, choice.Setting.RelativeRidge, choice.HeldOut)
                "the choice"

            check 1e-5 (kernelOf found gram.Value) found

        testCase "both kernels have the part and the ridge that the folds choose"
        <| fun () ->
            let both = gram.Value, frozen.Value
            let found = run (TransformerFit.blended "test") (both, (split, trials.Value)) |> want
            let share = Expect.wantSome found.Share "a part"
            Expect.isTrue (share > 0.0 && share < 1.0) "of both"
            let a, b = kernelOf found gram.Value, double frozen.Value.Kernel
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
            let square = {
                Kernel = Matrix.gatherRows [| 0 .. labelled - 1 |] gram.Value.Kernel
                Diagonal = gram.Value.Diagonal[.. labelled - 1]
            }

            let found = run (TransformerFit.tuned "test") (square, split) |> want
            Expect.isEmpty found.Test "none"
            Expect.hasLength found.Validation split.Validation.Length "the rest is there"

        testCase "what the leak gives is cross-validation with the head of all"
        <| fun () ->
            let fit = run (TransformerFit.tangent "test") (gram.Value, (split, trials.Value)) |> want
            let found = run TransformerFit.leak (gram.Value, (split, fit)) |> want
            let kernel = kernelOf fit gram.Value
            let ridge = fit.RelativeRidge * meanDiagonal split.Train kernel
            KernelSamples.wantClose 1e-5 "f" found (outOfFold ridge kernel targets)

        testCase "a kernel of nothing is refused by its name"
        <| fun () ->
            let none = {
                Kernel = gram.Value.Kernel |> Matrix.map (fun _ -> 0.0f)
                Diagonal = gram.Value.Diagonal |> Array.map (fun _ -> 0.0f)
            }

            run (TransformerFit.tuned "frozen-ntk") (none, split)
            |> says "frozen-ntk: the mean of its diagonal"

        testCase "the diagonal is each row's kernel with itself, of test rows too; of cosines it is 1"
        <| fun () ->
            let gram = gram.Value

            for i in 0 .. labelled - 1 do
                close 1e-5 (float gram.Diagonal[i] / float gram.Kernel[i, i]) 1.0 "labelled rows"

            let features = tiles TileRows.All (heads split).All.Head |> List.map TangentRows.toMatrix
            let rows = features |> List.reduce Matrix.stack |> double
            let phi = double pooled.All

            for i in unseen do
                let square (m: Matrix<float>) = (Matrix.row i m).ToArray() |> Array.sumBy (fun x -> x * x)
                close 1e-5 (float gram.Diagonal[i] / (square rows + square phi + 1.0)) 1.0 "test rows"

            let cosines = TransformerGram.form "K" true gram |> want
            Expect.isFalse (TransformerGram.isLevel gram) "or the test tests little"
            Expect.isTrue (TransformerGram.isLevel frozen.Value) "frozen rows are of one length"

            for i in 0 .. labelled - 1 do
                close 1e-5 (float cosines[i, i]) 1.0 "1"

        testCase "a part of a kernel's form is that of the whole, to the last bit"
        <| fun () ->
            for isUnit in [ false; true ] do
                let whole = TransformerGram.form "K" isUnit gram.Value |> want
                let entries = TransformerGram.entries "K" isUnit gram.Value |> want

                Expect.equal
                    (entries.Gather(unseen, split.Train))
                    (Matrix.gather unseen split.Train whole)
                    "rows and columns"

                Expect.equal (GramEntries.toMatrix entries) whole "all"

        testCase "a row of length 0 has no direction, and is refused by its place"
        <| fun () ->
            let gram = {
                gram.Value with
                    Diagonal = gram.Value.Diagonal |> Array.mapi (fun i k -> if i = 3 then 0.0f else k)
            }

            TransformerGram.form "K" true gram |> says "K: entry 3 of its diagonal is 0, not positive"
    ]
