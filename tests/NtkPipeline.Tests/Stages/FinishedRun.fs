/// What a small run has made, in memory.
module NtkPipeline.Tests.FinishedRun

open Expecto
open TorchSharp
open NtkPipeline.Core
open NtkPipeline.Tests.KernelSamples

let artifact name value = Artifact.create name (Digest.ofParts [ name ]) (lazy (Ok value))
let runner: IRunner = MemoryRunner(Seed.root 1UL)
let want result = Expect.wantOk result "it is computed"
let value (artifact: Artifact<'a>) = want (artifact.Value.Force())
let count, columns = 60, 5

let split: Split =
    let labels = points count |> targets

    {
        Train = [| 0..2 .. count - 1 |] |> Array.append [| 1..4 .. count - 1 |] |> Array.sort
        Validation = [| 3..4 .. count - 1 |]
        Folds = Array.init 45 (fun i -> i % 3)
        Labels = labels
        Targets = labels
        FitRows = [| 0 .. count - 1 |]
        DuplicateRows = 0
        ContradictoryTexts = 0
        ContradictoryRows = 0
        IdenticalRows = 0
        IdenticalContradictions = 0
        SimilarRows = 0
        LargestSimilarGroup = 1
    }

let features: Features =
    use _ = torch.NewDisposeScope()

    let unit seed rows =
        let x = SmallStack.normal seed [ rows; columns ]
        Tensors.toMatrix32 (x / x.square().sum(1L, keepdim = true).sqrt())

    SampleRuns.features (unit 3L count) (unit 4L 6)

let training rate width : RunSpec = {
    Architecture = Architecture.withCentring true Architecture.written
    Width = width
    Member = 0
    InputScale = InputScale.SqrtD
    Optimiser = Optimiser.Descent
    Rate = rate
    BatchSize = 8
    Epochs = 5
    Tracked = TrackedEpochs.Listed []
    ProbeRows = 20
    Device = Device.Cpu
}

let ridges: RidgeSettings = {
    Smallest = 0.01
    Largest = 10.0
    PointsPerDecade = 2
    ChooseBy = RidgeChoice.LeaveOneOut
}

let tweet i : Tweet = {
    Id = RowId.ofPlace (100 + i)
    Keyword = None
    Location = None
    Text = $"tweet %d{i}"
    Target = Some(split.Labels[i] > 0.0)
}

let gram = lazy (want (runner.Run(AnalyticGram.labelled, artifact "features" features)))

let finished =
    lazy
        (let splitting, testGram = artifact "split" split, artifact "test" (Matrix.create 0 count [||])
         let spectrum = want (runner.Run(DecomposeKernel.stage, Artifact.both gram.Value splitting))
         let inputs = FitRidge.inputs splitting spectrum gram.Value testGram
         let trainingInput = TrainNetwork.inputs (artifact "features" features) splitting gram.Value spectrum

         let kernel = want (runner.Run(FitRidge.stage ridges TargetCoding.PlusMinus, inputs))

         let networks =
             [ 60.0, 64; 1.0, 16; 1.0, 64 ]
             |> List.map (fun (rate, width) ->
                 want (
                     runner.Run(TrainNetwork.stage (GridPoint.ofSpec (training rate width)), trainingInput)
                 ))
             |> Artifact.all

         let judged = JudgedNetwork.all splitting networks StopNetwork.none
         let explained = ExplainNetwork.inputs (artifact "features" features) splitting kernel judged

         {
             Tweets = Array.init count tweet
             Split = split
             Labelled = features.Labelled
             Spectrum = value spectrum
             Kernel = value kernel
             Networks = value judged
             Tangents = value (want (runner.Run(ExplainNetwork.stage { MainRate = 1.0 }, explained)))
         })

let validation = Matrix.gatherRows split.Validation features.Labelled

let newRows =
    lazy
        ({
            Form = RowForm.Row
            Features = validation
            Cross = Matrix.gather split.Validation [| 0 .. count - 1 |] (value (gram.Force()))
        })

let predict most () = want (PredictText.run most (finished.Force()) (newRows.Force()))
let y = split.Train |> Array.map (fun i -> split.Targets[i])
