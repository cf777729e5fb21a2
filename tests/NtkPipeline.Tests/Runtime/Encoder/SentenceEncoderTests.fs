module NtkPipeline.Tests.SentenceEncoderTests

open System
open System.IO
open System.Text.Json
open Expecto
open NtkPipeline.Core
open NtkPipeline.Runtime

/// A folder that holds a model and a vocabulary.
let private withFolder (model: byte[]) (pieces: string[]) (test: string -> unit) =
    let folder = Directory.CreateTempSubdirectory("ntk-encoder-").FullName

    try
        File.WriteAllBytes(Path.Combine(folder, "model.onnx"), model)
        File.WriteAllLines(Path.Combine(folder, "vocab.txt"), pieces)
        test folder
    finally
        Directory.Delete(folder, true)

let private opened folder =
    Expect.wantOk (SentenceEncoder.openAt folder |> Result.mapError _.Sentence) "it opens"

let private encode (encoder: SentenceEncoder) texts =
    Expect.wantOk (encoder.Encode texts |> Result.mapError _.Sentence) "encoded"

let private refusal folder =
    match SentenceEncoder.openAt folder with
    | Error e -> e.Sentence
    | Ok encoder ->
        (encoder :> IDisposable).Dispose()
        failtest "it should be refused"

let private gap (a: ReadOnlySpan<float32>) (b: ReadOnlySpan<float32>) =
    Array.map2 (fun (x: float32) y -> abs (x - y)) (a.ToArray()) (b.ToArray()) |> Array.max

let private fixture =
    match Clone.shared "fixtures/tiny-minilm/expected.json", Clone.shared "data/minilm/vocab.txt" with
    | Some expected, Some vocabulary ->
        testCase "the reference embeddings of 43 texts, within 1e-5"
        <| fun () ->
            withFolder (File.ReadAllBytes TinyEncoder.model) (File.ReadAllLines vocabulary)
            <| fun folder ->
                use encoder = opened folder
                use cases = JsonDocument.Parse(File.ReadAllText expected)
                let cases = [| for case in cases.RootElement.EnumerateArray() -> case |]

                let rows =
                    cases
                    |> Array.map (fun case -> nonNull (case.GetProperty("text").GetString()))
                    |> encode encoder

                Expect.equal (rows.Rows, rows.Columns) (43, 16) "shape"

                cases
                |> Array.iteri (fun i case ->
                    let reference =
                        Array.ofSeq (
                            Seq.map
                                (fun (x: JsonElement) -> x.GetSingle())
                                (case.GetProperty("embedding").EnumerateArray())
                        )

                    Expect.isLessThan (gap (Matrix.row i rows) (ReadOnlySpan reference)) 1e-5f $"text %d{i}")
    | _ -> ptestCase "the reference embeddings of 43 texts (only where NTK_SHARED names the data)" ignore

