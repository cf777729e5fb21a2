module NtkPipeline.Tests.EncoderFileTests

open System
open System.IO
open System.Text.Json
open Expecto
open NtkPipeline.Core
open NtkPipeline.Runtime
open NtkPipeline.Tests.Ntk

let private wantOk result =
    Expect.wantOk (result |> Result.mapError (fun (e: PipelineError) -> e.Sentence)) "well"

/// The largest entry of the difference between φ over its norm and ONNX Runtime's embeddings.
let private gap (folder: string) (texts: string[]) =
    let wordPiece, profile = EncoderFile.tokeniser folder |> wantOk
    let weights = (EncoderFile.openWeights folder |> wantOk).Value.Force() |> wantOk
    let ids = texts |> Array.map (WordPiece.idsWithin profile.MaxTokens wordPiece)
    let pooled = EncodeTexts.pooled Device.Cpu weights ignore ids |> wantOk
    use encoder = SentenceEncoder.openAt folder |> wantOk
    let expected = encoder.Encode texts |> wantOk
    Expect.equal (pooled.Rows, pooled.Columns) (expected.Rows, expected.Columns) "shape"

    Array.init texts.Length (fun i ->
        let row = (Matrix.row i pooled).ToArray() |> Array.map float
        let norm = sqrt (Array.sumBy (fun x -> x * x) row)

        Array.map2 (fun x (y: float32) -> abs (x / norm - float y)) row ((Matrix.row i expected).ToArray())
        |> Array.max)
    |> Array.max

/// Texts of 2 to past 256 tokens.
let private manyLengths = [|
    ""
    "a"
    for k in [ 1; 2; 3; 5; 8; 13; 21; 34; 55; 89; 144; 233; 254; 255; 300; 600 ] do
        String.replicate k $"a%c{char (97 + k % 26)} b"
|]

/// Tweets: real ones where they are, else the sample's.
let private tweets (count: int) =
    let path =
        Clone.shared "data/kaggle/train.csv" |> Option.defaultValue (Clone.path "data/sample/train.csv")

    File.ReadAllLines path |> Array.skip 1 |> Array.truncate count

/// A folder with an encoder of our own, in a form, and a vocabulary for it.
let private write (form: OnnxForm.Form) pieces tokens (folder: string) =
    File.WriteAllBytes(Path.Combine(folder, "model.onnx"), OnnxBert.bytes form (SmallEncoder.weights 11))
    File.WriteAllLines(Path.Combine(folder, "vocab.txt"), TinyEncoder.vocabulary pieces)

    File.WriteAllText(
        Path.Combine(folder, "encoder.json"),
        $"""{{ "pooling": "mean", "maxTokens": %d{tokens} }}"""
    )

let private packaged (model: PackagedModel) name test =
    let assembly = Path.Combine(AppContext.BaseDirectory, "models", model.Assembly)

    if File.Exists assembly then
        testCase name
        <| inFolder (fun folder ->
            PackagedModel.unpack ignore model assembly folder |> wantOk
            test folder)
    else
        ptestCase name ignore

/// The fixture's own texts with the real vocabulary.
let private fixture =
    match Clone.shared "fixtures/tiny-minilm/expected.json", Clone.shared "data/minilm/vocab.txt" with
    | Some expected, Some vocabulary ->
        testCase "the fixture's 43 texts have ONNX Runtime's embeddings within 1e-5"
        <| inFolder (fun folder ->
            File.Copy(TinyEncoder.model, Path.Combine(folder, "model.onnx"))
            File.Copy(vocabulary, Path.Combine(folder, "vocab.txt"))
            use cases = JsonDocument.Parse(File.ReadAllText expected)

            let texts = [|
                for case in cases.RootElement.EnumerateArray() do
                    nonNull (case.GetProperty("text").GetString())
            |]

            Expect.equal texts.Length 43 "texts"
            Expect.isLessThan (gap folder texts) 1e-5 "largest entry")
    | _ -> ptestCase "the fixture's 43 texts (only where NTK_SHARED names the data)" ignore

let tests =
    testList "EncoderFile" [
        fixture

        testCase "the small fixture gives ONNX Runtime's embeddings within 1e-5, whatever the texts' lengths"
        <| inFolder (fun folder ->
            TinyEncoder.write folder
            Expect.isLessThan (gap folder manyLengths) 1e-5 "largest entry")

        for name, form in OnnxForm.forms do
            testCase $"an encoder of our own gives ONNX Runtime's embeddings: %s{name}"
            <| inFolder (fun folder ->
                write form 64 48 folder
                Expect.isLessThan (gap folder manyLengths) 1e-5 "largest entry")

        testCase "sizes that do not belong together are refused, when somebody asks for the weights"
        <| inFolder (fun folder ->
            let refusal () =
                (Expect.wantError ((EncoderFile.openWeights folder |> wantOk).Value.Force()) "refused")
                    .Sentence

            write OnnxForm.plain 65 48 folder
            Expect.stringContains (refusal ()) "knows 64 tokens and vocab.txt has 65" "vocabulary"
            write OnnxForm.plain 64 49 folder

            Expect.stringContains
                (refusal ())
                "may have 49 tokens, and the model has 48 positions"
                "positions"

            let before = (EncoderFile.openWeights folder |> wantOk).Parts
            write OnnxForm.plain 64 48 folder

            Expect.notEqual
                (EncoderFile.openWeights folder |> wantOk).Parts
                before
                "another use is another encoder"

            Expect.equal
                (EncoderFile.openWeights folder |> wantOk).Parts
                [ "encoder", SentenceEncoder.identify folder |> wantOk ]
                "known by the encoder's identity"

            File.Delete(Path.Combine(folder, "vocab.txt"))

            Expect.stringContains
                (Expect.wantError (EncoderFile.openWeights folder |> Result.mapError _.Sentence) "refused")
                "no such file"
                "at once")

        packaged PackagedModel.miniLm "MiniLM gives ONNX Runtime's embeddings of 200 tweets within 1e-5"
        <| fun folder ->
            let shape = ((EncoderFile.openWeights folder |> wantOk).Value.Force() |> wantOk).Shape

            Expect.equal
                shape
                {
                    Layers = 6
                    Width = 384
                    Heads = 12
                    Inner = 1536
                    Words = 30522
                    Positions = 512
                    Types = 2
                    Epsilon = float 1e-12f
                }
                "its sizes"

            Expect.equal (EncoderShape.count shape) 22_565_376L "its parameters"
            Expect.isLessThan (gap folder (tweets 200)) 1e-5 "largest entry"

        packaged
            PackagedModel.arctic
            "Arctic, another exporter's file, gives ONNX Runtime's embeddings of 100 tweets"
        <| fun folder -> Expect.isLessThan (gap folder (tweets 100)) 1e-5 "largest entry"
    ]
