module NtkPipeline.Tests.TuningRowsTests

open Expecto
open NtkPipeline.Core

let private texts = Array.append (SmallEncoder.texts 5 50) (SmallEncoder.texts 5 10)
let private targets = Array.init 60 float
let private split seed share = Expect.wantOk (TuningRows.split (Seed.root seed) share texts targets) "rows"

let tests =
    testList "TuningRows" [
        testCase "so large a share of the distinct texts is kept aside, and equal texts with them"
        <| fun () ->
            let rows = split 1UL 0.1
            Expect.equal (Array.sort (Array.append rows.Fitted rows.Stop)) [| 0..59 |] "every row once"
            Expect.equal (rows.TextsAt rows.Stop |> Array.distinct).Length 5 "of 50"
            let fitted = rows.TextsAt rows.Fitted |> Set.ofArray
            Expect.isFalse (rows.TextsAt rows.Stop |> Array.exists fitted.Contains) "no text on both sides"
            Expect.equal (split 1UL 0.1) rows "the same seed"
            Expect.notEqual (split 2UL 0.1) rows "another seed"
            Expect.isEmpty (split 1UL 0.0).Stop "no stop set"

            let parts (rows: TuningRows) = (TuningRows.artifact rows).Parts
            Expect.notEqual (parts (split 2UL 0.1)) (parts rows) "known by its numbers"
            Expect.equal (parts (split 1UL 0.1)) (parts rows) "the same again"

        testCase "labels 0 and 1 are −1 and 1, and others the numbers that they are"
        <| fun () ->
            Expect.equal (TuningRows.targets "t" [| "0"; "1 " |]) (Ok [| -1.0; 1.0 |]) "classes"
            Expect.equal (TuningRows.targets "t" [| "0"; "2.5" |]) (Ok [| 0.0; 2.5 |]) "numbers"

            match TuningRows.targets "t.csv" [| "0"; "yes" |] with
            | Ok _ -> failtest "refused"
            | Error e -> Expect.stringContains e.Sentence "t.csv: row 2's label 'yes'" "its row"

        testCase "too few texts are refused"
        <| fun () ->
            Expect.isError (TuningRows.split (Seed.root 1UL) 0.9 texts[..9] targets[..9]) "one is left"
            Expect.isError (TuningRows.split (Seed.root 1UL) 0.1 texts targets[..9]) "fewer targets"
    ]
