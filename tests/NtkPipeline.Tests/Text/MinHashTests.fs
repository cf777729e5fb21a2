module NtkPipeline.Tests.MinHashTests

open System
open Expecto
open NtkPipeline.Core

let private seed = Seed.root 1UL

let private substrings (text: string) =
    if text = "" then set []
    elif text.Length < 4 then set [ text ]
    else set [ for start in 0 .. text.Length - 4 -> text.Substring(start, 4) ]

/// Jaccard's coefficient by F#'s sets of substrings.
let private jaccard (a: Set<string>) (b: Set<string>) =
    match Set.count (a + b) with
    | 0 -> 1.0
    | all -> float (Set.count (Set.intersect a b)) / float all

/// Groups by comparing every pair and carrying the smaller number over until nothing changes.
let private bruteForce threshold (texts: string[]) =
    let sets = texts |> Array.map substrings

    let similar = [|
        for i in 0 .. texts.Length - 1 do
            for j in 0 .. i - 1 do
                if not sets[i].IsEmpty && not sets[j].IsEmpty && jaccard sets[i] sets[j] >= threshold then
                    i, j
    |]

    let group = [| 0 .. texts.Length - 1 |]
    let mutable isMoving = true

    while isMoving do
        isMoving <- false

        for i, j in similar do
            if group[i] <> group[j] then
                let smaller = min group[i] group[j]
                group[i] <- smaller
                group[j] <- smaller
                isMoving <- true

    let order = Array.distinct group
    group |> Array.map (fun first -> Array.IndexOf(order, first))

let private words =
    "fire flood storm in the hills near town people flee as smoke rises over river bridge closed".Split ' '

/// Texts of a few words, many of them another with one word changed.
let private corpus (number: int) count =
    let random = Random number
    let draw () = words[random.Next words.Length]
    let texts = ResizeArray<string>()

    for _ in 1..count do
        let fresh () = Array.init (random.Next(1, 15)) (fun _ -> draw ())

        let chosen =
            if texts.Count > 0 && random.NextDouble() < 0.5 then
                let copy = texts[random.Next texts.Count].Split ' '
                copy[random.Next copy.Length] <- draw ()
                copy
            else
                fresh ()

        texts.Add(String.Join(' ', chosen))

    texts.ToArray()

let tests =
    testList "MinHash" [
        testPropertyWithConfig
            { Garbage.config with maxTest = 100 }
            "similarity is Jaccard's coefficient of four-letter pieces"
        <| fun (Garbage.Text a) (Garbage.Text b) ->
            MinHash.similarity (MinHash.pieces a) (MinHash.pieces b) = jaccard (substrings a) (substrings b)

        for threshold in [ 0.3; 0.5; 0.7; 0.9; 1.0 ] do
            testCase $"groups at %g{threshold} are those of comparing all pairs"
            <| fun () ->
                for number in 1..2 do
                    let texts = corpus number 70

                    Expect.equal
                        (texts |> Array.map MinHash.pieces |> MinHash.groups threshold seed)
                        (bruteForce threshold texts)
                        $"corpus %d{number}"

        testCase "a chain of similar texts is one group, though its ends are not similar"
        <| fun () ->
            let texts = Array.init 12 (fun k -> String.Join(' ', words[k .. k + 3]))
            let chain = texts |> Array.map MinHash.pieces

            Expect.isLessThan (MinHash.similarity chain[0] chain[11]) 0.1 "the ends"
            let groups = MinHash.groups 0.4 seed chain
            Expect.equal groups (bruteForce 0.4 texts) "as by all pairs"
            Expect.isLessThan (Array.max groups) 11 "something is joined"

        testCase "similar texts are found whatever stands around their words; wordless ones are not"
        <| fun () ->
            let texts = [|
                "Wildfire near the old bridge, residents told to leave http://t.co/a1"
                "http://t.co/aaaaaaaaa1"
                "RT @x: wildfire NEAR the old bridge! residents told to leave now"
                "http://t.co/aaaaaaaaa2"
                "nothing of the kind"
                "http://t.co/aaaaaaaaa1"
            |]

            Expect.equal
                (Duplicates.similarGroups 0.7 seed texts)
                [| 0; 1; 0; 2; 3; 1 |]
                "the two wildfires, and the two equal links"

        testPropertyWithConfig
            { Garbage.config with maxTest = 30 }
            "similar groups join the groups of equal texts, for any texts"
        <| fun (texts: Garbage.Text list) ->
            let texts = [| for Garbage.Text text in texts @ texts -> text |]
            let equal, similar = Duplicates.groups texts, Duplicates.similarGroups 0.7 seed texts

            Array.zip equal similar
            |> Array.groupBy fst
            |> Array.forall (fun (_, pairs) -> pairs |> Array.distinctBy snd |> Array.length = 1)

        testCase "the same seed gives the same groups, and no texts none"
        <| fun () ->
            let texts = corpus 9 200
            let groups = Duplicates.similarGroups 0.5 seed texts
            Expect.equal (Duplicates.similarGroups 0.5 seed texts) groups "again"
            Expect.equal (Duplicates.similarGroups 0.5 seed [||]) [||] "none"

        testCase "joining is transitive, and groups are numbered in the order of their first rows"
        <| fun () ->
            let groups = Groups 6
            groups.Join(4, 1)
            groups.Join(5, 4)
            groups.Join(3, 2)
            Expect.equal groups.Numbers [| 0; 1; 2; 2; 1; 1 |] "numbers"
            Expect.equal (groups.First 5) 1 "the first row"
    ]
