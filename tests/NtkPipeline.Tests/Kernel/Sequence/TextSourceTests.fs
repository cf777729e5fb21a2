module NtkPipeline.Tests.TextSourceTests

open System
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.TextSamples

let private sentence (result: Result<'a, PipelineError>) =
    match result with
    | Error refusal -> refusal.Sentence
    | Ok _ -> failtest "it was not refused"

let private rows count columns =
    RowSource.ofMatrix (Matrix.create count columns (Array.create (count * columns) 1.0))

let tests =
    testList "TextSource" [
        testCase "a mask that does not fit, or is none, is refused"
        <| fun () ->
            let create mask = TextSource.create "x" 3 2 (rows 4 6) (Some mask)

            Expect.stringContains
                (sentence (create (Matrix.init 4 2 (fun _ _ -> 1.0))))
                "4 × 2, and its texts are 4 × 3 places"
                "places"

            Expect.stringContains (sentence (create (Matrix.init 3 3 (fun _ _ -> 1.0)))) "3 × 3" "texts"

            Expect.stringContains
                (sentence (create (Matrix.init 4 3 (fun i j -> if i = 2 && j = 1 then 0.5 else 1.0))))
                "holds 0.5 at text 2, place 1"
                "no truth value"

        testCase "cut to fewer places, it has their tokens and their mask"
        <| fun () ->
            let x = source "x" 2 3 2 (Array.init 12 float, [| true; true; false; true; false; false |])
            let cut = TextSource.cut 2 x
            let found = Expect.wantOk (cut.Rows.Read 0 2) "read"
            Expect.equal found.Values [| 0.0; 1.0; 2.0; 3.0; 1.0; 1.0; 6.0; 7.0; 0.0; 0.0; 1.0; 0.0 |] "rows"
            Expect.equal (cut.Places, cut.Rows.ColumnCount) (2, 6) "their size"

            Expect.equal
                (Expect.wantOk ((TextSource.cut 3 x).Rows.Read 0 2) "").Values
                (Expect.wantOk (x.Rows.Read 0 2) "").Values
                "all"

        testCase "a token that counts and is no number is refused where it stands"
        <| fun () ->
            let values = Array.create 12 1.0
            values[9] <- nan
            let x = source "x" 2 3 2 (values, Array.create 6 true)

            Expect.stringContains
                (sentence (TextSource.lengths x))
                "x holds NaN at text 1, place 1, feature 1"
                "named"

            let masked = source "x" 2 3 2 (values, [| true; true; true; true; false; true |])

            Expect.equal
                (Expect.wantOk (TextSource.lengths masked) "read")
                [| struct (3, false); struct (3, true) |]
                "its mask hides it"

        testCase "texts of other features are refused"
        <| fun () ->
            let x, z = source "x" 1 1 2 ([| 1.0; 1.0 |], [| true |]), source "z" 1 1 1 ([| 1.0 |], [| true |])
            let plan = plan 1e9 KernelKind.Ntk (parse "mean-pool | dense 1") x (Some z)
            Expect.stringContains (sentence plan) "x has 2 features a token and z 1" "refused"

        testCase "work and memory are counted before, and what does not fit is refused"
        <| fun () ->
            let x = source "x" 4 3 2 (Array.create 24 1.0, Array.create 12 true)

            let plan memory =
                TextSamples.plan memory KernelKind.Ntk (parse "conv 4 size=3 | relu | mean-pool") x None

            let job = Expect.wantOk (plan 1e9) "planned"
            Expect.stringContains (Option.defaultValue "" job.Cost) "pairs of tokens" "told"
            Expect.stringContains (sentence (plan 10.0)) "smallest tile needs" "refused"
            Expect.equal (SequenceCost.pairs [| 2; 3 |] None) 19.0 "(25 + 4 + 9)/2"
            Expect.equal (SequenceCost.pairs [| 2; 3 |] (Some [| 4 |])) 20.0 "5 × 4"

        testCase "texts of 2,000 tokens are planned where only 64 cores at once would lack memory"
        <| fun () ->
            let network = parse "conv 4 size=3 | relu | mean-pool"
            let here = System.Environment.ProcessorCount

            let memory cores =
                (SequenceCost.create network KernelKind.Ntk 2 [| 2000 |] None 1 2000 cores 0.0).Memory

            Expect.isGreaterThan (memory 64) 3e10 "0.5 GB a core"
            Expect.isLessThan (memory 2) 2e9 "two cores"

            let x = source "x" 1 2000 2 (Array.create 4000 1.0, Array.create 2000 true)
            let planned = TextSamples.plan (memory (min 64 here)) KernelKind.Ntk network x None
            Expect.isOk planned $"%d{here} cores"

        testProperty "whatever shapes, lengths and masks: a kernel or a sentence"
        <| fun (seed: int) ->
            let random = Random seed
            let count, places, features = random.Next 4, random.Next 5, random.Next 3
            let network = parse (Networks.randomOverTokens seed)
            let value () = if random.Next 30 = 0 then nan else normal random
            let values = Array.init (count * places * features) (fun _ -> value ())

            let mask =
                if random.Next 8 = 0 then
                    Some(Matrix.init (random.Next 4) (random.Next 5) (fun _ _ -> 1.0))
                else
                    Some(Matrix.init count places (fun _ _ -> float (random.Next 2)))

            TextSource.create
                "x"
                places
                features
                (RowSource.ofMatrix (Matrix.create count (places * features) values))
                mask
            |> Result.bind (fun x -> plan 1e9 KernelKind.Ntk network x None)
            |> Result.bind (fun job -> KernelTiles.toArray job.Tiles)
            |> Result.mapError _.Sentence
            |> function
                | Ok kernel -> Array.forall Double.IsFinite kernel
                | Error reason -> reason.Length > 10
    ]
