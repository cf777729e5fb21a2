/// A model of one's own in a run, of every task.
module NtkPipeline.Tests.OwnModelRun

open System.IO
open System.Text.Json
open Expecto
open TorchSharp
open NtkPipeline.Core
open NtkPipeline.Tests.Ntk

let sets (settings: string list) = settings |> List.collect (fun text -> [ "--set"; text ])

/// A network of our own language as somebody else's file.
let model folder (name: string) columns (text: string) =
    use _ = torch.NewDisposeScope()
    let network = Networks.parse text
    let theta = Forward.draw network columns (Seed.root 5UL) torch.float64
    let path = Path.Combine(folder, name)

    let bytes =
        if name.EndsWith ".onnx" then
            OwnNetworks.onnx false network theta
        else
            OwnNetworks.torchScript true network theta

    File.WriteAllBytes(path, bytes)
    path

let house name = Clone.path $"data/houses/%s{name}"

let houses =
    sets [
        $"""data.features=%s{house "X.npy"}"""
        $"""data.targets=%s{house "y.npy"}"""
        "experiments=none"
        "train.epochs=4"
    ]

let headlines =
    [ "--data"; Clone.path "data/headlines" ]
    @ sets [
        "data.text=headline"
        "data.label=topic"
        "embed.encoder=lsa"
        "reduce.dimensions=12"
        "experiments=none"
        "train.epochs=4"
    ]

let asking folder command options = [ command; "--store"; Path.Combine(folder, "store") ] @ options

let run folder options =
    let out = Path.Combine(folder, "out")
    let answer = asking folder "run" ([ "--out"; out ] @ options) |> wantDone
    let text name = File.ReadAllText(Path.Combine(out, name))
    answer, JsonDocument.Parse(text "summary.json").RootElement, text

/// The question's part of the summary.
let asked (summary: JsonElement) =
    let chapter = Seq.last (summary.GetProperty("experiments").EnumerateArray())
    Expect.equal (chapter.GetProperty("name").GetString()) "own-model" "it was asked"
    Expect.equal (chapter.GetProperty("verdict").GetArrayLength()) 3 "three claims"

    Map [
        for number in chapter.GetProperty("numbers").EnumerateArray() do
            match number.GetProperty("value") with
            | value when value.ValueKind = JsonValueKind.Number ->
                string (number.GetProperty("metric").GetString()), value.GetDouble()
            | _ -> ()
    ]

/// A short run on tweets that asks a model of eight numbers, and nothing else.
let onTweets (data: string) (file: string) =
    [ "--data"; data ]
    @ sets [
        "embed.encoder=lsa"
        "reduce.dimensions=8"
        "reduce.compare=none"
        "experiments=none"
        "train.epochs=4"
        "own-model.probe-rows=16"
        $"train.model=%s{file}"
    ]
