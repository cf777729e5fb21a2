module NtkPipeline.Tests.CombinationTests

open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.StageRuns
open NtkPipeline.Tests.TwoEncoders

let private weigh weights combining = WeighViews.stage { Weights = weights; Combining = combining }

/// Exact leave-one-out by leaving every row out in turn.
let private refitted (kernel: Matrix<float32>) relativeRidge (y: float[]) =
    let k = Matrix.map float kernel
    let ridge = relativeRidge * (Seq.init k.Rows (fun i -> k[i, i]) |> Seq.average)
    Array.init y.Length (fun i -> (KernelSamples.heldOut ridge k y [| i |])[0] - y[i])

let tests =
    testList "combination" [
        testCase "what is confirmed is leave-one-out by refitting, and the least error wins"
        <| fun () ->
            for combining in [ Combining.Beside; Combining.Sum ] do
                let facts = want (run (weigh (ByLeaveOneOut 80) combining) (parts, split))
                Expect.equal (facts.SearchRows, facts.Confirmed.Length) (80, 3) "rows, candidates"

                Expect.isGreaterThan
                    facts.Views[0].Weight
                    (2.0 * facts.Views[1].Weight)
                    "noise counts for little"

                let views =
                    WeighViews.views _.Labelled parts
                    |> List.map (fun (name, rows) -> name, Matrix.gatherRows split.Train rows)

                for trial in facts.Confirmed do
                    let pairs = List.zip (List.ofArray trial.Weights) [ "telling"; "noise" ]
                    let kernel = if combining = Combining.Sum then Sum pairs else Beside pairs
                    let gram = want (ViewKernel.gram kernel views None)
                    let y = labels[..119]
                    let residuals = refitted gram trial.HeldOut.RelativeRidge y
                    let error = residuals |> Array.averageBy (fun e -> e * e)
                    Expect.floatClose { absolute = 1e-9; relative = 0.0 } trial.HeldOut.Error error trial.Name
                    let accuracy = Metrics.accuracy y (Array.map2 (+) residuals y)
                    Expect.equal trial.HeldOut.Accuracy accuracy "and its accuracy"

                let best = facts.Confirmed |> Array.minBy _.HeldOut.Error
                Expect.equal (facts.Views |> Array.map _.Weight) best.Weights "the best of them"

        testCase "a row that shares nothing with any other is answered by 0, which counts as negative"
        <| fun () ->
            let lonely = Matrix.init 9 9 (fun i j -> if i = j then 0.3f else 0.0f)
            let y = [| 1.0; -1.0; -1.0; 1.0; -1.0; -1.0; 1.0; -1.0; -1.0 |]

            for ridge in [ 0.1; 0.7; 3.0 ] do
                let scores = want (LeaveOneOutTrial.at "apart" lonely y ridge)
                Expect.floatClose Accuracy.veryHigh scores.Accuracy (6.0 / 9.0) "the negative ones are right"
                Expect.floatClose Accuracy.veryHigh scores.Error 1.0 "and nothing is learnt"

        testCase "validation rows and their labels move no weight"
        <| fun () ->
            let other = {
                split with
                    Labels = labels |> Array.mapi (fun i y -> if i >= 120 then -y else y)
                    Targets = labels |> Array.mapi (fun i y -> if i >= 120 then -y else y)
            }

            let scrambled =
                parts
                |> List.map (fun part -> {
                    part with
                        Labelled =
                            Matrix.init count part.Labelled.Columns (fun i j ->
                                if i >= 120 then 1.0f else part.Labelled[i, j])
                })

            let stage = weigh (ByLeaveOneOut 60) Combining.Beside
            Expect.equal (run stage (scrambled, other)) (run stage (parts, split)) "the same facts"

        testCase "given weights are taken, and those that do not fit are refused"
        <| fun () ->
            let facts = want (run (weigh (Given [ 1.0; 0.5 ]) Combining.Beside) (parts, split))
            Expect.equal (facts.Views |> Array.map _.Weight) [| 1.0; 0.5 |] "as given"
            Expect.equal (facts.ChosenBy, facts.Solves) (WeightSource.Given, 0) "nothing was solved"
            run (weigh (Given [ 1.0 ]) Combining.Beside) (parts, split) |> says "2 encoders"

            run (weigh (Given [ 0.0; 0.0 ]) Combining.Beside) (parts, split)
            |> says "every encoder's weight is 0"

            run
                (weigh (Given [ 1.0; 1.0 ]) Combining.Beside)
                ([ parts[0]; { parts[1] with Test = Matrix.create 0 8 [||] } ], split)
            |> says "150 + 10, 150 + 0"

        testCase "encoders side by side are unit rows times their weights; one of weight 0 is left out"
        <| fun () ->
            let facts = want (run (weigh (Given [ 2.0; 0.5 ]) Combining.Beside) (parts, split))
            let joined = want (run CombineViews.stage (parts, facts))

            Expect.equal
                (joined.Encoder, joined.Labelled.Columns, joined.Test.Rows)
                ("telling + noise", 13, 10)
                "shape"

            let norm (m: Matrix<float32>) i columns =
                columns |> Seq.sumBy (fun j -> float m[i, j] ** 2.0) |> sqrt

            for m, i in [ joined.Labelled, 0; joined.Labelled, 149; joined.Test, 9 ] do
                Expect.floatClose Accuracy.medium (norm m i [ 0..4 ]) 2.0 "weight 2"
                Expect.floatClose Accuracy.medium (norm m i [ 5..12 ]) 0.5 "weight ½"

            let only = want (run (weigh (Given [ 0.0; 1.0 ]) Combining.Beside) (parts, split))
            let left = want (run CombineViews.stage (parts, only))
            Expect.equal (left.Encoder, left.Labelled.Columns) ("noise", 8) "the other"

        testCase "places are columns where enough tweets name them, however they are written"
        <| fun () ->
            let tweet location = {
                Id = RowId.ofPlace 1
                Keyword = None
                Location = location
                Text = "x"
                Target = None
            }

            let labelled = [| tweet (Some "London, UK"); tweet None; tweet (Some "Paris") |]
            let test = [| tweet (Some "london uk"); tweet (Some "!!") |]
            let found = want (run (EmbedTweets.locations 2) (labelled, test))
            Expect.equal found.Labelled (Matrix.create 3 1 [| 1.0f; 0.0f; 0.0f |]) "london uk"
            Expect.equal found.Test (Matrix.create 2 1 [| 1.0f; 0.0f |]) "counted over both sets"
            run (EmbedTweets.locations 3) (labelled, test) |> says "location finds nothing"
    ]
