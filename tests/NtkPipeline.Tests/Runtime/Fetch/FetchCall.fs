/// A made-up model, and a call that fetches it.
module NtkPipeline.Tests.FetchCall

open System
open System.IO
open System.Net
open System.Net.Http
open Expecto
open NtkPipeline.Core
open NtkPipeline.Runtime
open NtkPipeline.Tests.HttpServer
open NtkPipeline.Tests.Ntk

let random = Random 1

let bytes count =
    let bytes = Array.zeroCreate<byte> count
    random.NextBytes bytes
    bytes

let vocabulary, model = bytes 1000, bytes 300_000

let source: ModelSource = {
    Name = "tiny"
    Address = "http://unused.invalid"
    Files = [
        {
            Places = [ "vocab.txt" ]
            Name = "vocab.txt"
            Bytes = int64 vocabulary.Length
            Sha256 = Digest.ofBytes vocabulary
        }
        {
            Places = [ "onnx/model.onnx"; "model.onnx" ]
            Name = "model.onnx"
            Bytes = int64 model.Length
            Sha256 = Digest.ofBytes model
        }
    ]
}

let modelFile = source.Files[1]

let patience: Patience = {
    MostFailures = 3
    EnoughProgress = 1L
    FirstPause = TimeSpan.FromMilliseconds 1.0
    LongestPause = TimeSpan.FromMilliseconds 4.0
    Silence = TimeSpan.FromSeconds 3.0
}

let path folder name = Path.Combine(folder, name)
let partOf folder = PartFile.pathOf (path folder "model.onnx") modelFile

/// Both files, the model by `serveModel`.
let files serveModel (request: Request) =
    match request.Target with
    | "/vocab.txt" -> whole vocabulary
    | "/onnx/model.onnx" -> serveModel request
    | _ -> absent

let fetchFrom folder address =
    let from = Expect.wantOk (FetchModel.address address) "an address"
    let events = ResizeArray<FetchEvent>()
    FetchModel.run patience events.Add source from folder, List.ofSeq events

let wantFetched folder address =
    let outcome, events = fetchFrom folder address
    let fetched = Expect.wantOk (outcome |> Result.mapError _.Sentence) "fetched"
    Expect.equal (File.ReadAllBytes(path folder "model.onnx")) model "the model"
    Expect.equal (File.ReadAllBytes(path folder "vocab.txt")) vocabulary "the vocabulary"
    Expect.equal (Directory.GetFiles folder).Length 2 "and nothing else"
    fetched, events

/// A refusal in one sentence that holds these words; there is no model.
let wantRefused folder address (words: string list) =
    match fetchFrom folder address with
    | Ok _, _ -> failtest $"it should be refused: %A{words}"
    | Error e, _ ->
        for word in words do
            Expect.stringContains e.Sentence word "the sentence"

        Expect.isFalse (e.Sentence.Contains '\n') "one line"
        Expect.isFalse (File.Exists(path folder "model.onnx")) "there is no model"

/// What was asked for of the model: where each request began.
let starts (asked: Request list) =
    asked |> List.filter (fun request -> request.Target.EndsWith "model.onnx") |> List.map _.From

/// The first replies in turn, then the last for ever.
let inTurn (replies: (Request -> Reply) list) =
    let left = ref replies

    fun (request: Request) ->
        let reply = List.head left.Value

        if not left.Value.Tail.IsEmpty then
            left.Value <- left.Value.Tail

        reply request

let served name answer test =
    testCase name
    <| inFolder (fun folder -> serve answer (fun address asked -> test folder address asked))

/// One after the other; and a machine's proxy must not come between the tests and their server.
let fetching tests =
    HttpClient.DefaultProxy <- WebProxy()
    testSequenced (testList "fetch" tests)
