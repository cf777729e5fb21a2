module NtkPipeline.Tests.TuningBatchesTests

open System
open Expecto
open FsCheck
open NtkPipeline.Core

let private seed = Seed.root 7UL

let private lengths count =
    let random = Random 3
    Array.init count (fun _ -> random.Next(3, 60))

let tests =
    testList "TuningBatches" [
        testProperty
            "an epoch sees every text once, in the fewest batches, of sizes that differ by one at most"
        <| fun (PositiveInt count) (PositiveInt size) ->
            let batches = TuningBatches.ofEpoch seed size (lengths count) 1
            let sizes = batches |> Array.map _.Length

            Array.sort (Array.concat batches) = [| 0 .. count - 1 |]
            && batches.Length = TuningBatches.count size count
            && Array.max sizes <= size
            && Array.max sizes - Array.min sizes <= 1

        testCase "epochs differ, and each depends on the seed and its number alone"
        <| fun () ->
            let lengths = lengths 200
            let first = TuningBatches.ofEpoch seed 8 lengths 1
            Expect.notEqual (TuningBatches.ofEpoch seed 8 lengths 2) first "another epoch"
            Expect.notEqual (TuningBatches.ofEpoch (Seed.root 8UL) 8 lengths 1) first "another seed"
            Expect.equal (TuningBatches.ofEpoch seed 8 lengths 1) first "the same again"

        testCase "little is filled up, and short batches do not come first"
        <| fun () ->
            let lengths = lengths 2048
            let batches = TuningBatches.ofEpoch seed 32 lengths 1
            let longest (batch: int[]) = batch |> Array.map (fun i -> lengths[i]) |> Array.max

            let padded =
                batches |> Array.sumBy (fun batch -> batch.Length * TokenBatches.paddedLength (longest batch))

            Expect.isLessThan (float padded) (1.15 * float (Array.sum lengths)) "tokens, padding included"

            let early, late = Array.splitAt 32 batches
            let mean = Array.averageBy (longest >> float)
            Expect.isLessThan (abs (mean early - mean late)) 10.0 "of 60"
    ]
