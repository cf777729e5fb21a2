module NtkPipeline.Tests.SplitRowsTests

open Expecto
open NtkPipeline.Core

let private settings: SplitTweets.Settings = {
    ValidationShare = 0.2
    Folds = 3
    Together = SameText.Normalised
    SimilarAbove = 0.7
    Contradictions = MajorityLabel
}

let private tweet i text : Tweet = {
    Id = RowId.ofPlace i
    Keyword = None
    Location = None
    Text = text
    Target = None
}

let private split (texts: string[]) labels =
    match (SplitRows.stage settings).Body with
    | Seeded run -> run (Seed.root 1UL) (Array.mapi tweet texts, labels)
    | Pure run -> run (Array.mapi tweet texts, labels)

let private three = LearningTask.Classes [| "a"; "b"; "c" |]

let tests =
    testList "SplitRows" [
        testCase "of classes every part has its share; of numbers, of small and large ones"
        <| fun () ->
            let texts = Array.init 60 (fun i -> $"text %d{i}")
            let classes = { Task = three; Values = Array.init 60 (fun i -> float (i % 3)) }
            let found = Expect.wantOk (split texts classes) "it is split"

            Expect.equal
                (found.Validation |> Array.countBy (fun row -> classes.Values[row]) |> Array.map snd)
                [| 4; 4; 4 |]
                "a fifth of each class"

            let numbers = {
                Task = LearningTask.Regression
                Values = Array.init 60 (fun i -> float (i * i))
            }

            let found = Expect.wantOk (split texts numbers) "it is split"
            Expect.equal found.Validation.Length 10 "two of each fifth"

            Expect.isTrue
                (found.Validation |> Array.exists (fun row -> row < 12)
                 && found.Validation |> Array.exists (fun row -> row >= 48))
                "small and large"

        testCase "copies of a text learn their most frequent class, or the mean of their numbers"
        <| fun () ->
            // Three copies, which are so many that they stay in training.
            let texts = Array.init 60 (fun i -> if i < 33 && i % 3 = 0 then "the same" else $"text %d{i}")
            let values = Array.init 60 (fun i -> if i = 0 then 1.0 else float (i % 3))
            let found = Expect.wantOk (split texts { Task = three; Values = values }) "it is split"
            Expect.contains found.Train 0 "it is trained on"
            Expect.equal (found.Labels[0], found.Targets[0]) (1.0, 0.0) "the others' class"
            Expect.equal found.ContradictoryRows 11 "counted"

            let numbers = Array.init 60 (fun i -> if i = 0 then 111.0 else float i)

            let found =
                Expect.wantOk (split texts { Task = LearningTask.Regression; Values = numbers }) "it is split"

            let copies = [| 0..3..30 |] |> Array.averageBy (fun i -> numbers[i])
            Expect.floatClose Accuracy.high found.Targets[3] copies "the mean"

        testCase "a class of too few rows is named"
        <| fun () ->
            let values = Array.init 60 (fun i -> if i < 3 then 2.0 else float (i % 2))

            match split (Array.init 60 (fun i -> $"text %d{i}")) { Task = three; Values = values } with
            | Error e ->
                for word in [ "class 'c' has 3 of 60 rows"; "split.folds" ] do
                    Expect.stringContains e.Sentence word word
            | Ok _ -> failtest "it should be refused"

        testCase
            "whole numbers that are too many for classes may be numbers, and rows that are all alike are told so"
        <| fun () ->
            let refusal texts task values =
                match split texts { Task = task; Values = values } with
                | Error e -> e.Sentence
                | Ok _ -> failtest "it should be refused"

            let years = LearningTask.Classes [| for year in 1990..2009 -> string year |]

            Expect.stringContains
                (refusal
                    (Array.init 60 (fun i -> $"text %d{i}"))
                    years
                    (Array.init 60 (fun i -> float (i % 20))))
                "data.task=regression"
                "years"

            let alike = refusal (Array.create 60 "same") LearningTask.Regression (Array.init 60 float)
            Expect.stringContains alike "60 rows can be fitted and 0 kept aside" "of numbers"
            Expect.stringContains alike "split.together" "why"

        testCase "rows of numbers keep what tells them apart when they are brought to norm 1"
        <| fun () ->
            let rows = Matrix.init 12 2 (fun i j -> if j = 0 then 1000.0f * float32 (i + 1) else 3.0f)

            let embeddings: Embeddings = {
                Encoder = "numbers"
                Labelled = rows
                Test = Matrix.create 1 2 [| 6500.0f; 3.0f |]
            }

            let split = { FinishedRun.split with Train = [| 0..11 |]; Validation = [||] }

            let features =
                match StandardiseRows.stage.Body with
                | Pure run -> Expect.wantOk (run (embeddings, split)) "they are standardised"
                | Seeded _ -> failtest "it draws nothing"

            let norm i = Seq.sumBy (fun j -> float features.Labelled[i, j] ** 2.0) (seq { 0..2 })

            for i in 0..11 do
                Expect.isLessThan (abs (norm i - 1.0)) 1e-6 "norm 1"

            // The mean row stands on the column of 1 alone, and rows that differ by a factor are not the same.
            Expect.isLessThan (abs (float features.Test[0, 0])) 1e-6 "the mean"
            Expect.isLessThan (abs (float features.Test[0, 2] - 1.0)) 1e-6 "beside a 1"
            Expect.isGreaterThan (features.Labelled[11, 0] - features.Labelled[5, 0]) 0.1f "told apart"
            Expect.equal features.Labelled[3, 1] 0.0f "a column without variance says nothing"
            Expect.stringContains features.Facts.Reduction "1 that do not differ" "and that is told"
            Expect.stringContains features.Facts.Reduction ": 1, counted from 0" "by its number"
    ]
