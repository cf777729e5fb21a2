/// What generated inputs have found, and what reading the readers for the same kinds of fault has.
module NtkPipeline.Tests.FoundTests

open System
open System.IO
open System.IO.Compression
open System.Text
open Expecto
open NtkPipeline.Core
open NtkPipeline.Runtime
open NtkPipeline.Tests.Ntk

/// A protobuf field that holds bytes.
let private block (number: int) (bytes: byte[]) : byte[] =
    let rec varint (n: int) = [|
        if n < 128 then
            byte n
        else
            byte (n % 128 + 128)
            yield! varint (n / 128)
    |]

    Array.concat [ varint (number * 8 + 2); varint bytes.Length; bytes ]

let private says (part: string) (result: Result<'a, PipelineError>) =
    match result with
    | Error e ->
        Expect.stringContains e.Sentence part part
        Expect.isLessThan e.Sentence.Length 1000 "shortly"
    | Ok _ -> failtest $"refused: %s{part}"

/// Half of a surrogate pair, as JSON writes it.
let private half = "\\ud800"

let tests =
    testList "found in readers" [
        testCase "an archive that claims more than its bytes can unfold to is refused before it has memory"
        <| inFolder (fun folder ->
            let path = Path.Combine(folder, "x.npz")
            let bytes = StateReaders.archive CompressionLevel.Optimal [ "a", [| 1uy |] ]
            let entry = MemoryExtensions.IndexOf(ReadOnlySpan bytes, ReadOnlySpan "PK\001\002"B)
            Array.blit (BitConverter.GetBytes 2_000_000_000) 0 bytes (entry + 24) 4
            File.WriteAllBytes(path, bytes)
            let before = GC.GetAllocatedBytesForCurrentThread()
            SourceFile.readNpy path |> says "its array 'a' ends before its last byte"
            Expect.isLessThan (GC.GetAllocatedBytesForCurrentThread() - before) (16L <<< 20) "bytes")

        testCase "a model folder's JSON whose texts are no Unicode is refused by its file's name"
        <| inFolder (fun folder ->
            let refusedWith (name: string) (part: string) (bytes: byte[]) =
                let path = Path.Combine(folder, name)
                File.WriteAllBytes(path, bytes)
                EncoderProfile.read folder |> says $"%s{name}: %s{part}"
                File.Delete path

            for name in [ "encoder.json"; "sentence_bert_config.json"; "tokenizer_config.json" ] do
                refusedWith name "byte 4 is not UTF-8" [| yield! "{ \"p"B; 0xACuy; yield! "\": 1 }"B |]

                refusedWith
                    name
                    "it holds half of a surrogate pair"
                    (Encoding.UTF8.GetBytes $"{{ \"%s{half}\": 1 }}")

            refusedWith
                "modules.json"
                "it holds half of a surrogate pair"
                (Encoding.UTF8.GetBytes $"[{{ \"type\": \"%s{half}\" }}]"))

        testCase "a model folder's JSON that has a text where an object is expected is refused"
        <| inFolder (fun folder ->
            File.WriteAllText(
                Path.Combine(folder, "tokenizer.json"),
                "{ \"normalizer\": \"BertNormalizer\" }"
            )

            TokeniserProfile.read folder |> says "tokenizer.json: its normaliser is one without a name")

        testCase "settings whose texts are no Unicode are refused"
        <| fun () ->
            for text in [ $"{{ \"device\": \"%s{half}\" }}"; $"{{ \"%s{half}\": 1 }}" ] do
                let mistakes = Expect.wantError (Config.read "s.json" text []) "refused"
                Expect.stringContains mistakes.Head "s.json: it holds half of a surrogate pair" "why"

        testCase "what is refused is shown shortly, in one line"
        <| fun () ->
            let long = String('9', 9_000) + "\n\u202E"

            let sentences = [
                Expect.wantError (ByteSize.parse long) "size"
                Expect.wantError (Device.parse long) "device"
                Expect.wantError (DescentPlan.parseTimes false long) "times"
                (Expect.wantError (Config.read null null [ long ]) "no assignment").Head
                (Expect.wantError (Config.read null null [ $"train.epochs=%s{long}" ]) "a value").Head
            ]

            for sentence in sentences do
                Expect.isLessThan sentence.Length 400 sentence
                Expect.isFalse (sentence.Contains '\n' || sentence.Contains '\u202E') sentence

        testCase
            "a graph of more inputs and nodes than any model has is refused, not looked through for each node"
        <| fun () ->
            let input = block 11 (block 1 [| 97uy |])
            let node = block 1 (Array.concat [ block 1 [| 97uy |]; block 2 [| 98uy |]; block 4 "Neg"B ])
            let graph = Array.concat [ yield! Array.create 150_000 input; yield! Array.create 150_000 node ]

            OnnxWeights.read "m.onnx" Pooling.Cls (block 7 graph)
            |> says "it is no ONNX model, or not the whole of one"

        testCase "whole numbers of a graph take eight bytes each, however many there are"
        <| fun () ->
            // 2,000,000 numbers of a byte each, in a tensor of the graph.
            let tensor = block 5 (block 7 (Array.create 2_000_000 1uy))
            let bytes = block 7 tensor
            let before = GC.GetAllocatedBytesForCurrentThread()
            OnnxGraph.read bytes |> ignore
            let allocated = GC.GetAllocatedBytesForCurrentThread() - before
            Expect.isLessThan allocated (4L * int64 bytes.Length + (64L <<< 20)) "bytes"

        testCase "an archive's part that would unfold to many times its size is refused"
        <| fun () ->
            use stream = new MemoryStream()

            (use archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen = true)

             for name in [ "values"; "vectors" ] do
                 use part = archive.CreateEntry($"%s{name}.npy", CompressionLevel.Optimal).Open()
                 Codec.matrix64.Write part (Matrix.create 3000 3000 (Array.zeroCreate 9_000_000)))

            Expect.isLessThan stream.Length 1_000_000L "zeros are packed well"
            stream.Position <- 0L
            let before = GC.GetAllocatedBytesForCurrentThread()
            let reason = Expect.wantError (Spectrum.codec.Read stream) "refused"
            Expect.equal reason "its part 'values' is compressed" "why"
            Expect.isLessThan (GC.GetAllocatedBytesForCurrentThread() - before) 10_000_000L "bytes"

        testCase
            "a vocabulary with a carriage return inside a line is refused: its pieces would be counted in two ways"
        <| fun () ->
            let specials = String.concat "\n" [ "[PAD]"; "[UNK]"; "[CLS]"; "[SEP]"; "[MASK]" ]

            let load (text: string) =
                WordPiece.load "vocab.txt" (new MemoryStream(Encoding.UTF8.GetBytes text))

            load $"%s{specials}\na\r[UNK]\n"
            |> says "vocab.txt: line 6 holds a carriage return before its end"

            load $"%s{specials}\na\rb\nc\n" |> says "vocab.txt: line 6 holds a carriage return"
            Expect.isOk (load (specials.Replace("\n", "\r\n"))) "lines may end in both"

        testCase
            "a table with a fault on every line is refused by its first faults, in memory that its length allows"
        <| fun () ->
            for header, line in
                [
                    "id,keyword,location,text,target\n", "t\n"
                    "id,keyword,location,text,target\n", "2,,,h,1\n"
                    "id,keyword,location,text,target\n", "x,,,h,7\n"
                ] do
                let text = header + String.replicate (260_000 / line.Length) line
                let bytes = Encoding.UTF8.GetBytes text
                let before = GC.GetAllocatedBytesForCurrentThread()
                TweetFrame.parse "f.csv" true bytes |> says "more faults"
                let allocated = GC.GetAllocatedBytesForCurrentThread() - before
                Expect.isLessThan allocated (4L * int64 bytes.Length + (64L <<< 20)) line

        testCase "JSON that is refused says so shortly, however long its names are"
        <| fun () ->
            let name = String('n', 100_000)

            let reason =
                Expect.wantError
                    (RunRecordFile.codec.Read(
                        new MemoryStream(Encoding.UTF8.GetBytes $"{{ \"%s{name}\": {{ \"a\": $ }} }}")
                    ))
                    "refused"

            Expect.stringContains reason "run-record/1" "what it should be"
            Expect.isLessThan reason.Length 600 "shortly"

        testCase "a network's number of many digits is refused shortly"
        <| fun () ->
            let digits = String.replicate 30_000 "12"
            let reason = Expect.wantError (NetworkText.parse $"dense %s{digits} | relu | dense 1") "refused"
            Expect.isLessThan reason.Length 1500 "shortly"

        testCase
            "a size behind a hundred thousand line breaks is refused without trying every way of reading them"
        <| fun () ->
            let reason = Expect.wantError (ByteSize.parse ("2" + String('\n', 100_000) + "x")) "refused"
            Expect.stringContains reason "is not a size" "why"

        testCase "a vocabulary of many megabytes is refused by its length"
        <| fun () ->
            use stream = new MemoryStream(Array.create 33_000_000 97uy)
            WordPiece.load "vocab.txt" stream |> says "vocab.txt: it has 33000000 bytes"
    ]
