module NtkPipeline.Tests.TransformerJudgeTests

open System
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.StageRuns
open NtkPipeline.Tests.SmallTransformer

/// Each text stands twice.
let private rows =
    tweets labelled
    |> Array.mapi (fun i tweet -> { tweet with Text = "word " + String('a', 1 + i / 2) })

let private stop = lazy (run (StopRows.stage 0.3) (rows, (split, pooled)) |> want)

/// Outputs that go with the labels by so much, and their noise.
let private outputs (seed: int) (strength: float) (places: int[]) =
    let random = Random seed
    places |> Array.map (fun row -> strength * split.Labels[row] + random.NextDouble() - 0.5)

let private fit seed strength : TransformerFit = {
    RelativeRidge = 1.0
    IsUnit = false
    Share = None
    HeldOut = outputs seed strength split.Train
    LooError = 0.5
    LooAccuracy = 0.8
    Validation = outputs (seed + 1) strength split.Validation
    Test = [| 0.5; -0.5 |]
}

let private said seed strength : TunedOutputs = {
    Stop = outputs seed strength stop.Value.Stop
    Validation = outputs (seed + 1) strength split.Validation
}

let private trained method seed best : TunedMember = {
    Method = method
    Seed = seed
    Epochs = [| said (10 * seed + 20) 0.3; said (10 * seed + 30) 0.6 |]
    Best = best
    Test = [| float seed; -1.0 |]
}

let private input: Lazy<TransformerInput> =
    lazy
        {
            Split = split
            Stop = stop.Value
            Start = said 5 0.1
            Fits = [
                TransformerModel.FrozenNtk, fit 1 0.3
                TransformerModel.Tangent, fit 3 0.4
                TransformerModel.AfterKernel, fit 4 0.4
                TransformerModel.LoraTangent 8, fit 5 0.4
            ]
            Members = [
                trained TuningMethod.Full 0 2
                trained TuningMethod.Full 1 1
                trained TuningMethod.Linearised 0 1
                trained (TuningMethod.Lora 8) 0 2
            ]
            Leaked = outputs 6 0.5 split.Train
            Sketch = { Frobenius = 0.1; Diagonal = 0.1; OffDiagonal = 0.1 }
            SketchRows = 10
            Drift = []
            FirstOrder = Some(outputs 7 0.5 split.Validation)
            Layers = { Layers = [||]; Kinds = [||] }
        }

let private judged = lazy (run (TransformerJudge.stage SampleRuns.settings) input.Value |> want)
let private labels = SplitTweets.validationLabels split
let private accuracy f = Metrics.accuracy labels f

let private scores model =
    TransformerClaims.find model judged.Value |> fun found -> Expect.wantSome found "there"

let private fitOf model = input.Value.Fits |> List.find (fst >> (=) model) |> snd

