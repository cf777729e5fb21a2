module NtkPipeline.Tests.PredictTextTests

open System.IO
open System.Text
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.FinishedRun
open NtkPipeline.Tests.KernelSamples

/// What is left of a row's score when one training row is not fitted on.
let private refitted ridge (k: Matrix<float>) (cross: float[]) (without: int) =
    let kept = [| 0 .. y.Length - 1 |] |> Array.except [ without ]
    let alpha = solve ridge (Matrix.gather kept kept k) (kept |> Array.map (fun i -> y[i]))
    dot (kept |> Array.map (fun i -> cross[i])) alpha

let tests =
    testList "predict" [
        testCase "a validation row is told what the run's own models said of it"
        <| fun () ->
            let finished, predictions = finished.Force(), predict 3 ()
            Expect.equal predictions.Length split.Validation.Length "a prediction a row"

            for i, prediction in Array.indexed predictions do
                let scores = prediction.Opinions |> Array.map _.Score
                Expect.equal scores.Length 3 "the kernel and the networks that did not diverge"

                let measured = [|
                    finished.Kernel.ValidationOutputs[i]
                    for network in finished.Networks[1..] do
                        network.Run.ValidationOutputs[i]
                |]

                wantClose 2e-5 "scores" scores measured

            Expect.equal
                (predictions[0].Opinions |> Array.map _.Accuracy)
                [|
                    finished.Kernel.Validation.Accuracy
                    for network in finished.Networks[1..] do
                        (Array.last network.Run.Epochs).Validation.Accuracy
                |]
                "with the accuracy each had"

        testCase "contributions add up to the score, and leaving a tweet out has the effect told"
        <| fun () ->
            let finished, predictions = finished.Force(), predict 1000 ()

            let k = value gram.Value |> Matrix.gather split.Train split.Train |> Matrix.map float

            let across = value gram.Value |> Matrix.gather split.Validation split.Train |> Matrix.map float

            for i in [ 0; 4; 9 ] do
                for explanation in predictions[i].Explanations do
                    let sum = explanation.Tweets |> Array.sumBy _.Contribution
                    Expect.isLessThan (abs (sum - explanation.Score)) 1e-10 $"%s{explanation.By}: its sum"

                let kernel = predictions[i].Explanations[0]
                let sizes = kernel.Tweets |> Array.map (fun t -> abs t.Contribution)
                Expect.sequenceEqual (Array.sortDescending sizes) sizes "the heaviest first"

                for weighed in Array.truncate 4 kernel.Tweets do
                    let row = split.Train |> Array.findIndex (fun i -> 100 + i = RowId.place weighed.Tweet.Id)
                    let cross = (Matrix.row i across).ToArray()
                    let expected = kernel.Score - refitted finished.Kernel.Chosen.Ridge k cross row
                    let effect = Expect.wantSome weighed.EffectOfLeavingOut "known for the kernel"
                    Expect.isLessThan (abs (effect - expected)) 1e-5 "refitted without it"

        testCase "targets that nobody knows are refused, not taken for others"
        <| fun () ->
            let codec = (FitRidge.stage ridges TargetCoding.PlusMinus).Codec
            use stream = new MemoryStream()
            codec.Write stream (finished.Force()).Kernel
            let written = Encoding.UTF8.GetString(stream.ToArray())
            let known = "\"targets\": \"plus-minus\""
            Expect.stringContains written known "as it lies in the store"

            let read (text: string) =
                use stream = new MemoryStream(Encoding.UTF8.GetBytes text)
                codec.Read stream

            Expect.equal (read written) (Ok (finished.Force()).Kernel) "what is known reads back"

            match read (written.Replace(known, "\"targets\": \"one-two\"")) with
            | Error reason ->
                Expect.stringContains reason "'one-two' is not a coding of targets" "which"
                Expect.stringContains reason "plus-minus, zero-one, balanced" "and what is known"
            | Ok regression -> failtest $"taken for %A{regression.Targets}"

        testCase "where every network diverged, the kernel speaks alone"
        <| fun () ->
            let finished = {
                finished.Force() with
                    Networks = (finished.Force()).Networks[..0]
                    Tangents = [||]
            }

            let diverged: ExplainInput = {
                Split = split
                Form = RowForm.Row
                Labelled = features.Labelled
                Kernel = finished.Kernel
                Networks = finished.Networks
            }

            Expect.isEmpty
                (value (
                    want (runner.Run(ExplainNetwork.stage { MainRate = 1.0 }, artifact "diverged" diverged))
                ))
                "nothing to explain"

            let prediction = (want (PredictText.run 3 finished (newRows.Force())))[0]
            Expect.equal (prediction.Opinions.Length, prediction.Explanations.Length) (1, 1) "one"
            Expect.equal prediction.Explanations[0].Tweets.Length 3 "as many as asked for"
    ]
