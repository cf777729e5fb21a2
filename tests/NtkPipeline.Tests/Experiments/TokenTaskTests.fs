/// Networks over tokens with an output a class, and with one.
module NtkPipeline.Tests.TokenTaskTests

open Expecto
open TorchSharp
open NtkPipeline.Core
open NtkPipeline.Tests.StageRuns
open NtkPipeline.Tests.SmallSequence
open NtkPipeline.Tests.SmallTokenRun

let private form = RowForm.Text 5

/// Labels, split and what networks of such labels train on.
let private inputsOf (task: LearningTask) (values: float[]) =
    let labels: Labels = { Task = task; Values = values }
    let split = { ofRun with Labels = values; Targets = values }
    let spectrum = run DecomposeKernel.stage (gram, ofRun) |> want

    let inputs =
        TrainTask.inputsOfTexts
            (artifact "labels" labels)
            (artifact "split" split)
            (artifact "features" features)
            (artifact "spectrum" spectrum)

    labels, split, inputs.Value.Force() |> want

let private classes =
    lazy
        (inputsOf
            (LearningTask.Classes [| "a"; "b"; "c" |])
            (Array.init labelled (fun i -> float (made.Texts[i].Length % 3))))

/// A seeded stage with a seed of its own.
let private seeded (stage: Stage<'i, 'o>) (seed: Seed) (input: 'i) : 'o =
    match stage.Body with
    | Seeded body -> body seed input |> want
    | Pure _ -> failtest $"%s{stage.Name} draws nothing"

let private near (within: float) (name: string) (expected: float) (found: float) =
    Expect.isLessThan (abs (expected - found)) within $"%s{name}: %g{found}, %g{expected}"

let private trainedOf epochs =
    let labels, split, input = classes.Force()
    let spec = spec 16 epochs
    let point = GridPoint.ofSpec spec
    labels, split, input, point, seeded (TrainTask.stage point) (Seed.root 9UL) input

let tests =
    testList "a run over tokens of any task" [
        testCase "with one output it is the network that two classes follow"
        <| fun () ->
            let values = SmallTokenRun.labels |> Array.map (fun y -> if y > 0.0 then 1.0 else 0.0)
            let _, _, input = inputsOf (LearningTask.Binary("no", "yes")) values
            let spec, ofTwo, followed = trained 32 4
            near 1e-12 "η" (TrainNetwork.rate spec ofTwo) (TrainTask.rate spec input)
            let found = seeded (TrainTask.stage (GridPoint.ofSpec spec)) (Seed.root 9UL) input
            Expect.equal (found.Path.Outputs.Rows, found.Path.Outputs.Columns) (5, 6 + 4) "epochs × texts"

            for epoch in 0..4 do
                for k in 0..5 do
                    near
                        1e-4
                        "a validation text"
                        (float followed.Path[epoch, k])
                        (float found.Path.Outputs[epoch, k])

            for k in 0..3 do
                near 1e-4 "another" followed.Run.TestOutputs[k] (float found.Path.Outputs[4, 6 + k])

            for a, b in Seq.zip found.Final.Values (Option.get followed.Final).Values do
                near 1e-4 "its weights" (float b) (float a)

        testCase "numbers are learnt about their mean"
        <| fun () ->
            // What the mean of a text's tokens says.
            let values =
                Array.init labelled (fun i ->
                    match made.Texts[i] with
                    | [||] -> 100.0
                    | words -> 100.0 + 7.0 * Array.averageBy (fun word -> float made.Vectors[word, 0]) words)

            let labels, split, input = inputsOf LearningTask.Regression values
            let spec = { spec 64 200 with BatchSize = 0 }
            let found = seeded (TrainTask.stage (GridPoint.ofSpec spec)) (Seed.root 9UL) input
            let ended = TaskRun.ofPath spec [||] labels split found.Path
            Expect.equal (ended.Validation.Rows, ended.Test.Rows) (6, 4) "rows"
            let rmse = TaskScores.find "rmse" (Array.last ended.Quality) |> Option.get
            let first = TaskScores.find "rmse" ended.Quality[0] |> Option.get
            Expect.isLessThan rmse first "nearer than the mean of all"

            for value in ended.Validation.Values do
                Expect.isTrue (value > 60.0 && value < 140.0) "in the labels' unit"

        testCase "its weights say again what was said of every class, and the probes are Θ̂ by its definition"
        <| fun () ->
            let labels, split, _, point, found = trainedOf 3
            let rows = Matrix.gatherRows split.Validation features.Labelled
            let said = TrainedNetwork.evaluate form point.Spec 3 found.Initial found.Final rows

            for i in 0..5 do
                for k in 0..2 do
                    near 1e-5 "f" (float found.Path.Outputs[3, 3 * i + k]) said[i, k]

            let opinions = TaskOpinions.all point.Spec.Rate [ point ] [ found ] [] labels split form rows

            for i, own in Seq.indexed opinions do
                near 1e-9 "of a new text" said[i, 1] (Array.exactlyOne own).Outputs[1]

            let inputs =
                CompareProbes.taskInputsOfTexts
                    (artifact "labels" labels)
                    (artifact "split of classes" split)
                    (artifact "features" features)
                    (artifact "gram" gram)
                    (artifact "networks" [ found ])

            let settings = CompareProbes.settings point.Spec.Rate point.Spec

            let probes =
                runner.Run(CompareProbes.taskStage [| point |] settings, inputs)
                |> want
                |> _.Value.Force()
                |> want
                |> Array.exactlyOne

            Expect.equal probes.Outputs 3 "outputs"
            let at = probes.Rows |> Array.map (fun row -> split.Train[row])
            Expect.equal probes.Limit[1] gram[at[0], at[1]] "Θ"

            let expected =
                use _ = torch.NewDisposeScope()
                let x = RowForm.tensor form point.Spec.InputScale (Matrix.gatherRows at features.Labelled)
                let network = RunSpec.networkOf 3 point.Spec
                let theta = Forward.drawFor network x (Seed.derive "parameters" (Seed.root 9UL))
                EmpiricalNtk.contraction network theta x None |> Tensors.toMatrix32

            let most = float (Array.max expected.Values)

            for a, b in Seq.zip probes.Initial expected.Values do
                near (1e-5 * most) "Θ̂₀" (float b) (float a)

        testCase "a fold is held out, and a network is stopped where its kind is judged"
        <| fun () ->
            let _, split, input, point, _ = trainedOf 3
            let path = seeded (TaskFold.stage point 0) (Seed.root 2UL) (input, split)
            Expect.equal (path.Outputs.Rows, path.Outputs.Columns) (4, 5 * 3) "epochs × texts of the fold"

            let choice: EpochChoice = {
                Spec = RunSpec.group point.Spec
                Errors = [| 1.0; 0.5; 0.7; 0.8 |]
                Epoch = Some 1
                Folds = 1
                Rows = 5
            }

            let root = Seed.root 1UL
            let stopped = run (StopNetwork.task root point) (input, [| choice |]) |> want |> Option.get
            let short = TrainTask.stage (GridPoint.ofSpec { point.Spec with Epochs = 1 })
            let short = seeded short (Seed.derive (TrainTask.name point) root) input
            Expect.equal stopped.Weights short.Final "one epoch's weights"
            Expect.equal stopped.Outputs.Values ((Matrix.row 1 short.Path.Outputs).ToArray()) "and outputs"
    ]