let tests =
    testList "TransformerJudge" [
        testCase "stop rows are fitted ones, rows of one text stay together, and the head has seen the others"
        <| fun () ->
            let found = stop.Value
            Expect.equal (Array.append found.Trained found.Stop |> Array.sort) split.Train "all, each once"
            let texts = Array.map (fun row -> rows[row].Text) >> set
            Expect.isEmpty (Set.intersect (texts found.Trained) (texts found.Stop)) "no text in both"

            Expect.isTrue
                (abs (float found.Stop.Length / float split.Train.Length - 0.3) < 0.15)
                "their share"

            let head =
                RidgeHead.fit
                    (Matrix.gatherRows found.Trained pooled.Labelled)
                    (SplitTweets.targets split found.Trained)

            Expect.equal (Ok found.Head) head "fitted on the rows that train"

            let one = rows |> Array.map (fun tweet -> { tweet with Text = "one" })
            run (StopRows.stage 0.3) (one, (split, pooled)) |> says "Change transformer.stop-share"

        testCase "kernels are judged on the stop rows by what was said without their fold"
        <| fun () ->
            let found, tangent = scores TransformerModel.Tangent, fitOf TransformerModel.Tangent
            let places = stop.Value.Stop |> Array.map (fun row -> Array.IndexOf(split.Train, row))
            let held = places |> Array.map (fun place -> tangent.HeldOut[place])
            let y = SplitTweets.targets split stop.Value.Stop
            close 1e-12 found.StopError (error held y) "stop rows"
            Expect.equal found.StopAccuracy (Metrics.accuracy y held) "stop rows"
            Expect.equal found.CvError (Some(error tangent.HeldOut targets)) "all fitted rows"
            close 1e-12 found.ValidationError (error tangent.Validation labels) "validation rows"
            Expect.equal found.Validation.Accuracy (accuracy tangent.Validation) "validation rows"
            Expect.isTrue found.IsHonest "its head was fitted anew"
            Expect.isFalse (scores TransformerModel.AfterKernel).IsHonest "its weights have seen labels"
            Expect.isFalse (scores (TransformerModel.LoraTangent 8)).IsHonest "its head has seen labels"

        testCase "trainings of a method stand together, each at the epoch that it was stopped at"
        <| fun () ->
            let found = scores (TransformerModel.Tuned TuningMethod.Full)
            let each = input.Value.Members[..1] |> List.map TransformerScores.chosen
            Expect.equal found.Epochs [| 2; 1 |] "epochs"

            let mean pick =
                each |> List.map pick |> List.reduce (Array.map2 (+)) |> Array.map (fun x -> x / 2.0)

            let y = SplitTweets.targets split stop.Value.Stop
            close 1e-12 found.StopError (error (mean _.Stop) y) "of their mean"

            let average (pick: TunedOutputs -> float) = each |> List.averageBy pick
            close 1e-12 found.Validation.Accuracy (average (fun e -> accuracy e.Validation)) "mean accuracy"
            close 1e-12 found.ValidationError (average (fun e -> error e.Validation labels)) "mean error"
            Expect.equal found.Test [| 0.5; -1.0 |] "their mean for test rows"
            let path = judged.Value.Paths[1]

            Expect.equal
                (path.Model, path.Seed, path.StopErrors.Length)
                ("fine-tuned", 1, 3)
                "from the start on"

            close 1e-12 path.StopErrors[0] (error input.Value.Start.Stop y) "the start"

        testCase "differences are of the same rows, and lie within their bands"
        <| fun () ->
            let found = judged.Value
            let tangent, frozen = fitOf TransformerModel.Tangent, fitOf TransformerModel.FrozenNtk
            let tuned = (scores (TransformerModel.Tuned TuningMethod.Full)).Validation.Accuracy

            for difference, value in
                [
                    found.ErrorGain, error frozen.HeldOut targets - error tangent.HeldOut targets
                    found.AccuracyGain,
                    Metrics.accuracy targets tangent.HeldOut - Metrics.accuracy targets frozen.HeldOut
                    found.TangentLessFrozen, accuracy tangent.Validation - accuracy frozen.Validation
                    Expect.wantSome found.TunedLessTangent "asked", tuned - accuracy tangent.Validation
                    Expect.wantSome found.TunedLessFrozen "asked", tuned - accuracy frozen.Validation
                ] do
                close 1e-12 difference.Value value "the difference"
                Expect.isTrue (difference.Lower <= value && value <= difference.Upper) "its band"

            close 1e-12 found.LeakedError (error input.Value.Leaked targets) "the leak"
            Expect.equal (found.P |> Array.map _.Against).Length 2 "against both"

        testCase "what was said is held against what fine-tuning did, from the same start"
        <| fun () ->
            let found = judged.Value.Foretold
            let actual = (TransformerScores.chosen input.Value.Members[0]).Validation
            let start = input.Value.Start.Validation
            let by said = TransformerDrifts.foretold TuningMethod.Full "" start actual said
            let first = Expect.wantSome input.Value.FirstOrder "asked"
            // The linearised transformer at the epoch of the real one, not at its own.
            let linearised = input.Value.Members[2].Epochs[1].Validation
            let lora = input.Value.Members[3]
            let ofLora = (TransformerScores.chosen lora).Validation
            let itsKernel = (fitOf (TransformerModel.LoraTangent 8)).Validation

            Expect.equal
                (found |> Array.map (fun one -> { one with What = "" }))
                [|
                    by first
                    by linearised
                    by (fitOf TransformerModel.FrozenNtk).Validation
                    by (fitOf TransformerModel.Tangent).Validation
                    TransformerDrifts.foretold lora.Method "" start ofLora itsKernel
                |]
                "each"

        testCase "without fine-tuning there is nothing to foretell and nothing to hold against it"
        <| fun () ->
            let alone = { input.Value with Members = []; FirstOrder = None }
            let found = run (TransformerJudge.stage SampleRuns.settings) alone |> want
            Expect.equal (found.TunedLessTangent, found.TunedLessFrozen) (None, None) "none"
            Expect.isEmpty found.Foretold "none"
            Expect.isEmpty found.P "none"
            Expect.hasLength found.Models 4 "the kernels"
    ]
