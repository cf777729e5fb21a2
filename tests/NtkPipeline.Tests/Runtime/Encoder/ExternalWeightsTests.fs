/// Files that an ONNX graph names, as part of the model.
module NtkPipeline.Tests.ExternalWeightsTests

open System
open System.IO
open Expecto
open NtkPipeline.Core
open NtkPipeline.Runtime
open NtkPipeline.Tests.Ntk

let private wantOk result =
    Expect.wantOk (result |> Result.mapError (fun (e: PipelineError) -> e.Sentence)) "well"

let private write (folder: string) (model: byte[]) =
    File.WriteAllBytes(Path.Combine(folder, "model.onnx"), model)
    File.WriteAllLines(Path.Combine(folder, "vocab.txt"), TinyEncoder.vocabulary 100)

/// A file of these bytes, in a folder that is made for it.
let private put (folder: string) (location: string) (bytes: byte[]) =
    let path = Path.Combine(folder, location)
    Directory.CreateDirectory(nonNull (Path.GetDirectoryName path)) |> ignore
    File.WriteAllBytes(path, bytes)

let private identify (folder: string) = (SentenceEncoder.identify folder |> wantOk).Hex

let private refusal (folder: string) : PipelineError =
    Expect.wantError (SentenceEncoder.identify folder) "refused"

/// Eight bytes that are of no use, and a weight.
let private weight (value: float32) = Array.append (Array.zeroCreate<byte> 8) (BitConverter.GetBytes value)

let private places: (string * (string -> byte[])) list = [
    "an initialiser", HandMadeOnnx.sumWith
    "a constant", HandMadeOnnx.constant
    "an initialiser of a graph within the graph", HandMadeOnnx.branch
]

let tests =
    testList "external weights" [
        for place, model in places do
            testCase $"are part of the model's identity, whatever their file's name: %s{place}"
            <| inFolder (fun folder ->
                for location in
                    [ "model.onnx_data"; "sub/w.bin"; "a/b/w"; "w.json"; "w.txt"; "w.md"; "w.tmp" ] do
                    write folder (model location)
                    put folder location (weight 0.0f)
                    let before = identify folder
                    let changed = weight 0.0f
                    changed[0] <- 1uy
                    put folder location changed
                    Expect.notEqual (identify folder) before $"%s{location}: other bytes"
                    put folder location (weight 0.0f)
                    Expect.equal (identify folder) before $"%s{location}: the same bytes again")

        testCase "are what the graph names, not what lies beside it"
        <| inFolder (fun folder ->
            write folder (HandMadeOnnx.sumWith "w.bin")
            put folder "w.bin" (weight 0.0f)
            let before = identify folder
            put folder "w" [| 1uy |]
            put folder "input_ids" [| 1uy |]
            Expect.equal (identify folder) before "their names stand in the graph, and it reads none of them")

        testCase "are used from a folder below the model's"
        <| inFolder (fun folder ->
            write folder (HandMadeOnnx.sumWith "sub/w.json")

            let embedding value =
                put folder "sub/w.json" (weight value)
                use encoder = SentenceEncoder.openAt folder |> wantOk
                (encoder.Encode [| "a" |] |> wantOk).Values

            Expect.equal (embedding 0.0f) [| 1.0f |] "positive ids"
            Expect.equal (embedding -1e6f) [| -1.0f |] "and a weight that outweighs them")

        for place, model in places do
            testCase $"are named when they are missing or too short: %s{place}"
            <| inFolder (fun folder ->
                write folder (model "sub/w.bin")
                let missing = refusal folder

                Expect.stringContains
                    missing.Sentence
                    "model.onnx: it keeps weights in 'sub/w.bin', and there is no such file"
                    "missing"

                Expect.equal missing.Retry Retry.Elsewhere "another machine may have them"
                put folder "sub/w.bin" [| 1uy; 2uy; 3uy |]
                let short = refusal folder

                Expect.stringContains
                    short.Sentence
                    "w.bin: it has 3 bytes, and the weights that "
                    "the file"

                Expect.equal short.Retry Retry.Final "for good"
                put folder "sub/w.bin" (weight 0.0f)
                identify folder |> ignore)

        testCase "that end behind their file say where"
        <| inFolder (fun folder ->
            write folder (HandMadeOnnx.sumWith "w.bin")
            put folder "w.bin" (Array.truncate 11 (weight 0.0f))
            let sentence = (refusal folder).Sentence
            Expect.stringContains sentence "it has 11 bytes" "how long it is"
            Expect.stringContains sentence "model.onnx keeps in it end at byte 12" "how long it should be")

        testCase "outside the model's folder are refused"
        <| inFolder (fun folder ->
            let inner = Path.Combine(folder, "model")
            put folder "w.bin" (weight 0.0f)
            put inner "w.bin" (weight 0.0f)

            for location in
                [
                    "../w.bin"
                    "sub/../../w.bin"
                    Path.Combine(folder, "w.bin")
                    Path.Combine(inner, "w.bin")
                    ""
                    "."
                    "w\000.bin"
                ] do
                write inner (HandMadeOnnx.sumWith location)

                Expect.stringContains
                    (refusal inner).Sentence
                    "and only a file in its own folder or below is read"
                    location)
    ]
