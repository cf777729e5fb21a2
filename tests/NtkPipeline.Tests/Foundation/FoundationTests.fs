module NtkPipeline.Tests.FoundationTests

open System
open System.IO
open Expecto
open NtkPipeline.Core

let private written (codec: Codec<'a>) value =
    use stream = new MemoryStream()
    codec.Write stream value
    stream.ToArray()

let private read (codec: Codec<'a>) (bytes: byte[]) =
    use stream = new MemoryStream(bytes)
    codec.Read stream

/// Bitwise, so that nan, −0.0 and infinities must survive too.
let private bits (m: Matrix<float>) = m.Rows, m.Columns, m.Values |> Array.map BitConverter.DoubleToInt64Bits

let private random rows columns =
    let random = Random 7
    Matrix.init rows columns (fun _ _ -> random.NextDouble() - 0.5)

type Nested = { Numbers: int list; Label: string }

type Settings = {
    Rate: float
    Names: string[]
    Inner: Nested
    Choice: Result<int, string>
    Missing: int option
}

let private settings = {
    Rate = 0.1
    Names = [| "a"; "b\"" |]
    Inner = { Numbers = [ 1; 2 ]; Label = "x" }
    Choice = Error "no"
    Missing = None
}

let private npz = Codec.pair ("values", Codec.vector) ("vectors", Codec.matrix64)

let tests =
    testList "foundation" [
        testCase
            "artifacts put together name their parts in the order given, and the first refusal is the outcome"
        <| fun () ->
            let artifact name value = Artifact.create name (Digest.ofParts [ name ]) (lazy value)

            let one, two, three = artifact "a" (Ok 1), artifact "b" (Ok 2), artifact "c" (Ok 3)
            let joined = Artifact.map3 (fun a b c -> [ a; b; c ]) one two three
            Expect.equal (joined.Parts |> List.map fst) [ "a"; "b"; "c" ] "as nested pairs have it"

            Expect.equal
                joined.Parts
                (Artifact.both (Artifact.both one two) three).Parts
                "so that no key moves"

            Expect.equal (joined.Value.Force()) (Ok [ 1; 2; 3 ]) "the value"
            let refused name = artifact name (Error(DataRefused name))
            let all = Artifact.map4 (fun a b c d -> a + b + c + d) one (refused "x") three (refused "y")
            Expect.equal (all.Value.Force()) (Error(DataRefused "x")) "the first"

        testList "Codec" [
            testProperty "a float64 matrix comes back bit for bit"
            <| fun (values: float[]) (columns: byte) ->
                let columns = 1 + int columns % 5
                let rows = values.Length / columns
                let m = Matrix.create rows columns (Array.truncate (rows * columns) values)

                match written Codec.matrix64 m |> read Codec.matrix64 with
                | Ok back -> bits back = bits m
                | Error _ -> false

            testProperty "a truncated array is an error, never an exception"
            <| fun (cut: uint16) ->
                let bytes = written Codec.matrix64 (random 7 3)
                read Codec.matrix64 bytes[.. bytes.Length - 2 - int cut % bytes.Length] |> Result.isError

            testProperty "a truncated archive is an error, never an exception"
            <| fun (cut: uint16) ->
                let bytes = written npz ([| 1.0; 2.0 |], random 2 2)
                read npz bytes[.. bytes.Length - 2 - int cut % bytes.Length] |> Result.isError

            testProperty "any bytes are an error, never an exception"
            <| fun (bytes: byte[]) ->
                Result.isError (read Codec.matrix32 bytes)
                && Result.isError (read npz bytes)
                && Result.isError (read (Codec.json<Nested[]> "nested/1") bytes)

            testCase "an archive comes back whole, and its bytes do not depend on the clock"
            <| fun () ->
                let value = [| 1.0; nan |], random 4 2
                let bytes = written npz value
                let values, vectors = Expect.wantOk (read npz bytes) "it was written"
                Expect.equal (values.Length, bits vectors) (2, bits (snd value)) "both parts"
                Threading.Thread.Sleep 2100
                Expect.sequenceEqual (written npz value) bytes "a zip's clock ticks every two seconds"

            testCase "JSON refuses what is missing"
            <| fun () ->
                let codec = Codec.json<Nested> "nested/1"
                Expect.isError (read codec "{\"numbers\": [1]}"B) "no label"
                Expect.isError (read codec "null"B) "null"
                Expect.equal (written codec settings.Inner |> read codec) (Ok settings.Inner) "whole"
        ]

        testList "Npy" [
            testCase "the header is NumPy's own, byte for byte"
            <| fun () ->
                // What numpy.save writes for numpy.array([[1, 2, 3]], dtype='<f4').
                let header = "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 3), }"
                let bytes = written Codec.matrix32 (Matrix.create 1 3 [| 1.0f; 2.0f; 3.0f |])
                Expect.equal bytes.Length (128 + 12) "128 bytes of header"

                Expect.sequenceEqual
                    bytes[..9]
                    [| 0x93uy; 78uy; 85uy; 77uy; 80uy; 89uy; 1uy; 0uy; 118uy; 0uy |]
                    "magic"

                Expect.equal
                    (Text.Encoding.ASCII.GetString bytes[10..127])
                    (header.PadRight 117 + "\n")
                    "dictionary"

            testCase "what cannot be read says why"
            <| fun () ->
                let broken (find: string) (replace: string) =
                    let text = Text.Encoding.Latin1.GetString(written Codec.matrix64 (random 2 2))
                    text.Replace(find, replace) |> Text.Encoding.Latin1.GetBytes |> read Codec.matrix64

                let says (part: string) result =
                    Expect.stringContains (Expect.wantError result "refused") part part

                broken "<f8" "<i8" |> says "'<i8'"
                broken "False" "True " |> says "Fortran"
                broken "(2, 2)" "(2, 3)" |> says "ends before"
                broken "(2, 2)" "(2, 1)" |> says "goes on after"
                Expect.isOk (broken "(2, 2)" "(2,2,)") "blanks do not count"
                broken "NUMPY" "NUMPI" |> says "not a .npy file"

            testCase "a float32 file is read as float64, and back"
            <| fun () ->
                let m = Matrix.create 2 1 [| 0.5f; -1.25f |]
                let wide = Expect.wantOk (written Codec.matrix32 m |> read Codec.matrix64) "both are read"
                Expect.equal wide.Values [| 0.5; -1.25 |] "the same numbers"
        ]

        testList "Fingerprint" [
            testCase "every field of a nested record is in it"
            <| fun () ->
                Expect.equal
                    (Fingerprint.describe settings)
                    "{Rate=0.1; Names=[\"a\", \"b\\\"\"]; Inner={Numbers=[1, 2]; Label=\"x\"}; Choice=Error(\"no\"); Missing=none}"
                    "names and values"

            testCase "a function in a setting is refused"
            <| fun () ->
                Expect.throwsT<ArgumentException>
                    (fun () -> Fingerprint.describe (fun x -> x + 1) |> ignore)
                    "no shape"
        ]

        testList "Digest" [
            testCase "SHA-256 of nothing"
            <| fun () ->
                Expect.equal
                    (Digest.ofBytes [||]).Hex
                    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
                    "the standard's value"

            testCase "numbers are hashed part by part as if at once"
            <| fun () ->
                for count in [ 0; 1; 65536; 150001 ] do
                    let values = Array.init count (fun i -> sin (float i))
                    let bytes = values |> Array.collect (fun (x: float) -> BitConverter.GetBytes x)
                    Expect.equal (Digest.ofFloats values) (Digest.ofBytes bytes) $"%d{count} numbers"

            testProperty "lists that differ in their cuts differ"
            <| fun (a: char[]) (b: char[]) ->
                let a, b = String a, String b
                Digest.ofParts [ a + b ] <> Digest.ofParts [ a; b ]
        ]

        testCase "a seed's child depends on its parent and name, and tells names apart"
        <| fun () ->
            let root = Seed.root 1UL
            Expect.equal (Seed.derive "a" root) (Seed.derive "a" root) "same"
            Expect.notEqual (Seed.derive "a" root) (Seed.derive "b" root) "another name"
            Expect.notEqual (Seed.derive "a" root) (Seed.derive "a" (Seed.root 2UL)) "another parent"

        testCase "tensors carry a matrix there and back, and cuda is refused where there is none"
        <| fun () ->
            let m = random 3 4
            use t = Tensors.ofMatrix64 m
            Expect.equal (bits (Tensors.toMatrix64 t)) (bits m) "the same entries"
            use turned = t.t ()
            Expect.equal ((Tensors.toMatrix64 turned)[3, 1]) (m[1, 3]) "also of a view"
            Expect.equal (Device.parse "cuda:1") (Ok(Device.Cuda 1)) "selectable"
            Expect.isError (Device.parse "gpu") "unknown"

            if not (TorchSharp.torch.cuda.is_available ()) then
                match Device.resolve (Device.Cuda 0) with
                | Error e -> Expect.stringContains e.Sentence "cuda:0" "it says which"
                | Ok _ -> failtest "there is no CUDA here"
    ]
