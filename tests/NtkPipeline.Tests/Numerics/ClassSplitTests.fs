module NtkPipeline.Tests.ClassSplitTests

open Expecto
open NtkPipeline.Core

let private seed = Seed.root 3UL

/// Rows of three classes, 40 : 20 : 10, each by itself unless a group says otherwise.
let private classes = Array.concat [ Array.create 40 0; Array.create 20 1; Array.create 10 2 ]
let private alone = Array.init classes.Length id

let private count kind rows = rows |> Array.filter (fun row -> classes[row] = kind) |> Array.length

let tests =
    testList "ClassSplit" [
        testCase "held-out rows are the share of every class, and every row is on one side"
        <| fun () ->
            let train, held = ClassSplit.holdOut 0.2 seed classes alone
            Expect.equal [ for kind in 0..2 -> count kind held ] [ 8; 4; 2 ] "a fifth of each"
            Expect.equal (Array.sort (Array.append train held)) alone "each row once"

        testCase "rows of one group stay together, in parts and in folds"
        <| fun () ->
            // Rows in pairs, of which some are of two classes.
            let groups = alone |> Array.map (fun row -> row / 2)
            let train, held = ClassSplit.holdOut 0.2 seed classes groups
            let sides rows = rows |> Array.map (fun row -> groups[row]) |> Array.distinct

            Expect.isEmpty
                (Set.intersect (Set.ofArray (sides train)) (Set.ofArray (sides held)))
                "none on both"

            let folds = ClassSplit.folds 5 seed classes groups

            for pair in Seq.pairwise (Array.zip groups folds) do
                match pair with
                | (a, foldOfA), (b, foldOfB) when a = b -> Expect.equal foldOfA foldOfB "the same fold"
                | _ -> ()

        testCase "folds have their share of every class"
        <| fun () ->
            let folds = ClassSplit.folds 5 seed classes alone

            for fold in 0..4 do
                let rows = alone |> Array.filter (fun row -> folds[row] = fold)
                Expect.equal [ for kind in 0..2 -> count kind rows ] [ 8; 4; 2 ] $"fold %d{fold}"

        testCase "new rows of numbers are told apart from those within what is known"
        <| fun () ->
            let known = Matrix.create 3 2 [| 0.0f; 5.0f; 1.0f; 6.0f; 2.0f; 7.0f |]
            let fresh = Matrix.create 3 2 [| 1.5f; 5.0f; 2.5f; 6.0f; -1.0f; 9.0f |]

            Expect.equal
                [ for i in 0..2 -> OutsideRows.columns known fresh i ]
                [ [||]; [| 0 |]; [| 0; 1 |] ]
                "below the least or above the greatest"

            Expect.equal (OutsideRows.remark known fresh 0) None "nothing to say"

            Expect.stringContains
                (Expect.wantSome (OutsideRows.remark known fresh 2) "it is said")
                "2 of its 2 numbers lie outside"
                "which and how many"
    ]
