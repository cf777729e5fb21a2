module NtkPipeline.Tests.ChooseEpochsTests

open Expecto
open TorchSharp
open NtkPipeline.Core

/// A third of the labels that are trained on are turned round, at random as far as a network can tell: who follows them all has learnt
/// noise. Of 240 rows 150 are fitted, in three folds.
let private rows, fitted, columns = 240, 150, 12

let private source: Lazy<TrainSource> =
    lazy
        (use _ = torch.NewDisposeScope()
         let x = SmallStack.normal 3L [ rows; columns ]
         let unit = x / x.square().sum(1L, keepdim = true).sqrt()
         let labels = unit.select(1L, 0L).sign() |> Tensors.toArray64
         let coins = SmallStack.normal 4L [ rows ] |> Tensors.toArray64

         let targets =
             labels
             |> Array.mapi (fun row label -> if row < fitted && coins[row] > 0.44 then -label else label)

         let root = (sqrt (float columns)).ToScalar()

         let gram =
             match
                 Gram.ntk
                     (Network.oneHidden Relu.activation Width.one)
                     (Tensors.toMatrix32 (unit * root))
                     None
             with
             | Ok gram -> gram
             | Error e -> failtest e.Sentence

         let training =
             Tensors.ofMatrix32(Matrix.gather [| 0 .. fitted - 1 |] [| 0 .. fitted - 1 |] gram).``to``
                 torch.float64

         {
             Form = RowForm.Row
             Labelled = Tensors.toMatrix32 unit
             Test = Tensors.toMatrix32 (unit.narrow (0L, 0L, 2L))
             Gram = gram
             LambdaMax = (torch.linalg.eigvalsh training).max().item<float>()
             Train = [| 0 .. fitted - 1 |]
             Validation = [| fitted .. rows - 1 |]
             Targets = targets
             Labels = labels
         })

let private split (source: TrainSource) = {
    SampleRuns.split with
        Train = source.Train
        Validation = source.Validation
        Folds = Array.init source.Train.Length (fun k -> k % 3)
        Labels = source.Labels
        Targets = source.Targets
}

let private spec = {
    SmallTraining.settings with
        Width = 512
        BatchSize = 10
        Epochs = 60
        Tracked = TrackedEpochs.Every
}

let private points = [| for number in 0..1 -> GridPoint.ofSpec { spec with Member = number } |]

let private want result =
    Expect.wantOk (Result.mapError (fun (e: PipelineError) -> e.Sentence) result) "it runs"

let private value (artifact: Artifact<'a>) = want (artifact.Value.Force())

/// What the choosing networks say, and what is chosen.
let private choose folds (source: TrainSource) =
    let runner: IRunner = MemoryRunner(Seed.root 5UL)
    let input = SampleRuns.artifact "input" source |> Artifact.bind TrainInput.create
    let split = SampleRuns.artifact "split" (split source)
    let networks = ChooseEpochs.networks folds points

    let paths = [
        for point, fold in networks ->
            want (runner.Run(TrainFold.stage point fold, Artifact.both input split))
    ]

    let choices = want (runner.Run(ChooseEpochs.stage networks, Artifact.both split (Artifact.all paths)))

    let trained = Artifact.all [ for point in points -> want (runner.Run(TrainNetwork.stage point, input)) ]

    choices, ChooseEpochs.judged trained choices |> value

let private chosen = lazy (choose 1 (source.Force()))

let tests =
    testList "ChooseEpochs" [
        testCase "the last epoch has learnt the noise, the one that fitted rows choose has not"
        <| fun () ->
            let choices, judged = chosen.Force()
            let choice = (value choices)[0]
            let epoch = Expect.wantSome choice.Epoch "one is chosen"
            Expect.isLessThan epoch 20 "long before the last"
            Expect.equal (choice.Folds, choice.Rows) (1, fitted / 3) "on one fold"
            Expect.isGreaterThan (Array.last choice.Errors) (1.2 * choice.Errors[epoch]) "then it got worse"

            let accuracy (runs: NetworkRun list) =
                runs |> List.averageBy (fun run -> (Group.last run).Validation.Accuracy)

            let stopped, ended = accuracy judged.Stopped, accuracy judged.Ended
            Expect.isGreaterThan stopped (ended + 0.05) "clean labels are met better there"
            Expect.all judged.Ended (fun run -> (Group.last run).TrainAccuracy > 0.95) "the noise is fitted"
            Expect.all judged.Stopped (fun run -> (Group.last run).TrainAccuracy < 0.9) "there it is not"

        testCase "a run as it is judged is the one that was followed, at that epoch"
        <| fun () ->
            let choices, judged = chosen.Force()
            let epoch = Expect.wantSome (value choices |> Array.head).Epoch "one is chosen"
            let labels = (split (source.Force())) |> SplitTweets.validationLabels

            for stopped, ended in List.zip judged.Stopped judged.Ended do
                let measures = ended.Epochs |> Array.find (fun measures -> measures.Epoch = epoch)
                Expect.equal (Group.last stopped) measures "its measures"

                Expect.equal
                    (Metrics.scores labels stopped.ValidationOutputs)
                    measures.Validation
                    "its outputs"

                Expect.equal (stopped.Spec, stopped.Steps) (ended.Spec, measures.Step) "its steps"

        testCase "labels of validation rows change not a byte of the choice"
        <| fun () ->
            let data = source.Force()

            let turned = {
                data with
                    Targets = data.Targets |> Array.mapi (fun row y -> if row < fitted then y else -y)
                    Labels = data.Labels |> Array.mapi (fun row y -> if row < fitted then y else -y)
            }

            let choices, _ = chosen.Force()
            let others, judged = choose 1 turned
            Expect.equal others.Parts choices.Parts "the same digest"
            let accuracy = (Group.last judged.Ended[0]).Validation.Accuracy
            Expect.isLessThan accuracy 0.5 "while they do judge"

        testCase "several folds hold out every row once, with the seeds in turn"
        <| fun () ->
            let networks = ChooseEpochs.networks 3 points

            Expect.equal
                (networks |> Array.map (fun (point, fold) -> point.Spec.Member, fold))
                [| 0, 0; 1, 1; 0, 2 |]
                "three networks"

            let choice = (choose 3 (source.Force()) |> fst |> value)[0]
            Expect.equal (choice.Folds, choice.Rows) (3, fitted) "all rows"
            Expect.isEmpty (ChooseEpochs.networks 0 points) "none where none is asked for"

        testCase
            "only an epoch after which networks are measured is chosen, never the start, and of equals the first"
        <| fun () ->
            let listed = { spec with Epochs = 10; Tracked = TrackedEpochs.Listed [ 0; 2; 5 ] }
            let errors = [| 0.1; 0.2; 0.6; 0.1; 0.1; 0.5; 0.9; 0.9; 0.9; 0.9; 0.5 |]
            Expect.equal (EpochChoice.least listed errors) (Some 5) "of 2, 5 and 10"
            Expect.equal (EpochChoice.least listed errors[..3]) (Some 2) "it diverged after 3"
            Expect.equal (EpochChoice.least listed errors[..1]) None "it diverged before the first of them"

            Expect.equal
                (EpochChoice.least { listed with Tracked = TrackedEpochs.Every } errors)
                (Some 3)
                "of all"
    ]