let tests =
    testList "SentenceEncoder" [
        fixture

        testCase "embeddings have norm 1, and do not depend on the other texts"
        <| fun () ->
            withFolder (File.ReadAllBytes TinyEncoder.model) (TinyEncoder.vocabulary 30522)
            <| fun folder ->
                use encoder = opened folder
                Expect.equal encoder.Dimension 16 "the model's own"

                let texts =
                    Array.append
                        (Array.init 151 (fun k -> String.replicate (k % 40) $"a%c{char (97 + k % 26)} "))
                        [| ""; "\u0000\uD83D 😀"; String('x', 100_000) |]

                let rows = encode encoder texts

                for i in [ 0; 1; 39; 100; 150; 151; 152; 153 ] do
                    let alone = encode encoder [| texts[i] |]
                    let norm = Array.sumBy (fun x -> float x * float x) alone.Values
                    Expect.isLessThan (abs (norm - 1.0)) 1e-6 "norm"
                    Expect.equal alone.Values ((Matrix.row i rows).ToArray()) $"text %d{i}, bit for bit"

                Expect.equal (encode encoder texts) rows "the same bits again"
                Expect.equal (encode encoder [||]) (Matrix.create 0 16 [||]) "no texts"

        testCase "progress counts every distinct text once"
        <| fun () ->
            withFolder (File.ReadAllBytes TinyEncoder.model) (TinyEncoder.vocabulary 30522)
            <| fun folder ->
                use encoder = opened folder
                let mutable counted = 0

                encoder.Encode(
                    Array.init 300 (fun k -> $"%d{k % 100}"),
                    (fun count -> counted <- counted + count)
                )
                |> ignore

                Expect.equal counted 100 "distinct texts"

        testCase "identity changes with the vocabulary and with the model"
        <| fun () ->
            let identity model pieces =
                let mutable found = ""

                withFolder model pieces (fun folder ->
                    use encoder = opened folder
                    found <- encoder.Identity.Hex)

                found

            let inputs = [ "input_ids"; "attention_mask" ]

            let model, other =
                HandMadeOnnx.sum inputs true, HandMadeOnnx.sum (inputs @ [ "token_type_ids" ]) true

            let base' = identity model (TinyEncoder.vocabulary 100)
            Expect.equal (identity model (TinyEncoder.vocabulary 100)) base' "the same"
            Expect.notEqual (identity model (TinyEncoder.vocabulary 101)) base' "another vocabulary"
            Expect.notEqual (identity other (TinyEncoder.vocabulary 100)) base' "another model"

        testCase "a model without token types works, and the mean is taken over a text's own tokens"
        <| fun () ->
            withFolder (HandMadeOnnx.sum [ "input_ids"; "attention_mask" ] true) (TinyEncoder.vocabulary 100)
            <| fun folder ->
                use encoder = opened folder

                Expect.equal
                    (encode encoder [| "a"; "a b c" |])
                    (Matrix.create 2 1 [| 1.0f; 1.0f |])
                    "positive ids"

        testCase "what is no encoder says why, in one sentence"
        <| fun () ->
            let tinyBytes = File.ReadAllBytes TinyEncoder.model

            let refused model pieces (part: string) =
                withFolder model pieces
                <| fun folder ->
                    let sentence = refusal folder
                    Expect.stringContains sentence part part
                    Expect.stringContains sentence folder "it names the file"

            refused tinyBytes (TinyEncoder.vocabulary 30521) "knows 30522 tokens and vocab.txt has 30521"
            refused tinyBytes (TinyEncoder.vocabulary 30523) "knows 30522 tokens and vocab.txt has 30523"
            refused tinyBytes[..1_000_000] (TinyEncoder.vocabulary 30522) "not the whole of one"
            refused [||] (TinyEncoder.vocabulary 30522) "no ONNX model"
            refused "<html>"B (TinyEncoder.vocabulary 30522) "no ONNX model"
            refused tinyBytes [| "a"; "b" |] "it has no line [PAD]"

            refused
                (HandMadeOnnx.sum [ "input_ids" ] true)
                (TinyEncoder.vocabulary 100)
                "no input 'attention_mask'"

            refused
                (HandMadeOnnx.sum [ "input_ids"; "attention_mask"; "pixels" ] true)
                (TinyEncoder.vocabulary 100)
                "'pixels' is unknown"

            let inputs = [ "input_ids"; "attention_mask" ]
            refused (HandMadeOnnx.sum inputs false) (TinyEncoder.vocabulary 100) "no output"

            refused
                (HandMadeOnnx.sumOf 6 (Some 2) inputs)
                (TinyEncoder.vocabulary 100)
                "not 64-bit whole numbers"

            refused
                (HandMadeOnnx.sumOf 7 (Some 1) inputs)
                (TinyEncoder.vocabulary 100)
                "it gives 1 × 1 × 4 numbers"

        testCase "missing files are named"
        <| fun () ->
            withFolder (File.ReadAllBytes TinyEncoder.model) (TinyEncoder.vocabulary 30522)
            <| fun folder ->
                File.Delete(Path.Combine(folder, "vocab.txt"))
                Expect.stringContains (refusal folder) "vocab.txt: there is no such file" "vocabulary"
                File.Delete(Path.Combine(folder, "model.onnx"))
                Expect.stringContains (refusal folder) "model.onnx: there is no such file" "model"
                Expect.stringContains (refusal (Path.Combine(folder, "none"))) "no such file" "folder"
    ]
