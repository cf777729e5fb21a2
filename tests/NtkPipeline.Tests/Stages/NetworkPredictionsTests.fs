module NtkPipeline.Tests.NetworkPredictionsTests

open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.FinishedRun
open NtkPipeline.Tests.KernelSamples

let tests =
    testList "predict" [
        testCase "what networks say over seeds is their mean, and how many agree with it"
        <| fun () ->
            let finished = finished.Force()
            let sound = finished.Networks[1]

            let network width rate number = {
                sound with
                    Trained.Run = {
                        sound.Run with
                            Spec.Width = width
                            Spec.Rate = rate
                            Spec.Member = number
                    }
            }

            let lost = { network 64 1.0 3 with At = None }
            let networks = [ network 64 1.0 0; lost; network 16 4.0 0; network 64 1.0 1; network 64 1.0 2 ]

            let scores: NetworkPredictions.Said list =
                List.map2
                    (fun (network: JudgedNetwork) score -> {
                        Run = network.Run
                        At = network.At.Value
                        Outputs = [| 9.0; score |]
                    })
                    (networks |> List.filter (fun network -> network.At.IsSome))
                    [ 0.5; -3.0; 0.4; -0.3 ]

            match NetworkPredictions.shared networks scores 1 with
            | [| small; wide |] ->
                Expect.equal
                    (small.Model, small.Agree, small.Score.Count)
                    ("network m = 16, ‖x‖ = √d, rate 4", 1, 1)
                    "one"

                Expect.equal
                    (wide.Model, wide.Agree, wide.Diverged)
                    ("network m = 64, ‖x‖ = √d, rate 1", 2, 1)
                    "three"

                wantClose 1e-15 "mean" [| wide.Score.Mean; small.Score.Mean |] [| 0.2; -3.0 |]
                let accuracy = (Array.last sound.Run.Epochs).Validation.Accuracy
                wantClose 1e-15 "accuracy" [| wide.Accuracy |] [| accuracy |]
            | other -> failtest $"%d{other.Length} kinds"

            Expect.isEmpty (NetworkPredictions.shared [ lost ] [] 1) "who diverged says nothing"
    ]
