/// The sentence encoders that come in packages, and what a model's folder says of its pooling.
module NtkPipeline.Tests.PackagedModelTests

open System
open System.IO
open System.Threading.Tasks
open Expecto
open NtkPipeline.Core
open NtkPipeline.Runtime
open NtkPipeline.Tests.Ntk

let private assembly (model: PackagedModel) = Path.Combine(AppContext.BaseDirectory, "models", model.Assembly)

/// Where the package was restored, which only a machine without a source for it lacks.
let private packaged model name test =
    if File.Exists(assembly model) then
        testCase name test
    else
        ptestCase name ignore

let private wantOk result =
    Expect.wantOk (result |> Result.mapError (fun (e: PipelineError) -> e.Sentence)) "well"

let private unpack folder (model: PackagedModel) =
    PackagedModel.unpack ignore model (assembly model) folder |> wantOk

let private dot (rows: Matrix<float32>) =
    Array.map2
        (fun (x: float32) y -> float x * float y)
        ((Matrix.row 0 rows).ToArray())
        ((Matrix.row 1 rows).ToArray())
    |> Array.sum

let private profile (folder: string) (files: (string * string) list) =
    for name, text in files do
        let path = Path.Combine(folder, name)
        Directory.CreateDirectory(nonNull (Path.GetDirectoryName path)) |> ignore
        File.WriteAllText(path, text)

    EncoderProfile.read folder |> Result.mapError _.Sentence

let private stated pooling tokens = Ok { Pooling = pooling; MaxTokens = tokens; IsStated = true }

let tests =
    testList "packaged models" [
        packaged PackagedModel.miniLm "MiniLM out of its package sees how alike two sentences are"
        <| inFolder (fun folder ->
            let texts, out = Path.Combine(folder, "t.txt"), Path.Combine(folder, "e.npy")
            File.WriteAllText(texts, "That is a happy person\nThat is a very happy person\n")
            let store = [ "--store"; Path.Combine(folder, "store") ]
            [ "embed"; "--texts"; texts; "--encoder"; "minilm"; "--out"; out ] @ store |> wantDone |> ignore
            let rows = SourceFile.readNpy32 out |> wantOk
            Expect.equal (rows.Rows, rows.Columns) (2, 384) "shape"
            Expect.isLessThan (abs (dot rows - 0.94291)) 1e-4 "the cosine")

        packaged
            PackagedModel.arctic
            "Arctic is pooled by [CLS], and several unpackings at once leave whole files"
        <| inFolder (fun folder ->
            Parallel.For(0, 3, (fun (_: int) -> unpack folder PackagedModel.arctic)) |> ignore

            Expect.equal
                (Directory.GetFiles folder |> Array.map Path.GetFileName |> Array.sort)
                [| "encoder.json"; "model.onnx"; "vocab.txt" |]
                "nothing else is left"

            let written = File.GetLastWriteTimeUtc(Path.Combine(folder, "model.onnx"))
            unpack folder PackagedModel.arctic
            Expect.equal (File.GetLastWriteTimeUtc(Path.Combine(folder, "model.onnx"))) written "left alone"
            Expect.equal (EncoderProfile.read folder) (Ok EncoderProfile.arctic) "what it was trained for"
            let before = SentenceEncoder.identify folder |> wantOk

            File.WriteAllText(
                Path.Combine(folder, "encoder.json"),
                """{ "pooling": "mean", "maxTokens": 512 }"""
            )

            Expect.notEqual (SentenceEncoder.identify folder |> wantOk) before "pooling is part of a model")

        testCase "what is no assembly, or another, is not unpacked"
        <| inFolder (fun folder ->
            let refused path (words: string) =
                match PackagedModel.unpack ignore PackagedModel.miniLm path (Path.Combine(folder, "to")) with
                | Ok() -> failtest "it should be refused"
                | Error e -> Expect.stringContains e.Sentence words words

            let damaged = Path.Combine(folder, "damaged.dll")
            File.WriteAllText(damaged, "no assembly at all")
            refused damaged "it is no assembly"
            refused (Path.Combine(AppContext.BaseDirectory, "NtkPipeline.Core.dll")) "it has no resource"
            refused (Path.Combine(folder, "none.dll")) "cannot be read")

        testCase "a folder says how to pool, in this program's words or sentence-transformers'"
        <| inFolder (fun folder ->
            let at name = Directory.CreateDirectory(Path.Combine(folder, name)).FullName

            Expect.equal
                (profile (at "a") [ "encoder.json", """{"pooling":"cls","maxTokens":512}""" ])
                (stated Pooling.Cls 512)
                "ours"

            Expect.equal
                (profile (at "b") [ "encoder.json", """{"pooling":"mean"}""" ])
                (stated Pooling.Mean 256)
                "no limit"

            let theirs = [
                "1_Pooling/config.json",
                """{"pooling_mode_cls_token": true, "pooling_mode_mean_tokens": false}"""
                "sentence_bert_config.json", """{"max_seq_length": 128, "do_lower_case": false}"""
            ]

            Expect.equal (profile (at "c") theirs) (stated Pooling.Cls 128) "theirs"
            Expect.isNone (EncoderProfile.remark (at "c")) "nothing to say"
            let silent = profile (at "d") []
            Expect.equal silent (Ok { EncoderProfile.miniLm with IsStated = false }) "assumed"

            Expect.stringContains
                (EncoderProfile.remark (at "d") |> Option.defaultValue "")
                "does not say how"
                "and said")

        testCase "a pooling or a limit that is not known is refused, with the file's name"
        <| inFolder (fun folder ->
            let refused name text (words: string) =
                let at = Directory.CreateDirectory(Path.Combine(folder, Path.GetRandomFileName())).FullName
                let sentence = Expect.wantError (profile at [ name, text ]) "refused"
                Expect.stringContains sentence words words
                Expect.stringContains sentence (Path.GetFileName name |> nonNull) "the file"

            refused "encoder.json" """{"pooling":"max"}""" "'max' is not known"
            refused "encoder.json" """{"maxTokens":256}""" "does not say pooling"
            refused "encoder.json" """{"pooling":"cls","maxtokens":9}""" "'maxtokens' is unknown"
            refused "encoder.json" """{"pooling":"cls","maxTokens":1}""" "maxTokens is 1"
            refused "encoder.json" "[]" "no JSON object"
            refused "encoder.json" "{" "no JSON"

            refused
                "1_Pooling/config.json"
                """{"pooling_mode_max_tokens": true, "pooling_mode_mean_tokens": true}"""
                "'max_tokens + mean' is not known")
    ]
