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

        testCase
            "two labels are −1 and 1, the later word or greater number 1, and numbers the numbers that they are"
        <| fun () ->
            let classes negative positive values (labels: string list) =
                Expect.equal
                    (TuningRows.targets "t" (Array.ofList labels))
                    (Ok(LearningTask.Binary(negative, positive), values))
                    $"%A{labels}"

            classes "0" "1" [| -1.0; 1.0 |] [ "0"; "1 " ]
            classes "9" "10" [| 1.0; -1.0 |] [ "10"; "9.0" ]
            classes "-1" "1" [| 1.0; -1.0; 1.0 |] [ "1"; "-1"; "+1" ]
            classes "not" "real" [| 1.0; -1.0; 1.0 |] [ "real"; "not "; "real" ]
            classes "0" "yes" [| -1.0; 1.0 |] [ "0"; "yes" ]

            for numbers in [ [| 0.0; 2.5 |]; [| 3.0; 1.0; 2.0 |]; [| 1.0; 1.0 |] ] do
                Expect.equal
                    (TuningRows.targets "t" (numbers |> Array.map string))
                    (Ok(LearningTask.Regression, numbers))
                    "numbers"

        testCase "labels that one output cannot learn are refused with their row"
        <| fun () ->
            let refused (words: string list) (labels: string list) =
                let refusal = Expect.wantError (TuningRows.targets "t.csv" (Array.ofList labels)) "refused"

                for word in "--targets" :: words do
                    Expect.stringContains refusal.Sentence word refusal.Sentence

            refused [ "t.csv: row 2's label 'b' is no number, and there are 3 different labels" ] [
                "1"
                "b"
                "c"
            ]

            refused [ "row 3's label '' is missing" ] [ "a"; "b"; " " ]
            refused [ "row 2's label 'nan' is missing" ] [ "1"; "nan"; "2" ]
            refused [ "row 1's label 'a' is every row's" ] [ "a"; "a" ]

        testCase "what nothing can be learnt of is refused, with how to go on"
        <| fun () ->
            let refused share (texts: int[][]) targets (words: string list) =
                match TuningRows.split (Seed.root 1UL) share texts targets with
                | Ok _ -> failtest "refused"
                | Error e ->
                    for word in words do
                        Expect.stringContains e.Sentence word e.Sentence

            refused 0.9 texts[..9] targets[..9] [
                "of 10 texts, 10 different ones, 1 can be trained on beside a stop set of 9"
                "a smaller --stop-share"
            ]

            let same = Array.replicate 10 texts[0]
            refused 0.1 same targets[..9] [ "of 10 texts, 1 different ones, 0 can be trained on" ]
            refused 0.1 [||] [||] [ "of 0 texts" ]
            refused 0.1 texts targets[..9] [ "60 texts and 10 targets" ]
            refused 0.1 texts (Array.replicate 60 1.0) [ "every target is 1"; "two different ones" ]

        testCase "copies of a text count once, and what is left to train on has more than one target"
        <| fun () ->
            let share texts targets seed = TuningRows.split (Seed.root seed) 0.1 texts targets

            let refused (words: string list) texts targets seed =
                let e = Expect.wantError (share texts targets seed) "refused"

                for word in words do
                    Expect.stringContains e.Sentence word e.Sentence

            let copies =
                Array.append (Array.replicate 4 texts[0]) (Array.replicate 4 texts[1]),
                Array.append (Array.replicate 4 1.0) (Array.replicate 4 -1.0)

            copies ||> refused [ "of 8 texts, 2 different ones, 1 can be trained on beside a stop set of 1" ]
            <| 1UL

            // One text in ten has the other target, and some seed's stop set is that one.
            let targets = Array.init 10 (fun i -> if i = 7 then 1.0 else -1.0)
            let seeds = [ 0UL .. 99UL ]
            let lost, kept = seeds |> List.partition (share texts[..9] targets >> Result.isError)
            Expect.isNonEmpty lost "some are refused"
            Expect.isGreaterThan kept.Length lost.Length "most are not"

            for seed in lost do
                refused [ "every target to train on is -1"; "another --seed" ] texts[..9] targets seed
    ]
