module NtkPipeline.Tests.TextStagesTests

open System.IO
open Expecto
open NtkPipeline.Core

let private runner: IRunner = MemoryRunner(Seed.root 1UL)

let private input value = Artifact.create "input" (Digest.ofBytes [||]) (lazy (Ok value))

let private run stage value = runner.Run(stage, input value) |> Result.bind _.Value.Force()

let private says (part: string) result =
    match result with
    | Error(e: PipelineError) -> Expect.stringContains e.Sentence part part
    | Ok _ -> failtest $"refused: %s{part}"

let private tweets count =
    Array.init count (fun i -> {
        Id = i
        Keyword = None
        Location = None
        Text = $"Fire number %d{i % 37} in street %d{i % 11} of town %d{i % 7}, see http://t.co/%d{i}"
        Target = Some(i % 3 = 0)
    })

let private lsa = { Lsa.defaults with Columns = 20; MinCharacterTexts = 1 }

let private leading d : ReduceDimension.Settings = {
    Dimensions = Leading d
    Solver = PcaSolver.Auto
    Whiten = false
}

let private nothingCompared: DimensionFacts = { Rows = 0; Points = [||] }

let private embeddings = {
    Encoder = "precomputed 2"
    Labelled = Matrix.create 2 2 [| 1.0f; 2.0f; 3.0f; 4.0f |]
    Test = Matrix.create 1 2 [| 5.0f; 6.0f |]
}

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

        testCase "precomputed rows that do not fit the tweets are refused with the file and both counts"
        <| fun () ->
            let stage = EmbedTweets.precomputed "nnlm.npy"
            let rows count value = Matrix.init count 3 (fun _ _ -> value)
            let pair = tweets 4, tweets 2
            Expect.isOk (run stage (pair, (rows 4 1.0f, rows 2 1.0f))) "they fit"

            run stage (pair, (rows 5 1.0f, rows 2 1.0f))
            |> says "nnlm.npy: it has 5 labelled rows for 4 tweets"

            run stage (pair, (rows 4 1.0f, rows 3 1.0f)) |> says "nnlm.npy: it has 3 test rows for 2 tweets"
            run stage (pair, (rows 4 1.0f, rows 2 nanf)) |> says "nnlm.npy: entry (0, 0) of the test rows"
            run stage (pair, (rows 4 1.0f, Matrix.create 2 1 [| 1.0f; 1.0f |])) |> says "3 columns"

        testCase "a transformer gets every text once, and its identity is part of the settings"
        <| fun () ->
            let seen = ResizeArray<string>()

            let encode (texts: string[]) =
                seen.AddRange texts
                Ok(Matrix.init texts.Length 2 (fun i _ -> float32 i))

            let stage = EmbedTweets.transformer "transformer" "tiny" (Digest.ofBytes "a"B) encode
            let embedded = Expect.wantOk (run stage (tweets 3, tweets 2)) "embedded"
            Expect.equal (seen.Count, embedded.Labelled.Rows, embedded.Test[0, 0]) (5, 3, 3.0f) "in order"
            let other = EmbedTweets.transformer "transformer" "tiny" (Digest.ofBytes "b"B) encode
            Expect.notEqual stage.Settings other.Settings "another model"

            EmbedTweets.transformer "transformer" "tiny" (Digest.ofBytes "a"B) (fun texts ->
                Ok(Matrix.init texts.Length 1 (fun _ _ -> nanf)))
            |> fun stage -> run stage (tweets 1, [||]) |> says "tiny: entry (0, 0)"

        testCase "surface features have mean 0, and are what their names say"
        <| fun () ->
            let texts = [| "RT HELP!! http://t.co/1"; "@you and me"; "a\nb ... 42"; "plain"; "plain" |]
            let rows = SurfaceFeatures.measure texts
            Expect.equal (rows.Rows, rows.Columns) (5, SurfaceFeatures.names.Length) "shape"

            let of' name i = rows[i, SurfaceFeatures.names |> List.findIndex ((=) name)]

            for name, row in
                [
                    "links", 0
                    "exclamation marks", 0
                    "begins with RT", 0
                    "share of capitals", 0
                    "begins with a mention", 1
                    "line breaks", 2
                    "dots in a row", 2
                    "share of digits", 2
                ] do
                let column = Array.init 5 (of' name)
                Expect.equal (Array.indexed column |> Array.maxBy snd |> fst) row name
                Expect.isLessThan (abs (Array.sum column)) 1e-5f $"%s{name}: mean 0"

            for i in 0..4 do
                Expect.equal (of' "hashtags" i) 0.0f "a feature that never varies is 0"

        testPropertyWithConfig Garbage.config "any texts have finite surface features"
        <| fun (texts: Garbage.Text list) ->
            let rows = SurfaceFeatures.measure [| for Garbage.Text text in texts -> text |]
            Matrix.firstNonFinite32 rows = None && rows.Values |> Array.forall (fun x -> abs x <= 3.0f)

        testCase "keywords are columns, by ascending keyword"
        <| fun () ->
            let tweet keyword = { (tweets 1)[0] with Keyword = keyword }
            let pair = [| tweet (Some "storm"); tweet None |], [| tweet (Some "fire") |]
            let found = Expect.wantOk (run EmbedTweets.keywords pair) "embedded"
            Expect.equal found.Labelled (Matrix.create 2 2 [| 0.0f; 1.0f; 0.0f; 0.0f |]) "storm, none"
            Expect.equal found.Test (Matrix.create 1 2 [| 1.0f; 0.0f |]) "fire"

        testCase "embeddings come back from their bytes, and rows of unequal width do not"
        <| fun () ->
            let round value =
                use stream = new MemoryStream()
                EmbedTweets.codec.Write stream value
                stream.Position <- 0L
                EmbedTweets.codec.Read stream

            Expect.equal (round embeddings) (Ok embeddings) "the same"
            Expect.isError (round { embeddings with Test = Matrix.create 0 3 [||] }) "2 and 3 columns"

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
