/// What `ntk predict` says of a run's model of one's own, and what it has to say.
module NtkPipeline.Tests.OwnModelSaid

open System.IO
open System.Text.Json
open Expecto
open TorchSharp
open NtkPipeline.Core
open NtkPipeline.Tests.Ntk
open NtkPipeline.Tests.OwnModelRun

/// The network that a file was written of, at rows that are given as they are.
let forward (text: string) (x: Matrix<float32>) =
    use _ = torch.NewDisposeScope()
    let network = Networks.parse text
    let theta = Forward.draw network x.Columns (Seed.root 5UL) torch.float64
    Tensors.toMatrix64 (Forward.apply network theta ((Tensors.ofMatrix32 x).``to`` torch.float64))

let predictions folder options asked =
    let answer = asking folder "predict" ("--json" :: asked @ options) |> wantDone
    let root = JsonDocument.Parse((answer.Output.TrimEnd().Split '\n') |> Array.last).RootElement
    root, root.GetProperty("predictions").EnumerateArray() |> Array.ofSeq

/// Those of a prediction's models that are the person's own: fine-tuned, then as it comes.
let own (name: string) (models: string) (prediction: JsonElement) =
    prediction.GetProperty(models).EnumerateArray()
    |> Seq.filter (fun model ->
        (string (model.GetProperty("model").GetString())).StartsWith $"your model %s{name}")
    |> List.ofSeq

let number (name: string) (element: JsonElement) = element.GetProperty(name).GetDouble()

let outputs (element: JsonElement) = [
    for one in element.GetProperty("outputs").EnumerateArray() -> one.GetDouble()
]

/// The model as it was fine-tuned, and what the training of the run said of the validation rows after an epoch, in the labels' unit.
let judged folder task splitStage =
    let values = Config.settings |> List.map (fun setting -> setting.Key, setting.Default) |> Map.ofList

    let setup = OwnQuestion.setup values Device.Cpu (ModelSettings.ridge values) task
    let store = Path.Combine(folder, "store")
    let split = StoredResults.made store splitStage (Codec.json<Split> "any")
    let tuned = StoredResults.made store "own-model/tuned" (OwnTuned.stage setup).Codec
    let fitted = split.Train |> Array.map (fun row -> split.Targets[row])
    let outputs = LearningTask.outputs task

    split,
    fun (epoch: int) ->
        Matrix.create split.Validation.Length outputs ((Matrix.row epoch tuned.Trail.Outputs).ToArray())
        |> TaskTargets.decode (TaskTargets.ofFitted task fitted)

let near (tolerance: float) (expected: float) (found: float) =
    Expect.isLessThan (abs (found - expected)) (tolerance * (1.0 + abs expected)) $"%g{expected}"

let texts stage folder =
    StoredResults.made (Path.Combine(folder, "store")) stage TweetTable.codec |> Array.map _.Text
