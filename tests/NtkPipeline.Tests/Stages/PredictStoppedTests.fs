/// What a run's networks say of new rows where fitted rows stop them.
module NtkPipeline.Tests.PredictStoppedTests

open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.FinishedRun
open NtkPipeline.Tests.KernelSamples

let private root = Seed.root 1UL

let private choice (spec: RunSpec) : EpochChoice = {
    Spec = RunSpec.group spec
    Errors = [| 1.0; 0.5; 0.4; 0.6; 0.7; 0.8 |]
    Epoch = Some 2
    Folds = 1
    Rows = 15
}

let private both =
    lazy
        (let splitting = artifact "split" split
         want (runner.Run(DecomposeKernel.stage, Artifact.both gram.Value splitting)))

let private specs = [ training 1.0 16; training 1.0 64 ]

/// The run, its networks of rate 1 stopped after two of five epochs, and the same of networks that train for two alone.
let private stopped =
    lazy
        (let splitting, made = artifact "split" split, artifact "features" features
         let input = TrainNetwork.inputs made splitting gram.Value both.Value
         let choices = artifact "choices" [| for spec in specs -> choice spec |]

         let train (spec: RunSpec) = want (runner.Run(TrainNetwork.stage (GridPoint.ofSpec spec), input))

         let stop spec =
             want (runner.Run(StopNetwork.stage root (GridPoint.ofSpec spec), Artifact.both input choices))

         let judged =
             JudgedNetwork.all
                 splitting
                 (specs |> List.map train |> Artifact.all)
                 (specs |> List.map stop |> Artifact.all)

         let explained =
             ExplainNetwork.inputs made splitting (artifact "kernel" (finished.Force()).Kernel) judged

         let short = [ for spec in specs -> value (train { spec with Epochs = 2 }) ]

         {
             finished.Force() with
                 Networks = value judged
                 Tangents = value (want (runner.Run(ExplainNetwork.stage { MainRate = 1.0 }, explained)))
         },
         short)

let private labels = {
    Task = LearningTask.Classes [| "a"; "b"; "c" |]
    Values = Array.init count (fun i -> float (i % 3))
}

let tests =
    testList "predict" [
        testCase "networks speak as they stood after the epoch that fitted rows chose, and say which"
        <| fun () ->
            let run, short = stopped.Force()

            for i, prediction in Array.indexed (want (PredictText.run 3 run (newRows.Force()))) do
                let said = prediction.Opinions[1..]

                for opinion, network in Seq.zip said short do
                    Expect.equal opinion.Epoch (Some 2) "the epoch"
                    let last = Group.last network.Run
                    Expect.equal opinion.Accuracy last.Validation.Accuracy "the accuracy there"
                    wantClose 2e-5 "f" [| opinion.Score |] [| network.Run.ValidationOutputs[i] |]

                Expect.isNone prediction.Opinions[0].Epoch "the kernel has none"
                Expect.all prediction.Shared (fun shared -> shared.Epoch = 2) "over seeds"

        testCase "the explanation is of the tangent kernel there, by LU"
        <| fun () ->
            let run, short = stopped.Force()
            let predictions = want (PredictText.run 1000 run (newRows.Force()))
            let explanation = predictions[2].Explanations[1]
            Expect.stringContains explanation.By "m = 64, ‖x‖ = √d, rate 1" "which"
            Expect.stringContains explanation.By "after 2 epochs" "when"
            let trained = short[1]
            let rows = Matrix.gatherRows split.Train features.Labelled
            let k = TrainedNetwork.tangent trained trained.Final.Value rows None |> Matrix.map float
            let mean = Seq.averageBy (fun i -> k[i, i]) (seq { 0 .. k.Rows - 1 })
            let one = Matrix.gatherRows [| 2 |] validation

            let cross = TrainedNetwork.tangent trained trained.Final.Value one (Some rows) |> Matrix.map float

            let score = dot cross.Values (solve (run.Kernel.Chosen.RelativeRidge * mean) k y)
            Expect.isLessThan (abs (score - explanation.Score)) 1e-6 "its score"

        testCase "of three classes too: what they say is what the run says of their chosen epoch"
        <| fun () ->
            let ofClasses = { split with Labels = labels.Values; Targets = labels.Values }
            let splitting, made = artifact "split of classes" ofClasses, artifact "features" features
            let input = TrainTask.inputs (artifact "labels" labels) splitting made both.Value
            let points = specs |> List.map GridPoint.ofSpec
            let choices = specs |> List.map choice |> Array.ofList

            let trained = [
                for point in points -> value (want (runner.Run(TrainTask.stage point, input)))
            ]

            let stops = [
                for point in points ->
                    let input = Artifact.both input (artifact "choices" choices)
                    value (want (runner.Run(StopNetwork.task root point, input)))
            ]

            let runs =
                List.map2
                    (fun (point: GridPoint) (trained: HeldOutNetwork) ->
                        TaskRun.ofPath point.Spec choices labels ofClasses trained.Path)
                    points
                    trained

            let opinions = TaskOpinions.all 1.0 points trained stops labels ofClasses RowForm.Row validation

            for i, own in Seq.indexed opinions do
                for opinion, run in Seq.zip own runs do
                    let there = (Expect.wantSome run.Stopped "it came there").Validation
                    Expect.equal opinion.Epoch 2 "the epoch"
                    wantClose 1e-5 "outputs" opinion.Outputs ((Matrix.row i there).ToArray())
                    let quality = TaskScores.find "accuracy" run.Quality[2] |> Option.get
                    Expect.equal opinion.Quality quality "the accuracy there"

            let ended = TaskOpinions.all 1.0 points trained [] labels ofClasses RowForm.Row validation
            let first = Array.head ended[0]
            Expect.equal first.Epoch 5 "without a choice, the last"

            let lost = trained |> List.map (fun one -> { one with Path.Diverged = Some 4 })
            let late = TaskOpinions.all 1.0 points lost stops labels ofClasses RowForm.Row validation
            Expect.equal late opinions "who diverges later speaks from where it was stopped"
            let none = TaskOpinions.all 1.0 points lost [] labels ofClasses RowForm.Row validation
            Expect.isEmpty none[0] "else not"
    ]
