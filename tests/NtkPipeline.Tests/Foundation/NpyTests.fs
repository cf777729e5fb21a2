/// NumPy's files as other programs write them.
module NtkPipeline.Tests.NpyTests

open System
open System.IO
open System.Text
open Expecto
open NtkPipeline.Core

/// A file of this version with this dictionary, filled up with blanks, and these bytes of values.
let file version (dictionary: string) (values: byte[]) =
    let size = if version = 1 then 2 else 4
    let text = dictionary.PadRight(dictionary.Length + 63 - (9 + size + dictionary.Length) % 64) + "\n"
    let length = BitConverter.GetBytes text.Length

    Array.concat [
        [| 0x93uy |]
        "NUMPY"B
        [| byte version; 0uy |]
        length[.. size - 1]
        Encoding.UTF8.GetBytes text
        values
    ]

let private read (bytes: byte[]) = Npy.read64 (new MemoryStream(bytes))

let dictionary descr order shape =
    $"{{'descr': '%s{descr}', 'fortran_order': %s{order}, 'shape': (%s{shape}), }}"

/// [[1, 2, 3], [4, 5, 6]], row after row.
let private six = [| 1.0; 2.0; 3.0; 4.0; 5.0; 6.0 |]

let private little (bytesOf: float -> byte[]) (values: float[]) = values |> Array.collect bytesOf

/// Each type that NumPy has for numbers of at most 64 bits, and the bytes of a value.
let types: (string * (float -> byte[])) list = [
    "f2", (fun x -> BitConverter.GetBytes(Half.op_Explicit x: Half))
    "f4", (fun x -> BitConverter.GetBytes(float32 x))
    "f8", BitConverter.GetBytes
    "i1", (fun x -> [| byte (sbyte x) |])
    "i2", (fun x -> BitConverter.GetBytes(int16 x))
    "i4", (fun x -> BitConverter.GetBytes(int32 x))
    "i8", (fun x -> BitConverter.GetBytes(int64 x))
    "u1", (fun x -> [| byte x |])
    "u2", (fun x -> BitConverter.GetBytes(uint16 x))
    "u4", (fun x -> BitConverter.GetBytes(uint32 x))
    "u8", (fun x -> BitConverter.GetBytes(uint64 x))
]

let private wants rows columns values bytes =
    let m = Expect.wantOk (read bytes) "it is read"
    Expect.equal (m.Rows, m.Columns, m.Values) (rows, columns, values) "as NumPy reads it"

let private says (part: string) bytes =
    Expect.stringContains (Expect.wantError (read bytes) "refused") part part

