module NtkPipeline.Tests.SplitTweetsTests

open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.StageRuns

let tests =
    testList "text stages" [
        testCase "contradictory labels are counted, and handled as asked"
        <| fun () ->
            let tweet i text target = {
                Id = i
                Keyword = None
                Location = None
                Text = text
                Target = Some target
            }

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
                Id = i
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
    ]
