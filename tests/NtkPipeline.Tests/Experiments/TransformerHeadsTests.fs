module NtkPipeline.Tests.TransformerHeadsTests

open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.StageRuns
open NtkPipeline.Tests.SmallTransformer

/// φ of sixteenths, which float32 holds, and targets that are not quite linear in it.
let private phi = Matrices.random 5 24 3 |> Matrix.map (fun x -> float32 (round (16.0 * x) / 16.0))

let private y =
    Array.init 24 (fun i ->
        if float phi[i, 0] - 0.5 * float phi[i, 1] + 0.2 * cos (float i) > 0.0 then
            1.0
        else
            -1.0)

/// φφᵀ + 1.
let private gram =
    Matrix.init 24 24 (fun i j -> 1.0 + Seq.sum (seq { for k in 0..2 -> float phi[i, k] * float phi[j, k] }))

let private all = [| 0..23 |]
let private mean = meanDiagonal all gram

let private refits relative =
    all |> Array.map (fun i -> KernelSamples.heldOut (relative * mean) gram y [| i |] |> Array.head)

let tests =
    testList "TransformerHeads" [
        testCase "the ridge is the best of all by refits without each row, and the error is theirs"
        <| fun () ->
            let found = RidgeHead.fit phi y |> want

            let tried = [
                for k in -16 .. 12 do
                    let relative = 10.0 ** (float k / 4.0)
                    error (refits relative) y, relative
            ]

            let error, relative = List.min tried
            close 1e-10 found.LooError error "the error"
            close 1e-9 (found.RelativeRidge / relative) 1.0 "the ridge"
            KernelSamples.wantClose 1e-10 "row by row" found.LeftOut (refits found.RelativeRidge)

        testCase "f is that of regression with the kernel φφᵀ + 1"
        <| fun () ->
            let found = RidgeHead.fit phi y |> want

            let f =
                Array.init 24 (fun i ->
                    float found.Head.Bias
                    + Seq.sum (seq { for k in 0..2 -> float found.Head.Weights[k] * float phi[i, k] }))

            KernelSamples.wantClose 2e-6 "f" f (direct (found.RelativeRidge * mean) gram all y all)

        testCase "a head without a fold has not seen its labels; that of all has"
        <| fun () ->
            let before = heads split

            for fold in 0 .. folds - 1 do
                let after = heads (flipped fold)
                Expect.equal after.Folds[fold] before.Folds[fold] "the same bits"
                Expect.notEqual after.All before.All "another"

                for other in 0 .. folds - 1 do
                    if other <> fold then
                        Expect.notEqual after.Folds[other] before.Folds[other] "the others have seen them"

            let alone = held 1 |> fun out -> [| 0 .. targets.Length - 1 |] |> Array.except out

            let rows = alone |> Array.map (fun k -> split.Train[k])

            Expect.equal
                before.Folds[1]
                (RidgeHead.fit (Matrix.gatherRows rows pooled.Labelled) (SplitTweets.targets split rows)
                 |> want)
                "fitted on the other folds"

        testCase "numbers that are not finite are refused in a sentence"
        <| fun () ->
            let broken = Matrix.init 24 3 (fun i j -> if i = 4 then infinityf else phi[i, j])
            RidgeHead.fit broken y |> says "the head: a row or a target is not a finite number"

        testCase "heads without labels: a number's draw is its own, of variance 1/width"
        <| fun () ->
            let draw number = TransformerHeads.random (Seed.root 1UL) number 4096
            Expect.equal (draw 1) (draw 1) "the same"
            Expect.notEqual (draw 1) (draw 0) "another number"
            let norm = (draw 0).Values |> Array.sumBy (fun w -> float w * float w)
            // Of a mean of 4096 squares the standard deviation is √(2/4096) = 0.022.
            Expect.floatClose { absolute = 0.09; relative = 0.0 } norm 1.0 "E‖w‖² = 1"
            Expect.equal ((draw 0).Rows, (draw 0).Columns) (1, 4096) "one row"
    ]
