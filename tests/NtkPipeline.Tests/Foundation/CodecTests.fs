module NtkPipeline.Tests.CodecTests

open System
open System.IO
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.Matrices
open NtkPipeline.Tests.SampleSettings

let private written (codec: Codec<'a>) value =
    use stream = new MemoryStream()
    codec.Write stream value
    stream.ToArray()

let private read (codec: Codec<'a>) (bytes: byte[]) =
    use stream = new MemoryStream(bytes)
    codec.Read stream

let private random = Matrices.random 7

let private npz = Codec.pair ("values", Codec.vector) ("vectors", Codec.matrix64)

let tests =
    testList "foundation" [
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

                broken "<f8" "<c8" |> says "'<c8'"
                broken "(2, 2)" "(2, 3)" |> says "ends before"
                broken "(2, 2)" "(2, 1)" |> says "goes on after"
                Expect.isOk (broken "(2, 2)" "(2,2,)") "blanks do not count"
                broken "NUMPY" "NUMPI" |> says "not a .npy file"

            testCase "a float32 file is read as float64, and back"
            <| fun () ->
                let m = Matrix.create 2 1 [| 0.5f; -1.25f |]
                let wide = Expect.wantOk (written Codec.matrix32 m |> read Codec.matrix64) "both are read"
                Expect.equal wide.Values [| 0.5; -1.25 |] "the same numbers"

            testCase "a part of an archive is read into one array, made once"
            <| fun () ->
                let bytes = written npz ([| 1.0 |], Matrix.create 1000 2000 (Array.create 2_000_000 0.5))
                read npz bytes |> ignore
                let before = GC.GetAllocatedBytesForCurrentThread()
                let _, m = Expect.wantOk (read npz bytes) "what was written"
                let allocated = GC.GetAllocatedBytesForCurrentThread() - before
                Expect.equal m.Values[1_999_999] 0.5 "all of it"
                // Beside the array, of 16 MB, only the buffer that it is filled from, of 8.
                Expect.isLessThan allocated 27_000_000L "bytes"
        ]
    ]
