/// What is measured, when, and where a network is lost.
module NtkPipeline.Tests.TrainingMeasuresTests

open System
open System.IO
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.SmallTraining

let tests =
    testList "TrainNetwork" [
        testCase "a centred network starts from 0 and unmoved"
        <| fun () ->
            let start = (train' settings).Epochs[0]
            Expect.equal (start.Epoch, start.Step, start.TrainLoss) (0, 0, 0.5) "½·mean y²"
            Expect.equal (start.DeltaTheta, start.FlippedGates) (0.0, Some 0.0) "the kernel and the gates"
            Expect.equal start.WeightMovement [| 0.0; 0.0 |] "the weights"
            Expect.equal start.GapToKernelTrain (Some { Rms = 0.0; Sup = 0.0 }) "the kernel starts with it"

            Expect.equal
                start.GapToLinearisedValidation
                (Some { Rms = 0.0; Sup = 0.0 })
                "so does the linearised network"

            close 1e-10 start.AlignmentWithInitial 1.0 "aligned with itself"

        testCase "measures stand for the epochs asked for, the first and the last"
        <| fun () ->
            let run = train' { settings with Tracked = TrackedEpochs.Listed [ 3; 1; 99; 3 ] }
            Expect.equal (run.Epochs |> Array.map _.Epoch) [| 0; 1; 3; 6 |] "in order"
            Expect.equal (run.Epochs |> Array.map _.Step) [| 0; 4; 12; 24 |] "53 rows are four batches"
            Expect.equal (run.Steps, run.TrainRows, run.ProbeRows) (24, train.Length, 20) "sizes"
            Expect.equal run.Parameters (64L * 7L) "m (d + 1)"
            Expect.equal run.ValidationOutputs.Length (labelled - train.Length) "validation"
            Expect.equal run.TestOutputs.Length 9 "test"
            Expect.equal (run.SpectrumInitial.Length, run.SpectrumFinal.Length) (20, 20) "probe"
            Expect.isLessThan (Array.last run.Epochs).TrainLoss 0.4 "it has learned something"

        testCase "the path is f on the validation rows after each epoch that is measured"
        <| fun () ->
            let trained = network { settings with Tracked = TrackedEpochs.Listed [ 1; 3 ] }
            let path, run = trained.Path, trained.Run

            Expect.equal
                (path.Rows, path.Columns)
                (run.Epochs.Length, run.ValidationOutputs.Length)
                "its size"

            Expect.allEqual ((Matrix.row 0 path).ToArray()) 0.0f "a centred network starts from 0"
            let last = (Matrix.row (path.Rows - 1) path).ToArray() |> Array.map float
            Expect.equal last run.ValidationOutputs "and ends where it ends"
            let shorter = network { settings with Epochs = 3; Tracked = TrackedEpochs.Listed [ 1 ] }

            Expect.equal
                ((Matrix.row 2 path).ToArray() |> Array.map float)
                shorter.Run.ValidationOutputs
                "between"

            for row, measures in Array.indexed run.Epochs do
                let f = (Matrix.row row path).ToArray() |> Array.map float
                let source = input.Force()
                let labels = source.Validation |> Array.map (fun i -> source.Labels[i])
                Expect.equal (Metrics.scores labels f) measures.Validation "what accuracy was taken from"

        testCase "a damaged path is refused"
        <| fun () ->
            let trained = network settings
            let broken = { trained with Path = Matrix.create 1 1 [| 0.0f |] }
            use stream = new MemoryStream(bytes broken)
            Expect.isError (TrainedNetwork.codec.Read stream) "one number is no path"

        testCase "every epoch is measured by default, as it is when it is listed, and the spectrum after some"
        <| fun () ->
            let settings = { settings with Epochs = 12; Tracked = TrackedEpochs.Every }
            let run = train' settings
            Expect.equal (run.Epochs |> Array.map _.Epoch) [| 0..12 |] "each"

            Expect.equal
                (run.Epochs |> Array.filter _.EffectiveRank.IsSome |> Array.map _.Epoch)
                [| 0; 1; 2; 5; 10; 12 |]
                "eigenvalues cost more"

            let listed = train' { settings with Tracked = TrackedEpochs.Listed [ 1..12 ] }
            Expect.all listed.Epochs _.EffectiveRank.IsSome "what is listed has everything"
            let silent (m: EpochMeasures) = { m with EffectiveRank = None }

            Expect.equal
                (run.Epochs |> Array.map silent)
                (listed.Epochs |> Array.map silent)
                "the same numbers but for these"

            Expect.equal run.SpectrumFinal listed.SpectrumFinal "the last is the last"
            Expect.isTrue (run.Epochs[1..] |> Array.forall (fun m -> m.DeltaTheta > 0.0)) "ΔΘ at each"

            // A network that is lost keeps the spectrum of the last epoch that has one.
            let lost = train' { settings with Rate = 50.0; Epochs = 60; InputScale = InputScale.Unit }

            Expect.isSome lost.Diverged "it diverges"
            Expect.isTrue (lost.SpectrumFinal |> Array.forall Double.IsFinite) "finite"
            Expect.equal lost.SpectrumFinal.Length 20 "and there"

        testCase "a rate far too large is called divergence, with the measures from before it"
        <| fun () ->
            for batch in [ 0; 16 ] do
                for scale in InputScale.all do
                    let trained =
                        network {
                            settings with
                                Rate = 50.0
                                BatchSize = batch
                                Epochs = 60
                                InputScale = scale
                        }

                    let run = trained.Run
                    Expect.isNone trained.Final "there are no last weights"
                    let epoch = Expect.wantSome run.Diverged "it diverges"
                    Expect.isLessThan (Array.last run.Epochs).Epoch epoch "measures end before"
                    Expect.isNone run.DeltaTheta "there is no last kernel"
                    let numbers = Array.concat [ run.ValidationOutputs; run.TestOutputs; run.SpectrumFinal ]
                    Expect.isTrue (numbers |> Array.forall Double.IsFinite) "all finite"
                    use stream = new MemoryStream(bytes trained)

                    Expect.equal
                        (TrainedNetwork.codec.Read stream)
                        (Ok trained)
                        "JSON, which knows no NaN, holds it"

        testCase "what diverges in function space falls silent, and the network goes on"
        <| fun () ->
            let run =
                train' {
                    settings with
                        Width = 256
                        Rate = 2.6
                        BatchSize = 0
                        Epochs = 90
                        Tracked = TrackedEpochs.Listed [ 1 ]
                }

            Expect.isNone run.Diverged "the network finds flatter ground"
            let first, last = run.Epochs[1], Array.last run.Epochs
            Expect.isSome first.KernelAccuracy "at first"
            Expect.isNone last.KernelAccuracy "no more"
            Expect.isNone last.GapToLinearisedTrain "nor this"
    ]
