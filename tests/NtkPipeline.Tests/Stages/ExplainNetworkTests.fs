module NtkPipeline.Tests.ExplainNetworkTests

open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.FinishedRun
open NtkPipeline.Tests.KernelSamples

let tests =
    testList "predict" [
        testCase "the widest network at the main rate is explained by its own kernel"
        <| fun () ->
            let finished, prediction = finished.Force(), (predict 1000 ()).[2]
            let explanation = prediction.Explanations[1]
            Expect.stringContains explanation.By "m = 64, ‖x‖ = √d, rate 1" "which"
            let trained = finished.Networks[2].Trained
            let final = Expect.wantSome trained.Final "it did not diverge"
            let rows = Matrix.gatherRows split.Train features.Labelled
            let k = TrainedNetwork.tangent trained final rows None |> Matrix.map float

            let ridge =
                finished.Kernel.Chosen.RelativeRidge
                * Seq.averageBy (fun i -> k[i, i]) (seq { 0 .. k.Rows - 1 })

            let one = Matrix.gatherRows [| 2 |] validation
            let cross = TrainedNetwork.tangent trained final one (Some rows) |> Matrix.map float
            let score = dot cross.Values (solve ridge k y)
            Expect.isLessThan (abs (score - explanation.Score)) 1e-6 "by LU"
            Expect.all explanation.Tweets _.EffectOfLeavingOut.IsNone "nothing is claimed of leaving out"

        testCase "which network is explained follows the main rate, not the smallest"
        <| fun () ->
            let finished = finished.Force()

            let network scale rate width =
                let sound = finished.Networks[2]

                {
                    sound with
                        Trained.Run = {
                            sound.Run with
                                Spec.InputScale = scale
                                Spec.Rate = rate
                                Spec.Width = width
                        }
                }

            // Of one and the same weights: only what they are called differs.
            let chosen rate (networks: JudgedNetwork list) =
                let input: ExplainInput = {
                    Split = split
                    Form = RowForm.Row
                    Labelled = features.Labelled
                    Kernel = finished.Kernel
                    Networks = networks
                }

                let tangents =
                    value (
                        want (runner.Run(ExplainNetwork.stage { MainRate = rate }, artifact "chosen" input))
                    )

                tangents[0].Network

            let networks = [
                network InputScale.Unit 2.0 64
                network InputScale.SqrtD 1.0 64
                network InputScale.SqrtD 2.0 64
            ]

            Expect.equal (chosen 2.0 networks) 2 "at the main rate, at ‖x‖ = √d"
            Expect.equal (chosen 1.0 networks) 1 "another main rate"
            Expect.equal (chosen 2.0 networks[..1]) 0 "the rate before the scale"
            Expect.equal (chosen 5.0 networks) 2 "or the nearest"

        testCase "numbers that refuse a network's explanation do not fail the run, but the prediction"
        <| fun () ->
            let finished = finished.Force()

            let negative = { finished.Kernel with Chosen.RelativeRidge = -1e3 }

            let input: ExplainInput = {
                Split = split
                Form = RowForm.Row
                Labelled = features.Labelled
                Kernel = negative
                Networks = finished.Networks
            }

            let tangents =
                value (want (runner.Run(ExplainNetwork.stage { MainRate = 1.0 }, artifact "negative" input)))

            Expect.isSome tangents[0].Refusal "it is part of the result"


            match PredictText.run 3 { finished with Tangents = tangents } (newRows.Force()) with
            | Error reason ->
                Expect.stringContains reason.Sentence "the tangent kernel of network m = 64" "which"
            | Ok _ -> failtest "nothing explains it"
    ]
