module NtkPipeline.Tests.LaneSharesTests

open Expecto
open FsCheck.FSharp
open NtkPipeline.Core

let private worker name cores : LaneWorker = { Name = name; Cores = cores }
let private nobody = Array.create 16 None

let private counts (owners: string option[]) =
    owners
    |> Array.countBy id
    |> Array.map (fun (owner, count) -> Option.defaultValue "nobody" owner, count)
    |> Map.ofArray

/// Up to eight workers of up to 32 cores, and lanes that some of them, others or nobody had.
let private any =
    let workers =
        Gen.choose (1, 8)
        |> Gen.bind (fun count -> Gen.arrayOfLength count (Gen.choose (1, 32)))
        |> Gen.map (Array.mapi (fun k cores -> worker $"w%d{k}" cores))

    let owner = Gen.choose (-2, 9) |> Gen.map (fun k -> if k < 0 then None else Some $"w%d{k}")
    Gen.zip workers (Gen.arrayOfLength 16 owner)

let private forAny name (law: LaneWorker[] -> string option[] -> unit) =
    testCase name
    <| fun () ->
        Prop.forAll (Arb.fromGen any) (fun (workers, owners) -> law workers owners)
        |> fun law -> FsCheck.Check.One(FsCheck.Config.QuickThrowOnFailure.WithMaxTest 300, law)

let tests =
    testList "shares of lanes" [
        testCase "go by cores, and to one worker where there is one"
        <| fun () ->
            let share workers = LaneShares.divide workers nobody |> counts
            Expect.equal (share [| worker "a" 2 |]) (Map [ "a", 16 ]) "alone"
            Expect.equal (share [| worker "a" 1; worker "b" 1 |]) (Map [ "a", 8; "b", 8 ]) "two alike"

            Expect.equal
                (share [| worker "a" 1; worker "b" 3 |])
                (Map [ "a", 4; "b", 12 ])
                "one and three cores"

            Expect.equal
                (share [| for k in 0..31 -> worker $"w%d{k}" 1 |])
                (Map [ for k in 0..15 -> $"w%d{k}", 1 ])
                "more workers than lanes"

        testCase "of a worker that is gone are its fellows', and one that comes has its part of each"
        <| fun () ->
            let three = [| worker "a" 1; worker "b" 1; worker "c" 1 |]
            let before = LaneShares.divide three nobody
            let without = LaneShares.fill three[..1] before

            for lane in 0..15 do
                if before[lane] <> Some "c" then
                    Expect.equal without[lane] before[lane] "what lives stays"

            Expect.equal (counts without) (Map [ "a", 8; "b", 8 ]) "and shares the rest"
            let again = LaneShares.divide three without
            Expect.equal (counts again) (Map [ "a", 5; "b", 6; "c", 5 ]) "a newcomer"
            let moved = Seq.zip without again |> Seq.filter (fun (a, b) -> a <> b) |> Seq.length
            Expect.equal moved 5 "and nothing else moves"

        forAny
            "every lane is somebody's who is there, and nobody is spared at another's cost"
            (fun workers owners ->
                let shared = LaneShares.divide workers owners
                let count (w: LaneWorker) = counts shared |> Map.tryFind w.Name |> Option.defaultValue 0
                Expect.equal (workers |> Array.sumBy count) 16 "all of them"

                for a in workers do
                    for b in workers do
                        Expect.isLessThanOrEqual
                            (float (count a) / float a.Cores)
                            (float (count b + 1) / float b.Cores)
                            "taking one more would be worse")

        forAny
            "lanes stay where they are once they are shared, and filling moves none that has a worker"
            (fun workers owners ->
                let shared = LaneShares.divide workers owners
                Expect.equal (LaneShares.divide workers shared) shared "again"
                let names = workers |> Array.map _.Name |> set

                for before, after in Seq.zip owners (LaneShares.fill workers owners) do
                    if before |> Option.exists names.Contains then
                        Expect.equal after before "where it was")
    ]