let tests =
    testList "Npy" [
        testCase "every type of number, byte order, order of axes and version is read as NumPy reads it"
        <| fun () ->
            for name, bytesOf in types do
                for version in 1..3 do
                    for mark in [ "<"; ">"; "="; "|"; "" ] do
                        let stored = if mark = ">" then bytesOf >> Array.rev else bytesOf

                        let bytes order values =
                            file version (dictionary (mark + name) order "2, 3") (little stored values)

                        bytes "False" six |> wants 2 3 six
                        bytes "True" [| 1.0; 4.0; 2.0; 5.0; 3.0; 6.0 |] |> wants 2 3 six

            file 1 (dictionary "|b1" "False" "3,") [| 1uy; 0uy; 1uy |] |> wants 3 1 [| 1.0; 0.0; 1.0 |]
            file 1 (dictionary "?" "True" "3,") [| 1uy; 0uy; 1uy |] |> wants 3 1 [| 1.0; 0.0; 1.0 |]
            file 1 (dictionary "int16" "False" "1,") [| 0xFEuy; 0xFFuy |] |> wants 1 1 [| -2.0 |]

            for name in [ "float64"; "<d" ] do
                file 1 (dictionary name "False" "6,") (little BitConverter.GetBytes six) |> wants 6 1 six

        testCase
            "keys stand in any order, in either quotes, with blanks or without, and sizes may be Python 2's"
        <| fun () ->
            let bytes = little BitConverter.GetBytes six

            for text in
                [
                    "{'shape': (2, 3), 'fortran_order': False, 'descr': '<f8'}"
                    "{\"descr\":\"<f8\",\"fortran_order\":False,\"shape\":(2,3)}"
                    "{'descr': '<f8', 'shape': (2L, 3L), 'fortran_order': False, }"
                    " { 'fortran_order' : False , 'descr' : '<f8' , 'shape' : ( 2 , 3, ) , } "
                ] do
                file 1 text bytes |> wants 2 3 six

            file 1 (dictionary "<f8" "True" "6,") bytes |> wants 6 1 six
            file 1 (dictionary "<f8" "True" "6, 1") bytes |> wants 6 1 six
            file 1 (dictionary "<f8" "True" "1, 6") bytes |> wants 1 6 six

        testCase "what is no array of numbers is refused with its reason"
        <| fun () ->
            let of' text = file 1 text (little BitConverter.GetBytes six)
            of' (dictionary "<c16" "False" "2, 3") |> says "'<c16'"
            of' (dictionary "<f16" "False" "2, 3") |> says "'<f16'"
            of' (dictionary "|S8" "False" "2, 3") |> says "'|S8'"
            of' (dictionary "<f8" "False" "") |> says "one or two dimensions"
            of' (dictionary "<f8" "False" "1, 2, 3") |> says "one or two dimensions"
            of' (dictionary "<f8" "False" "-6,") |> says "damaged"
            of' (dictionary "<f8" "False" "2, 4") |> says "ends before its last value"
            of' (dictionary "<f8" "True" "2, 2") |> says "goes on after its last value"
            of' "{'descr': '<f8', 'shape': (6,)}" |> says "damaged"
            of' "{'descr': '<f8', 'descr': '<f8', 'fortran_order': False, 'shape': (6,)}" |> says "damaged"
            of' "{'descr': '<f8', 'fortran_order': False, 'shape': (6,), 'more': (1,)}" |> says "damaged"
            of' "{'descr': '<f8', 'fortran_order': False, 'shape': (6,)} x" |> says "damaged"
            of' "{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (6,)}" |> says "damaged"
            file 4 (dictionary "<f8" "False" "6,") [||] |> says "version is 4.0"

        testCase "a whole number that float64 does not hold is refused, not rounded"
        <| fun () ->
            let of' (value: int64) =
                file
                    1
                    (dictionary "<i8" "False" "2,")
                    (Array.append (BitConverter.GetBytes 5L) (BitConverter.GetBytes value))

            of' 9007199254740992L |> wants 2 1 [| 5.0; 9007199254740992.0 |]
            // They would be rounded to the one above, which is held.
            of' 9007199254740993L |> says "its value 1"
            of' -9007199254740993L |> says "its value 1"
            of' -9007199254740992L |> wants 2 1 [| 5.0; -9007199254740992.0 |]
            of' 129403047000000001L |> says "its value 1 (counted from 0)"
            of' Int64.MinValue |> says "its value 1"

        testCase
            "a header that claims much and a file that holds little take no memory, whether the stream tells its length or not"
        <| fun () ->
            let claims = [ "2147483591,"; "46340, 46341"; "2147483647, 2147483647"; "100000000, 20" ]

            let measured act =
                let before = GC.GetAllocatedBytesForCurrentThread()
                act ()
                GC.GetAllocatedBytesForCurrentThread() - before

            for shape in claims do
                for descr in [ "<f8"; ">f8"; "<f4"; "|b1" ] do
                    let bytes = file 1 (dictionary descr "False" shape) (Array.zeroCreate 100)
                    let seekable = measured (fun () -> Expect.isError (read bytes) shape)

                    let piped =
                        measured (fun () ->
                            use packed = new MemoryStream()

                            (use deflated =
                                new Compression.DeflateStream(
                                    packed,
                                    Compression.CompressionLevel.Fastest,
                                    true
                                )

                             deflated.Write(bytes, 0, bytes.Length))

                            packed.Position <- 0L

                            use stream =
                                new Compression.DeflateStream(packed, Compression.CompressionMode.Decompress)

                            Expect.isError (Npy.read64 stream) shape)

                    Expect.isLessThan seekable 1_000_000L $"%s{shape} %s{descr}"
                    Expect.isLessThan piped 64_000_000L $"%s{shape} %s{descr}, piped"

            // A length of the header itself that the file does not have.
            let lie =
                Array.concat [
                    [| 0x93uy |]
                    "NUMPY"B
                    [| 2uy; 0uy |]
                    BitConverter.GetBytes 0x7FFFFFFF
                    "{}"B
                ]

            Expect.isLessThan (measured (fun () -> Expect.isError (read lie) "a lie")) 1_000_000L "its header"

        testCase "a long header is read in time linear in its length"
        <| fun () ->
            // A quadratic reader takes minutes for these.
            for text in
                [
                    "{'descr': '<f4', 'fortran_order': False, 'shape': (2,3)"
                    "{'descr': '<f4', 'fortran_order': False, 'shape': (2,3),"
                    "{'descr': '<f4',"
                    "{"
                ] do
                file 2 (text.PadRight 1_000_000) [||] |> says "damaged"

            file 2 ("{'descr': '<f4', 'fortran_order': False, 'shape': (" + String('1', 1_000_000)) [||]
            |> says "damaged"

            file 2 ((dictionary "<f8" "False" "6,").PadRight 1_000_000) (little BitConverter.GetBytes six)
            |> wants 6 1 six

            file 2 ((dictionary "<f8" "False" "6,").PadRight 2_000_000) [||] |> says "bytes, and one of"
    ]
