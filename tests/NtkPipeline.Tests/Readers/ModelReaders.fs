/// The readers of what a model's folder holds: the graph, and the JSON beside it.
module NtkPipeline.Tests.ModelReaders

open System
open System.IO
open System.Threading
open NtkPipeline.Core
open NtkPipeline.Runtime
open NtkPipeline.Tests.Mutation
open NtkPipeline.Tests.Reader

let private files = [
    "encoder.json", "{ \"pooling\": \"mean\", \"maxTokens\": 128 }"
    "modules.json",
    "[{\"idx\": 0, \"path\": \"\", \"type\": \"x.models.Transformer\"}, {\"path\": \"1_Pooling\", \"type\": \"x.models.Pooling\"}]"
    "1_Pooling/config.json", "{ \"pooling_mode_cls_token\": true, \"pooling_mode_mean_tokens\": false }"
    "sentence_bert_config.json", "{ \"max_seq_length\": 256, \"do_lower_case\": false }"
    "config_sentence_transformers.json",
    "{ \"prompts\": { \"q\": \"query: \" }, \"default_prompt_name\": null }"
    "tokenizer_config.json", "{ \"do_lower_case\": true, \"strip_accents\": null, \"model_max_length\": 512 }"
    "tokenizer.json", "{ \"normalizer\": { \"type\": \"BertNormalizer\", \"lowercase\": true } }"
    "config.json", "{ \"max_position_embeddings\": 512 }"
]

/// Folders that are written once for a thread, kept while the process lives and removed with it: an empty one, and one that holds all files.
let private folders =
    new ThreadLocal<string * string>(fun () ->
        let root = Directory.CreateTempSubdirectory("ntk-readers-").FullName
        let folder (name: string) = Path.Combine(root, name)

        for name in [ "alone"; "whole" ] do
            Directory.CreateDirectory(Path.Combine(folder name, "1_Pooling")) |> ignore

        for name, text in files do
            // It would go before all others.
            if name <> "encoder.json" then
                File.WriteAllText(Path.Combine(folder "whole", name), text)

        AppDomain.CurrentDomain.ProcessExit.Add(fun _ -> Directory.Delete(root, true))
        folder "alone", folder "whole")

/// A folder with this file alone, or with this one and all others whole.
let private read (name: string) (withOthers: bool) (bytes: byte[]) =
    let alone, whole = folders.Value
    let folder = if withOthers then whole else alone
    let path = Path.Combine(folder, name)
    let before = if File.Exists path then Some(File.ReadAllBytes path) else None
    File.WriteAllBytes(path, bytes)

    let outcome =
        try
            EncoderProfile.read folder |> Result.bind (fun _ -> TokeniserProfile.read folder) |> sentence
        finally
            match before with
            | Some bytes -> File.WriteAllBytes(path, bytes)
            | None -> File.Delete path

    outcome |> Result.mapError (fun refusal -> refusal.Replace(folder, ""))

let private weights = SmallEncoder.weights 11

let private graphs = [ for _, how in OnnxForm.forms -> OnnxBert.bytes how weights ]

let private archives = [
    for method in [ TuningMethod.Full; TuningMethod.Linearised ] do
        use stream = new MemoryStream()
        let head: LinearHead = { Weights = Array.zeroCreate 32; Bias = 0.0f }
        EncoderArchive.write weights (FineTune.start method (Seed.root 1UL) weights head) stream
        stream.ToArray()
]

/// Three layers, as other people's files have them.
let private network, theta =
    let network = Networks.parse "dense 5 b=0.1 | relu | dense 4 param=standard b=0.2 | tanh | dense 2"
    network, lazy (Forward.draw network 3 (Seed.root 1UL) TorchSharp.torch.float64)

/// A model is read and computed: what a generated graph asks for must not be more than a machine has.
let private computed (bytes: byte[]) =
    use _ = TorchSharp.torch.NewDisposeScope()
    let rows = Matrix.create 2 3 [| 1.0f; -2.0f; 0.5f; 3.0f; 1.0f; 2.0f |]
    OwnNetworks.kernel Precision.single None None Trace 1e8 bytes rows None |> sentence

let all: Reader list = [
    for name, text in files do
        create
            $"model folder: %s{name}"
            [ utf8 text ]
            [ "\"type\": "; "\"path\": "; "null"; "true" ]
            (fun bytes -> read name (bytes.Length % 2 = 0) bytes)
    create "ONNX encoder" graphs [ "MatMul"; "Add"; "Constant"; "Identity" ] (fun bytes ->
        OnnxWeights.read "model.onnx" Pooling.Cls bytes |> sentence)
    create "tuned encoder" archives [ "delta."; ".npy"; "'<f4'"; "PK\x01\x02"; "(64, 32)" ] (fun bytes ->
        TunedArchive.read weights (new MemoryStream(bytes)) |> Result.map ignore)
    create "ONNX graph" [ File.ReadAllBytes TinyEncoder.model ] [ "MatMul"; "\n\x01" ] OnnxGraph.read
    create
        "ONNX model, computed"
        [
            OwnNetworks.onnx false network theta.Value
            OwnNetworks.onnx true network theta.Value
        ]
        [ "MatMul"; "Gemm"; "Conv"; "Reshape"; "Expand"; "perm"; "transB"; "w0"; "b1" ]
        computed
    create
        "TorchScript archive"
        [ OwnNetworks.torchScript true network theta.Value ]
        [ "net/data.pkl"; "net/code/__torch__.py"; "PK\x01\x02"; "PK\x05\x06" ]
        TorchScriptArchive.check
]
