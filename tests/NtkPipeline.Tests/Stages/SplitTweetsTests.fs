module NtkPipeline.Tests.SplitTweetsTests

open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.StageRuns

let private tweet i text target = {
    Id = RowId.ofPlace i
    Keyword = None
    Location = None
    Text = text
    Target = Some target
}

let tests =
    testList "text stages" [
        testCase "contradictory labels are counted, and handled as asked"
        <| fun () ->
            let data = [|
                for i in 0..49 do
                    tweet i $"word%d{i} here" (i % 2 = 0)
                tweet 50 "Storm now http://t.co/1" true
                tweet 51 "storm NOW" true
                tweet 52 "storm now!" false
            |]

            let split contradictions =
                run
                    (SplitTweets.stage {
                        ValidationShare = 0.1
                        Folds = 2
                        Together = SameText.Normalised
                        SimilarAbove = 0.7
                        Contradictions = contradictions
                    })
                    data
                |> Result.defaultWith (fun e -> failtest e.Sentence)

            let kept = split KeepLabels

            Expect.equal
                (kept.DuplicateRows, kept.ContradictoryTexts, kept.ContradictoryRows)
                (2, 1, 3)
                "counted"

            let texts = data |> Array.map _.Text

            Expect.equal
                kept.IdenticalRows
                (texts.Length - (Array.distinct texts).Length)
                "and letter by letter"

            Expect.equal (kept.SimilarRows, kept.LargestSimilarGroup) (2, 3) "similar: the same three"

            let inTraining = Array.contains 52 kept.Train

            Expect.equal
                (Array.contains 50 kept.Train, Array.contains 51 kept.Train)
                (inTraining, inTraining)
                "together"

            Expect.equal kept.Targets kept.Labels "as given"

            if inTraining then
                Expect.equal (split MajorityLabel).Targets[52] 1.0 "two of three say so"
                Expect.equal ((split DropRows).Train |> Array.filter (fun row -> row >= 50)) [||] "gone"

        testCase "similar texts stay on one side where that is asked, and keep their labels"
        <| fun () ->
            let tweet i text = {
                Id = RowId.ofPlace i
                Keyword = None
                Location = None
                Text = text
                Target = Some(i % 2 = 0)
            }

            let street (i: int) =
                let random = System.Random i
                let word _ = System.String(Array.init 6 (fun _ -> char (97 + random.Next 26)))
                List.init 12 word |> String.concat " "

            let data = [|
                for i in 0..59 do
                    tweet (2 * i) $"%s{street i} burns tonight"
                    tweet (2 * i + 1) $"%s{street i} burns tonight again"
            |]

            let split together =
                run
                    (SplitTweets.stage {
                        ValidationShare = 0.25
                        Folds = 3
                        Together = together
                        SimilarAbove = 0.7
                        Contradictions = MajorityLabel
                    })
                    data
                |> Result.defaultWith (fun e -> failtest e.Sentence)

            let apart (split: Split) =
                let validation = set split.Validation
                [ 0..2..118 ] |> List.filter (fun i -> validation.Contains i <> validation.Contains(i + 1))

            let similar, normalised = split SameText.Similar, split SameText.Normalised
            Expect.isNonEmpty (apart normalised) "no two are the same text"
            Expect.isEmpty (apart similar) "but two and two are similar"
            Expect.equal similar.Targets similar.Labels "similar texts do not contradict each other"
            Expect.equal normalised.SimilarRows similar.SimilarRows "counted whatever is asked"
            Expect.isGreaterThanOrEqual similar.SimilarRows 60 "each second one"

        testCase
            "a few texts that most tweets repeat leave no part empty or of one class: refused, with what to change"
        <| fun () ->
            let usual: SplitTweets.Settings = {
                ValidationShare = 0.2
                Folds = 3
                Together = SameText.Normalised
                SimilarAbove = 0.7
                Contradictions = MajorityLabel
            }

            let refused (words: string list) settings tweets =
                let sentence = (Expect.wantError (run (SplitTweets.stage settings) tweets) "refused").Sentence

                for word in words do
                    Expect.stringContains sentence word sentence

            // 48 of each class, four texts of each.
            let few = [| for i in 0..95 -> tweet i $"text number %d{i % 8}" (i % 2 = 0) |]

            few
            |> refused
                [
                    "0 tweets that can be held out"
                    "8 different texts"
                    "split.validation-share"
                ]
                usual

            Expect.isOk (run (SplitTweets.stage { usual with ValidationShare = 0.4 }) few) "as it says"

            // All positive tweets are copies of one text.
            let copies = [|
                for i in 0..79 -> tweet i (if i < 14 then "the same" else $"another %d{i}") (i < 14)
            |]

            copies |> refused [ "not of both classes"; "split.validation-share" ] usual

            // One text in 300 rows, under both labels.
            let one = [| for i in 0..299 -> tweet i "one and the same" (i % 2 = 0) |]
            one |> refused [ "1 different texts" ] usual

            // Two positive texts, one of which is held out: without the other's fold no positive tweet is left.
            let pair = [|
                for i in 0..59 ->
                    tweet
                        i
                        (if i < 10 then "first"
                         elif i < 20 then "second"
                         else $"another %d{i}")
                        (i < 20)
            |]

            pair
            |> refused [ "without one of its 3 folds"; "split.folds" ] { usual with ValidationShare = 0.5 }

        testCase "more tweets than a whole kernel has room for are refused at once, with the way on"
        <| fun () ->
            let many =
                Array.init 46_341 (fun i -> {
                    Id = RowId.ofPlace i
                    Keyword = None
                    Location = None
                    Text = $"word%d{i}"
                    Target = Some(i % 2 = 0)
                })

            let settings: SplitTweets.Settings = {
                ValidationShare = 0.2
                Folds = 5
                Together = SameText.Identical
                SimilarAbove = 0.7
                Contradictions = MajorityLabel
            }

            let sentence = (Expect.wantError (run (SplitTweets.stage settings) many) "refused").Sentence
            Expect.stringContains sentence "ntk solve" "the way on"
    ]
