module NtkPipeline.Tests.TrainFoldTests

open System.IO
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.SmallTraining

let private split =
    let data = input.Force()

    {
        SampleRuns.split with
            Train = data.Train
            Validation = data.Validation
            Folds = Array.init data.Train.Length (fun k -> k % 3)
            Labels = data.Labels
            Targets = data.Targets
    }

let private train fold (source: TrainSource) =
    let runner: IRunner = MemoryRunner(Seed.root 5UL)
    let input = SampleRuns.artifact "input" source |> Artifact.bind TrainInput.create
    let both = Artifact.both input (SampleRuns.artifact "split" split)

    runner.Run(TrainFold.stage (GridPoint.ofSpec settings) fold, both)
    |> Result.bind _.Value.Force()
    |> Result.mapError _.Sentence
    |> fun path -> Expect.wantOk path "trained"

/// What the stage that follows a network in full makes of the same rows with the same seed.
let private followed spec =
    let trained = network spec
    let data = input.Force()

    let kept, held =
        Matrix.gatherRows data.Train data.Labelled, Matrix.gatherRows data.Validation data.Labelled

    let targets =
        data.Train |> Array.map (fun row -> data.Targets[row]) |> Matrix.create data.Train.Length 1

    let seed = Seed.derive (RunSpec.name spec) (Seed.root 5UL)

    trained,
    Expect.wantOk
        (HeldOutTraining.run RowForm.Row spec trained.Run.AbsoluteRate seed kept targets held
         |> Result.mapError _.Sentence)
        "trained"

let private lastOf (path: HeldOutPath) =
    (Matrix.row (path.Outputs.Rows - 1) path.Outputs).ToArray() |> Array.map float

let tests =
    testList "TrainFold" [
        for name, spec in
            [
                "centred descent", settings
                "not centred, α = 2",
                { settings with Architecture = Architecture.withScale 2.0 Architecture.written }
                "norm 1", { settings with InputScale = InputScale.Unit }
                "Adam", { settings with Optimiser = Optimiser.adam }
                "full batches", { settings with BatchSize = 0 }
            ] do
            testCase $"it is the network that is followed in full: %s{name}"
            <| fun () ->
                let trained, path = followed spec
                Expect.equal path.Outputs.Rows (spec.Epochs + 1) "every epoch, and the start"
                Expect.isNone path.Diverged "it ended"

                for ours, theirs in Array.zip (lastOf path) trained.Run.ValidationOutputs do
                    close 1e-6 ours theirs "the same output"

                if spec.Architecture.Centred then
                    Expect.allEqual ((Matrix.row 0 path.Outputs).ToArray()) 0.0f "0 at the start"

        testCase "a network that diverges ends before that epoch, and says which it was"
        <| fun () ->
            let trained, path = followed { settings with Rate = 400.0; Epochs = 40 }
            let epoch = Expect.wantSome path.Diverged "it diverged"
            Expect.equal path.Outputs.Rows epoch "epochs 0 to the one before"
            Expect.equal (Some epoch) trained.Run.Diverged "as the one that is followed"
            Expect.all path.Outputs.Values System.Single.IsFinite "no NaN is kept"

        testCase "what was found is kept and read back"
        <| fun () ->
            for spec in [ settings; { settings with Rate = 400.0; Epochs = 40 } ] do
                let _, path = followed spec
                use stream = new MemoryStream()
                HeldOutPath.codec.Write stream path
                stream.Position <- 0L
                Expect.equal (HeldOutPath.codec.Read stream) (Ok path) "the same"

        testCase "a fold's rows are held out, and all others trained on"
        <| fun () ->
            for fold in 0..2 do
                let kept, held = TrainFold.rows fold split
                Expect.all held (fun row -> split.Folds[row] = fold) "its own"

                Expect.equal
                    (Array.sort (Array.append kept held))
                    [| 0 .. split.Train.Length - 1 |]
                    "all once"

                Expect.equal (train fold (input.Force())).Outputs.Columns held.Length "an output each"

        testCase "of a fold that has no rows the path has no epoch, and nothing is chosen by it"
        <| fun () ->
            let path = train 7 (input.Force())
            Expect.equal (path.Outputs.Rows, path.Diverged) (0, None) "no epoch"
            use stream = new MemoryStream()
            HeldOutPath.codec.Write stream path
            stream.Position <- 0L
            Expect.equal (HeldOutPath.codec.Read stream) (Ok path) "the same"
            let point = GridPoint.ofSpec settings
            let runner: IRunner = MemoryRunner(Seed.root 5UL)

            let choices =
                Artifact.both (SampleRuns.artifact "split" split) (SampleRuns.artifact "paths" [ path ])
                |> fun input -> runner.Run(ChooseEpochs.named "none" [| point, 7 |], input)
                |> Result.bind _.Value.Force()
                |> Result.mapError _.Sentence
                |> fun choices -> Expect.wantOk choices "chosen"

            Expect.equal (choices[0].Epoch, choices[0].Errors, choices[0].Rows) (None, [||], 0) "none"

        testCase "validation rows and the held-out rows' own targets have no part in it"
        <| fun () ->
            let data = input.Force()
            let plain = train 1 data
            let _, held = TrainFold.rows 1 split

            let hidden =
                Set.ofArray (Array.append data.Validation (held |> Array.map (fun k -> data.Train[k])))

            let targets = data.Targets |> Array.mapi (fun row y -> if hidden.Contains row then -y else y)
            let labels = data.Labels |> Array.mapi (fun row y -> if hidden.Contains row then -y else y)
            let rows = Matrix.map id data.Labelled

            for row in data.Validation do
                for column in 0 .. rows.Columns - 1 do
                    rows.Values[row * rows.Columns + column] <- 1.0f

            let spoilt = { data with Targets = targets; Labels = labels; Labelled = rows }
            Expect.equal (train 1 spoilt) plain "the same bytes"

            let other = { data with Targets = data.Targets |> Array.map (~-) }
            Expect.notEqual (train 1 other) plain "while targets that are trained on do matter"
    ]
