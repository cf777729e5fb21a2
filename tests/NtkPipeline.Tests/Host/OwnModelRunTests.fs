module NtkPipeline.Tests.OwnModelRunTests

open System.IO
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.Ntk
open NtkPipeline.Tests.OwnModelRun

let tests =
    testList "a model of one's own in a run" [
        testCase
            "two classes: asked beside the analytic kernel, priced, cached, and asked anew where its bytes differ"
        <| inFolder (fun folder ->
            let data = tweets folder 200
            let file = model folder "mine.onnx" 8 "dense 16 b=0.1 | relu | dense 1"

            let options = onTweets data file

            let status = asking folder "status" options |> wantDone
            Expect.stringContains status.Output "question  own-model: 8 of 8 stages" "priced"
            let _, summary, text = run folder options
            let numbers = asked summary

            for name in
                [
                    "as-it-comes/accuracy"
                    "analytic/accuracy"
                    "tangent/accuracy"
                    "linearised/accuracy"
                    "fine-tuned/accuracy"
                    "delta-theta"
                    "delta-theta-lower"
                    "cka"
                    "chosen-epoch"
                    "tangent-less-analytic-accuracy-lower"
                    "fine-tuned-less-tangent-accuracy-upper"
                    "foretold/first-order/explained"
                    "foretold/linearised/explained"
                    "delta-theta/epoch=4"
                ] do
                Expect.isTrue (numbers.ContainsKey name) name

            Expect.equal numbers["delta-theta/epoch=0"] 0.0 "where it begins"
            Expect.isGreaterThan numbers["delta-theta/epoch=4"] 0.0 "and moves"

            let there = numbers[$"""delta-theta/epoch=%g{numbers["chosen-epoch"]}"""]
            Expect.floatClose Accuracy.veryHigh numbers["delta-theta"] there "where judged"

            Expect.stringContains (text "results.csv") "own-model/number" "its rows"
            Expect.stringContains (text "results.csv") "own-model/verdict" "and verdicts"
            let page = text "report.html"
            Expect.stringContains page "Your model mine.onnx" "in the answer"
            Expect.stringContains page "What foretells fine-tuning" "its chapter"
            let again, _, _ = run folder options
            Expect.stringContains again.Output "no stage ran" "all is cached"

            let moved =
                Path.Combine(Directory.CreateDirectory(Path.Combine(folder, "else")).FullName, "mine.onnx")

            File.Move(file, moved)
            let again, _, _ = run folder (options @ sets [ $"train.model=%s{moved}" ])

            Expect.equal
                (RunCall.ran again)
                [ WriteReport.name ]
                "the same model elsewhere, under another setting"

            model folder "mine.onnx" 8 "dense 16 b=0.1 | erf | dense 1" |> ignore
            let other, _, _ = run folder options
            Expect.contains (RunCall.ran other) "own-model/tangent" "another model"
            Expect.isFalse (List.contains "fit-ridge" (RunCall.ran other)) "the rest is as it was")

        testCase "three classes, by a TorchScript program that gives an output each"
        <| inFolder (fun folder ->
            let file = model folder "mine.pt" 12 "dense 16 b=0.1 | erf | dense 3"

            let answer, summary, text =
                run folder (headlines @ sets [ $"train.model=%s{file}"; "own-model.inputs=sqrt-d" ])

            let numbers = asked summary
            // A third by chance.
            Expect.isGreaterThan numbers["tangent/accuracy"] 0.5 "its kernel learns"
            Expect.isTrue (numbers.ContainsKey "fine-tuned/macro-f1") "every measure"
            Expect.stringContains (text "report.html") "Your model mine.pt" "in the answer"
            Expect.stringContains (text "results.csv") "own-model/verdict" "its verdicts"

            Expect.stringContains
                answer.Output
                "Its own tangent kernel beats the analytic kernel"
                "on the console"

            Expect.isFalse (answer.Output.Contains "own-model was not asked") "it was")

        testCase "numbers, as their file has them"
        <| inFolder (fun folder ->
            let file = model folder "mine.onnx" 5 "dense 16 b=0.1 | relu | dense 1"
            let _, summary, text = run folder (houses @ sets [ $"train.model=%s{file}" ])
            let numbers = asked summary
            Expect.isTrue (numbers.ContainsKey "fine-tuned-less-tangent-r2") "by R²"
            Expect.isGreaterThan numbers["tangent/r2"] 0.8 "area alone tells most"

            Expect.stringContains
                (text "report.html")
                "the 5 numbers of a row as its file has them"
                "what it was given")
    ]
