module NtkPipeline.Tests.SplitTests

open System
open Expecto
open NtkPipeline.Core

/// Labels and groups of some rows: most groups single, some larger, a few of both labels.
let private drawn (number: int) (size: int) =
    let random = Random number
    let rows = 40 + size % 400
    let positive = Array.init rows (fun _ -> random.NextDouble() < 0.4)

    let groups =
        Array.init rows (fun i -> if random.NextDouble() < 0.2 then random.Next(1 + rows / 10) else rows + i)

    positive, groups

let private count (wanted: 'a -> bool) (values: 'a[]) = values |> Array.filter wanted |> Array.length

/// Every group lies in one part.
let private areWhole (groups: int[]) (parts: int[]) =
    Array.zip groups parts
    |> Array.groupBy fst
    |> Array.forall (fun (_, members) -> members |> Array.distinct |> Array.length = 1)

let private largest (groups: int[]) = groups |> Array.countBy id |> Array.map snd |> Array.max

let tests =
    testList "splits" [
        testCase "duplicates differ in links, mentions, case, entities and signs only"
        <| fun () ->
            Expect.equal
                (Duplicates.groups [|
                    "Fire in the hills! http://t.co/a"
                    "RT fire"
                    "@you fire in the #HILLS http://t.co/b"
                    "http://t.co/c"
                    "fire &amp; in the hills"
                    "http://t.co/d"
                    "http://t.co/c"
                    "!!!"
                |])
                [| 0; 1; 0; 2; 0; 3; 2; 4 |]
                "groups in the order of their first rows"

        testPropertyWithConfig Garbage.config "duplicates of any text are found"
        <| fun (Garbage.Text a) (Garbage.Text b) ->
            let groups = Duplicates.groups [| a; b; a |]
            groups[0] = 0 && groups[2] = 0 && groups[1] <= 1

        testProperty
            "a hold-out keeps groups whole, both shares exact while single rows last, and every row once"
        <| fun (number: int) (size: uint16) ->
            let positive, groups = drawn number (int size)
            let train, held = StratifiedSplit.holdOut 0.2 (Seed.root (uint64 size)) positive groups
            let rows = positive.Length
            let part = Array.init rows (fun i -> if Array.contains i held then 1 else 0)
            let wanted share = int (Math.Round(0.2 * float share, MidpointRounding.AwayFromZero))
            let positives = count id positive

            Expect.sequenceEqual (Array.sort (Array.append train held)) [| 0 .. rows - 1 |] "every row once"
            Expect.isTrue (areWhole groups part) "whole groups"
            Expect.isAscending train "train"
            Expect.isAscending held "held out"
            Expect.equal (held |> count (fun i -> positive[i])) (wanted positives) "positives"
            Expect.equal held.Length (wanted rows) "rows"

        testProperty "folds keep groups whole and differ by one group at most, in rows and in positives"
        <| fun (number: int) (size: uint16) ->
            let positive, groups = drawn number (int size)
            let folds = StratifiedSplit.folds 5 (Seed.root (uint64 size)) positive groups
            let spread (sizes: int[]) = Array.max sizes - Array.min sizes
            let sizes = Array.init 5 (fun k -> folds |> count ((=) k))

            let positives =
                Array.init 5 (fun k -> Array.zip folds positive |> count (fun (fold, p) -> fold = k && p))

            Expect.isTrue (areWhole groups folds) "whole groups"
            Expect.isLessThanOrEqual (spread sizes) (largest groups) "rows"
            Expect.isLessThanOrEqual (spread positives) (largest groups) "positives"

        testCase "without duplicates, folds are equal to one row"
        <| fun () ->
            for rows in [ 20; 23; 101; 1000 ] do
                let positive = Array.init rows (fun i -> i % 7 < 3)
                let folds = StratifiedSplit.folds 4 (Seed.root 5UL) positive [| 1..rows |]
                let sizes = Array.init 4 (fun k -> folds |> count ((=) k))
                Expect.isLessThanOrEqual (Array.max sizes - Array.min sizes) 1 $"%d{rows} rows"

        testCase "the same seed gives the same split, another seed another"
        <| fun () ->
            let positive, groups = drawn 1 100
            let hold seed = StratifiedSplit.holdOut 0.2 (Seed.root seed) positive groups
            let folds seed = StratifiedSplit.folds 5 (Seed.root seed) positive groups
            Expect.equal (hold 1UL, folds 1UL) (hold 1UL, folds 1UL) "same"
            Expect.notEqual (hold 1UL) (hold 2UL) "hold-out"
            Expect.notEqual (folds 1UL) (folds 2UL) "folds"

        testCase "no rows, one group, all rows"
        <| fun () ->
            let seed = Seed.root 1UL
            Expect.equal (StratifiedSplit.holdOut 0.5 seed [||] [||]) ([||], [||]) "none"
            Expect.equal (StratifiedSplit.folds 3 seed [||] [||]) [||] "none"

            Expect.equal
                (StratifiedSplit.holdOut 0.5 seed [| true; false |] [| 7; 7 |])
                ([| 0; 1 |], [||])
                "one group is too large for half"

            Expect.equal
                (StratifiedSplit.holdOut 1.0 seed [| true; false |] [| 7; 8 |])
                ([||], [| 0; 1 |])
                "all"
    ]
