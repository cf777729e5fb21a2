module NtkPipeline.Tests.TaskScoresTests

open Expecto
open NtkPipeline.Core

let private three = LearningTask.Classes [| "a"; "b"; "c" |]
let private find name measures = Expect.wantSome (TaskScores.find name measures) name
let private close = Expect.floatClose Accuracy.high

let tests =
    testList "TaskScores" [
        testCase "accuracy, macro-F1 and one-against-rest AUC of a confusion that is counted by hand"
        <| fun () ->
            // Rows of classes 0, 0, 1, 2, 2, of which the second and the last are named 1.
            let outputs =
                Matrix.create 5 3 [|
                    0.9
                    -0.5
                    -0.8
                    0.1
                    0.3
                    -0.9
                    -0.7
                    0.6
                    -0.2
                    -0.9
                    -0.3
                    0.4
                    -0.6
                    0.2
                    0.1
                |]

            let scores = TaskScores.all three [| 0.0; 0.0; 1.0; 2.0; 2.0 |] outputs
            close (find "accuracy" scores) 0.6 "three of five"
            // F1: 2/3 of a (1 hit, 1 missed), 1/2 of b (1 hit, 2 too many), 2/3 of c.
            close (find "macro-f1" scores) ((2.0 / 3.0 + 0.5 + 2.0 / 3.0) / 3.0) "the mean over classes"
            // a: 0.9, 0.1 above the rest: 1. b: 0.6 is the greatest: 1. c: 0.4, 0.1 above the rest: 1.
            close (find "auc" scores) 1.0 "every class stands above the rest"
            Expect.equal (TaskScores.main three) "accuracy" "what models are compared by"

            close
                (Array.average (TaskScores.byRow three [| 0.0; 0.0; 1.0; 2.0; 2.0 |] outputs))
                (find "accuracy" scores)
                "row by row, the same"

        testCase "R² and RMSE by their definitions; the mean has R² 0"
        <| fun () ->
            let labels = [| 1.0; 2.0; 3.0; 6.0 |]
            let of' values = TaskScores.all LearningTask.Regression labels (Matrix.create 4 1 values)
            let scores = of' [| 1.0; 3.0; 3.0; 5.0 |]
            close (find "rmse" scores) (sqrt 0.5) "√(2/4)"
            close (find "r2" scores) (1.0 - 2.0 / 14.0) "1 − 2/14"
            close (find "r2" (of' (Array.create 4 3.0))) 0.0 "the mean"

            close
                (Array.average (
                    TaskScores.byRow
                        LearningTask.Regression
                        labels
                        (Matrix.create 4 1 [| 1.0; 3.0; 3.0; 5.0 |])
                ))
                (find "r2" scores)
                "row by row, the same"

        testCase "targets are codes of ±1, or numbers less their mean over their deviation, and come back"
        <| fun () ->
            let codes = TaskTargets.encode (TaskTargets.ofFitted three [| 2.0; 0.0 |]) [| 2.0; 0.0 |]
            Expect.equal codes.Values [| -1.0; -1.0; 1.0; 1.0; -1.0; -1.0 |] "one output a class"
            let numbers = [| 10.0; 14.0; 12.0 |]
            let targets = TaskTargets.ofFitted LearningTask.Regression numbers
            let coded = TaskTargets.encode targets numbers
            close (Array.average coded.Values) 0.0 "no mean"
            close (coded.Values |> Array.averageBy (fun y -> y * y)) 1.0 "variance 1"

            for back, number in Seq.zip (TaskTargets.decode targets coded).Values numbers do
                close back number "back"

        testCase "the softmax's slope has the greatest likelihood, and is 0 where outputs say nothing"
        <| fun () ->
            let classes = [| 0; 1; 2; 0; 1; 2; 0; 1 |]
            let random = System.Random 4

            let outputs =
                Matrix.init classes.Length 3 (fun i k ->
                    (if classes[i] = k then 0.5 else -0.3) + random.NextDouble() - 0.5)

            let slope = SoftmaxScale.fit classes outputs
            Expect.isGreaterThan slope 0.1 "they say something"
            close (Array.sum (SoftmaxScale.probabilities slope [| 0.2; -0.1; 0.4 |])) 1.0 "they are shares"

            // Against labels smoothed by one row of each class, as the fit has them.
            let loss slope =
                Seq.sum (
                    seq {
                        for i in 0 .. classes.Length - 1 do
                            let p = SoftmaxScale.probabilities slope ((Matrix.row i outputs).ToArray())

                            for k in 0..2 -> -(if classes[i] = k then 9.0 / 11.0 else 1.0 / 11.0) * log p[k]
                    }
                )

            for factor in [ 0.95; 1.05 ] do
                Expect.isGreaterThan (loss (factor * slope)) (loss slope) "beside it is worse"

            let wrong = Matrix.init 6 3 (fun i k -> if i % 3 = k then -1.0 else 1.0)
            Expect.equal (SoftmaxScale.fit [| 0; 1; 2; 0; 1; 2 |] wrong) 0.0 "worse than chance"

            close
                (SoftmaxScale.logLoss 0.0 [| 0; 1 |] (Matrix.create 2 3 (Array.zeroCreate 6)))
                (log 3.0)
                "of chance"
    ]
