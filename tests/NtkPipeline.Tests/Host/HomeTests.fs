/// Where the program takes data, models and programs from that nobody named.
module NtkPipeline.Tests.HomeTests

open System.IO
open Expecto
open NtkPipeline.Core
open NtkPipeline.Runtime
open NtkPipeline.Tests.Ntk

/// A folder that looks like a clone: the sample, and a model in the place of the default encoder.
let private plant (folder: string) =
    let below names = Path.Combine(Array.append [| folder |] names)
    Directory.CreateDirectory(below [| "data"; "sample" |]) |> ignore
    File.Copy(Clone.path "data/sample/train.csv", below [| "data"; "sample"; "train.csv" |])
    let model = Directory.CreateDirectory(below [| "data"; "models"; "all-MiniLM-L6-v2" |]).FullName
    TinyEncoder.write model
    File.WriteAllText(below [| "NtkPipeline.sln" |], "")
    model

let private embed (folder: string) =
    let texts = Path.Combine(folder, "texts.txt")
    File.WriteAllText(texts, "a fire\n")

    [
        "embed"
        "--texts"
        texts
        "--encoder"
        "minilm"
        "--out"
        Path.Combine(folder, "e.npy")
        "--store"
        Path.Combine(folder, "store")
    ]

/// Whether the clone has the encoder, or has it now that it was asked for; else there is nothing to find.
let private isThere folder =
    call (embed folder) |> ignore
    File.Delete(Path.Combine(folder, "e.npy"))
    SentenceEncoder.isIn (Clone.path "data/models/all-MiniLM-L6-v2")

let tests =
    testList "home" [
        testCase "a planted parent of the current folder is none: its model is not loaded"
        <| inFolder (fun folder ->
            if not (isThere folder) then
                skiptest "the encoder's package is not served here"

            let planted = plant folder
            let below = Directory.CreateDirectory(Path.Combine(folder, "a", "b")).FullName
            let said = Programs.startIn below (embed folder) |> Programs.finish
            Expect.isFalse (said.Contains planted) said
            let model = File.ReadAllBytes(Path.Combine(planted, "model.onnx")) |> Digest.ofBytes
            Expect.isFalse (said.Contains model.Hex) "nor its bytes"
            let rows = File.ReadAllText(Path.Combine(folder, "e.npy"), System.Text.Encoding.Latin1)
            Expect.stringContains rows "(1, 384)" "what all-MiniLM-L6-v2 makes of a text")

        testCase "the model that was found is named with its digest, once; one that was named is not"
        <| inFolder (fun folder ->
            if not (isThere folder) then
                skiptest "the encoder's package is not served here"

            let answer = embed folder |> wantDone
            let found = Clone.path "data/models/all-MiniLM-L6-v2/model.onnx"
            let digest = (Digest.ofBytes (File.ReadAllBytes found)).Hex
            let lines = answer.Error.Split '\n' |> Array.filter _.Contains(digest)
            Expect.equal lines.Length 1 answer.Error
            Expect.stringContains lines[0] "all-MiniLM-L6-v2" "which"

            let named =
                embed folder
                |> List.map (fun word -> if word = "minilm" then $"minilm:%s{plant folder}" else word)

            Expect.isFalse ((wantDone named).Error.Contains "SHA-256") "a person knows what they named")
    ]
