module NtkPipeline.Tests.BatchesTests

open Expecto
open FsCheck
open NtkPipeline.Core

let private seed = Seed.root 7UL

let tests =
    testList "Batches" [
        testProperty
            "an epoch sees every row once, in the fewest batches, of sizes that differ by one at most"
        <| fun (PositiveInt count) (PositiveInt size) ->
            let batches = Batches.ofEpoch seed size count 1
            Expect.equal (batches |> Array.concat |> Array.sort) [| 0 .. count - 1 |] "each once"
            Expect.equal batches.Length ((count + size - 1) / size) "fewest"
            Expect.equal batches.Length (Batches.count size count) "as counted"
            let sizes = batches |> Array.map _.Length
            Expect.isLessThanOrEqual (Array.max sizes) size "none too large"
            Expect.isLessThanOrEqual (Array.max sizes - Array.min sizes) 1 "even"

        testCase "epochs differ, and each depends on seed and number alone"
        <| fun () ->
            let first = Batches.ofEpoch seed 10 100 1
            Expect.notEqual (Batches.ofEpoch seed 10 100 2) first "another epoch"
            Expect.notEqual (Batches.ofEpoch (Seed.root 8UL) 10 100 1) first "another seed"
            Expect.equal (Batches.ofEpoch seed 10 100 1) first "the same again"

        testCase "every place is as likely for every row"
        <| fun () ->

            let orders = [
                for e in 1..6000 -> Batches.ofEpoch seed 1 3 e |> Array.concat |> List.ofArray
            ]

            let counts = orders |> List.countBy id |> List.map snd
            Expect.equal counts.Length 6 "all orders occur"
            // Binomial(6000, 1/6): mean 1000, s.d. 29.
            Expect.isTrue (counts |> List.forall (fun n -> abs (n - 1000) < 145)) "within 5 s.d."

        testCase "size 0 is full-batch descent, in the rows' own order"
        <| fun () ->
            Expect.equal (Batches.ofEpoch seed 0 3 4) [| [| 0; 1; 2 |] |] "one batch"

            Expect.equal
                (Batches.ofEpoch seed 3 3 4)
                [| [| 0; 1; 2 |] |]
                "and so is a batch that holds all rows"
    ]
