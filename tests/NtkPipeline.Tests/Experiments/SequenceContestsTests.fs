module NtkPipeline.Tests.SequenceContestsTests

open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.SmallSequence

let tests =
    testList "finite networks over texts against their kernels" [
        testCase "the first fold chooses the epoch, and the others judge there"
        <| fun () ->
            let path (outputs: float32[][]) : SequencePath = {
                Path = {
                    Outputs = Matrix.ofRows outputs[0].Length outputs
                    Movement = outputs |> Array.mapi (fun epoch _ -> 0.1 * float epoch)
                    Diverged = None
                }
                InitialError = 0.2
            }

            let of' (targets: float[]) scale = targets |> Array.map (fun y -> float32 (scale * y))
            let _, held = SequenceNetworks.rows SequenceRows.Choosing split
            let choosing = SplitTweets.targets split held
            let labels = SplitTweets.validationLabels split
            let judged = path [| of' labels 0.0; of' labels -1.0; of' labels 1.0 |]

            let member' width best judged = {
                Model = SequenceModel.Convolution
                Width = width
                Seed = 0
                Choosing = path [| for epoch in 0..2 -> of' choosing (if epoch = best then 1.0 else 0.0) |]
                Judged = judged
            }

            Expect.equal
                (SequenceContests.chosen split (member' 8 1 judged) |> Option.map fst)
                (Some 1)
                "the best"

            let short = {
                judged with
                    Path = { judged.Path with Outputs = Matrix.gatherRows [| 0; 1 |] judged.Path.Outputs }
            }

            Expect.equal (SequenceContests.chosen split (member' 8 2 short)) None "had diverged"

            let fit: SequenceFit = {
                RelativeRidge = 1.0
                LeftOut = [||]
                Validation = labels |> Array.map ((*) 0.5)
                Largest = 1.0
            }

            let found =
                SequenceContests.all
                    SampleRuns.settings
                    (Seed.root 1UL)
                    (fun _ -> "conv m")
                    split
                    (fun _ -> fit)
                    [ member' 8 2 judged; member' 8 2 short; member' 16 1 judged ]

            Expect.equal
                (found |> List.map (fun scores -> scores.Width, scores.Epochs, scores.Diverged))
                [ 8, [| 2 |], 1; 16, [| 1 |], 0 ]
                "groups"

            Expect.equal
                (found[0].Accuracy, found[0].Error, found[1].Accuracy)
                (1.0, 0.0, 0.0)
                "right, and turned"

            Expect.floatClose Accuracy.high found[0].ErrorSaved.Value 0.25 "the kernel's error is a quarter"
            Expect.floatClose Accuracy.high found[0].Movement 0.2 "at the chosen epoch"
            let mean = { member' 16 2 judged with Model = SequenceModel.Mean }

            let contest =
                SequenceContests.contests SampleRuns.settings (Seed.root 1UL) split [
                    mean
                    member' 8 2 judged
                    member' 16 1 judged
                ]

            Expect.equal
                (contest |> List.map (fun one -> one.One, one.Other, one.Width, one.Accuracy.Value))
                [ "convolution", "mean", 16, -1.0 ]
                "the widest"
    ]
