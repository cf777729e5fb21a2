module NtkPipeline.Tests.TextStagesTests

open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.StageRuns

let private lsa = { Lsa.defaults with Columns = 20; MinCharacterTexts = 1 }

let private leading d : ReduceDimension.Settings = {
    Dimensions = Leading d
    Solver = PcaSolver.Auto
    Whiten = false
}

let private nothingCompared: DimensionFacts = { Rows = 0; Points = [||] }

let tests =
    testList "text stages" [
        testCase "from tweets to features, and the same again"
        <| fun () ->
            let flow () =
                let labelled = tweets 120

                let clean =
                    Expect.wantOk (run (CleanTweets.stage "train" CleanText.defaults) labelled) "clean"

                Expect.equal clean[0].Text "fire number 0 in street 0 of town 0 see" "cleaned"

                let split =
                    run
                        (SplitTweets.stage {
                            ValidationShare = 0.25
                            Folds = 4
                            Together = SameText.Normalised
                            SimilarAbove = 0.7
                            Contradictions = KeepLabels
                        })
                        labelled
                    |> Result.defaultWith (fun e -> failtest e.Sentence)

                let embedded = Expect.wantOk (run (EmbedTweets.lsa lsa) (clean, clean[..9])) "embedded"
                Expect.equal embedded.Encoder "lsa 20" "named"

                let features =
                    Expect.wantOk
                        (run (ReduceDimension.stage (leading 5)) ((embedded, split), nothingCompared))
                        "features"

                Expect.equal
                    (features.Labelled.Rows, features.Test.Rows, features.Test.Columns)
                    (120, 10, 5)
                    "shapes"

                for i in 0..9 do
                    Expect.equal
                        ((Matrix.row i features.Labelled).ToArray())
                        ((Matrix.row i features.Test).ToArray())
                        "the same text, the same row"

                features

            Expect.equal (flow ()) (flow ()) "bit for bit"

        testCase "PCA sees training rows only"
        <| fun () ->
            let split = {
                Train = [| 0; 1; 2; 3 |]
                Validation = [| 4 |]
                Folds = [| 0; 0; 1; 1 |]
                Labels = Array.create 5 1.0
                Targets = Array.create 5 1.0
                FitRows = [| 0..4 |]
                DuplicateRows = 0
                ContradictoryTexts = 0
                ContradictoryRows = 0
                IdenticalRows = 0
                IdenticalContradictions = 0
                SimilarRows = 0
                LargestSimilarGroup = 1
            }

            let reduce last =
                let rows =
                    Matrix.init 5 3 (fun i j -> if i = 4 then last else float32 (cos (float (3 * i + j))))

                run
                    (ReduceDimension.stage (leading 2))
                    (({ Encoder = "x"; Labelled = rows; Test = rows }, split), nothingCompared)
                |> Result.map (fun f ->
                    f.Facts.ExplainedVariance, f.Labelled |> Matrix.gatherRows split.Train)

            Expect.equal (reduce 1.0f) (reduce 50.0f) "a validation row moves nothing"
    ]
