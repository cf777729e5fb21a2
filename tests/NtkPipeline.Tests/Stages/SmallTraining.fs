/// A small problem, and networks trained on it.
module NtkPipeline.Tests.SmallTraining

open System.IO
open Expecto
open TorchSharp
open NtkPipeline.Core

let columns, labelled, train = 6, 70, [| 0..2..69 |] |> Array.append [| 1..4..69 |] |> Array.sort

/// Unit rows whose label is the sign of a product of two coordinates, and their exact kernel.
let input: Lazy<TrainSource> =
    lazy
        (use _ = torch.NewDisposeScope()

         let unit seed rows =
             let x = SmallStack.normal seed [ rows; columns ]
             x / x.square().sum(1L, keepdim = true).sqrt()

         let x = unit 1L labelled
         let labels = (x.select (1L, 0L) * x.select (1L, 1L)).sign() |> Tensors.toArray64
         let root = (sqrt (float columns)).ToScalar()
         let rows = Tensors.toMatrix32 x

         let gram =
             match
                 Gram.ntk (Network.oneHidden Relu.activation Width.one) (Tensors.toMatrix32 (x * root)) None
             with
             | Ok gram -> gram
             | Error e -> failtest e.Sentence

         let training = Tensors.ofMatrix32(Matrix.gather train train gram).``to`` torch.float64

         {
             Form = RowForm.Row
             Labelled = rows
             Test = Tensors.toMatrix32 (unit 2L 9)
             Gram = gram
             LambdaMax = (torch.linalg.eigvalsh training).max().item<float>()
             Train = train
             Validation = [| 0 .. labelled - 1 |] |> Array.except train
             Targets = labels
             Labels = labels
         })

/// The same rows as a run has them, in three folds.
let features = SampleRuns.features (input.Force()).Labelled (input.Force()).Test

let split =
    let data = input.Force()

    {
        SampleRuns.split with
            Train = data.Train
            Validation = data.Validation
            Folds = Array.init data.Train.Length (fun k -> k % 3)
            Labels = data.Labels
            Targets = data.Targets
    }

/// Few ridges, one a decade.
let ridgesTo largest chooseBy : RidgeSettings = {
    Smallest = 0.01
    Largest = largest
    PointsPerDecade = 1
    ChooseBy = chooseBy
}

let settings = {
    Architecture = Architecture.withCentring true Architecture.written
    Width = 64
    Member = 0
    InputScale = InputScale.SqrtD
    Optimiser = Optimiser.Descent
    Rate = 1.0
    BatchSize = 16
    Epochs = 6
    Tracked = TrackedEpochs.Listed [ 0; 1; 3 ]
    ProbeRows = 20
    Device = Device.Cpu
}

let runOn root (input: TrainSource) settings =
    let runner: IRunner = MemoryRunner(Seed.root root)
    let source = Artifact.create "input" (Digest.ofBytes [||]) (lazy (Ok input))
    let artifact = source |> Artifact.bind TrainInput.create
    runner.Run(TrainNetwork.stage (GridPoint.ofSpec settings), artifact) |> Result.bind _.Value.Force()

let sound =
    function
    | Ok(trained: TrainedNetwork) -> trained
    | Error(e: PipelineError) -> failtest e.Sentence

let network settings = runOn 5UL (input.Force()) settings |> sound
let train' settings = (network settings).Run

let bytes (trained: TrainedNetwork) =
    use stream = new MemoryStream()
    TrainedNetwork.codec.Write stream trained
    stream.ToArray()

let close within (a: float) (b: float) message =
    Expect.isLessThan (abs (a - b)) within $"%s{message}: %g{a} against %g{b}"
