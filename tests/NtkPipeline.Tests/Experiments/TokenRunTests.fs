/// What a run over tokens trains on, and networks trained on it.
module NtkPipeline.Tests.TokenRunTests

open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.StageRuns
open NtkPipeline.Tests.SmallSequence
open NtkPipeline.Tests.SmallTokenRun

let tests =
    testList "a run over tokens" [
        testCase "rows are the texts as kernels read them, labelled and not"
        <| fun () ->
            let places = TokenVectors.places [| 0..29 |] tokens

            let read rows =
                ((TokenVectors.source "texts" places rows tokens).Rows.Read 0 (Array.length rows) |> want)
                    .Values
                |> Array.map float32

            Expect.equal features.Labelled.Values (read [| 0 .. labelled - 1 |]) "labelled"
            Expect.equal features.Test.Values (read [| labelled..29 |]) "the others"
            Expect.equal features.Facts.Columns 5 "a token's"
            Expect.equal features.Facts.ZeroLabelledRows [| 3 |] "the text without a token"

        testCase "its kernels are those of the question about sequences, and symmetric"
        <| fun () ->
            let other = SequenceGrams.stage SequenceModel.Convolution limit still
            let expected = run other (tokens, { ofRun with FitRows = [| 0..25 |] }) |> want
            let both = Matrix.gather [| 0..25 |] [| 0..19 |] gram
            let gap = Array.map2 (fun a b -> abs (a - b)) both.Values expected.Values |> Array.max
            Expect.isLessThan gap (1e-6f * Array.max expected.Values) "fitted and validation texts"

            for i in 0..25 do
                for j in 0..25 do
                    Expect.equal gram[i, j] gram[j, i] "symmetric"

            let test = run (SequenceGrams.test limit still) (tokens, ofRun) |> want
            Expect.equal (test.Rows, test.Columns) (4, labelled) "others × labelled"
            let none = { tokens with Texts = tokens.Texts[.. labelled - 1] }
            Expect.equal (run (SequenceGrams.test limit still) (none, ofRun) |> want).Rows 0 "without others"

        testCase
            "a network that is followed takes the steps of one that is only trained, whose outputs are of some texts at a time"
        <| fun () ->
            let spec, input, followed = trained 32 4
            let places = [| 0..19 |]
            let rows part = Matrix.gatherRows part input.Labelled

            let seenAt held =
                HeldOutTraining.runTexts
                    spec
                    (TrainNetwork.rate spec input)
                    (Seed.root 9UL)
                    5
                    (rows places)
                    input.TrainTargets
                    (rows held)
                |> want

            let path, first = seenAt [| 20..25 |]
            // More texts than are looked at together.
            let many, _ = seenAt (Array.init 300 (fun k -> 20 + k % 6))

            for epoch in 0..4 do
                for k in 0..299 do
                    let gap = abs (many.Outputs[epoch, k] - path.Outputs[epoch, k % 6])
                    Expect.isLessThan gap 1e-6f "the same of each text"

            Expect.equal (path.Outputs.Rows, followed.Path.Rows) (5, 5) "epochs"

            for a, b in Array.zip path.Outputs.Values followed.Path.Values do
                Expect.isLessThan (abs (a - b)) 1e-4f "f on the validation texts after each epoch"

            Expect.equal followed.Run.TestOutputs.Length 4 "and the others"
            let measures = Array.last followed.Run.Epochs
            Expect.equal measures.FlippedGates None "gates are not counted over padding"
            Expect.isTrue (Array.forall System.Double.IsFinite measures.FeatureMovement) "features"
            Expect.equal measures.WeightMovement.Length 2 "of each map"
            Expect.equal followed.Run.Parameters (32L * 15L + 32L) "conv's and dense's"
            Expect.isSome followed.Final "it ended"
            Expect.equal first.Rows 20 "the whole probe"

        testCase
            "it starts near its infinitely wide kernel, nearer the wider it is, and its kernel moves less"
        <| fun () ->
            let _, _, narrow = trained 32 6
            let _, _, wide = trained 2048 6
            Expect.isLessThan wide.Run.InitKernelError (0.4 * narrow.Run.InitKernelError) "like m^(−1/2)"
            Expect.isLessThan wide.Run.InitKernelError 0.25 "near"

            Expect.isLessThan
                (Option.get wide.Run.DeltaTheta)
                (0.5 * Option.get narrow.Run.DeltaTheta)
                "like m^(−1/2)"

            let gap (trained: TrainedNetwork) =
                (Option.get (Array.last trained.Run.Epochs).GapToKernelTrain).Rms

            Expect.isLessThan (gap wide) (0.6 * gap narrow) "nearer to the kernel's own descent"

        testCase "probes of it are Θ̂ by its definition, beside the limit"
        <| fun () ->
            let spec, input, trained = trained 16 2
            let settings = CompareProbes.settings 1.0 spec

            let found = run (CompareProbes.stage settings) (input, [ trained ]) |> want |> Array.exactlyOne

            let at i j = found.Limit[i * found.Rows.Length + j], gram[found.Rows[i], found.Rows[j]]
            Expect.equal (fst (at 2 5)) (snd (at 2 5)) "Θ"

            let expected =
                use _ = TorchSharp.torch.NewDisposeScope()

                let x =
                    RowForm.tensor input.Form spec.InputScale (Matrix.gatherRows found.Rows input.Labelled)

                let network = RunSpec.network spec
                let theta = Forward.drawFor network x (Seed.derive "parameters" (Seed.root 9UL))
                EmpiricalNtk.contraction network theta x None |> Tensors.toMatrix32

            let gap = Array.map2 (fun a b -> abs (a - b)) found.Initial expected.Values |> Array.max
            Expect.isLessThan gap (1e-5f * Array.max expected.Values) "Θ̂₀"

        testCase "one fold is held out of texts, too"
        <| fun () ->
            let spec = spec 16 2
            let input = input.Force().Value.Force() |> want
            let found = run (TrainFold.stage (GridPoint.ofSpec spec) 0) (input, ofRun) |> want
            Expect.equal (found.Outputs.Rows, found.Outputs.Columns) (3, 5) "epochs × rows of the fold"

        testCase "tweets are drawn so that sequence.rows of them are fitted"
        <| fun () ->
            Expect.equal (TokenRun.sample (values network)) 2500 "2,000 and a fifth kept aside"
            Expect.isTrue (TokenRun.isAsked (values network)) "conv"
            Expect.isFalse (TokenRun.isAsked (values "dense m | relu | dense 1")) "rows"
    ]
