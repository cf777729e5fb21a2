/// The readers of files of numbers: arrays, archives and what the store keeps.
module NtkPipeline.Tests.ArrayReaders

open System.IO
open NtkPipeline.Core
open NtkPipeline.Runtime
open NtkPipeline.Tests.Mutation
open NtkPipeline.Tests.Reader

let private written (codec: Codec<'a>) (value: 'a) : byte[] =
    use stream = new MemoryStream()
    codec.Write stream value
    stream.ToArray()

let private ofCodec name (values: 'a list) tokens (codec: Codec<'a>) =
    create name (values |> List.map (written codec)) tokens (fun bytes -> codec.Read(new MemoryStream(bytes)))

/// A stream that tells neither its length nor its place, as those of an archive's parts.
type private Pipe(bytes: byte[]) =
    inherit Stream()
    let source = new MemoryStream(bytes)
    override _.CanRead = true
    override _.CanSeek = false
    override _.CanWrite = false
    override _.Length = raise (System.NotSupportedException())

    override _.Position
        with get () = raise (System.NotSupportedException())
        and set _ = raise (System.NotSupportedException())

    override _.Flush() = ()
    override _.Read(buffer: byte[], offset: int, count: int) = source.Read(buffer, offset, min count 1000)
    override _.Seek(_, _) = raise (System.NotSupportedException())
    override _.SetLength _ = raise (System.NotSupportedException())
    override _.Write(_: byte[], _: int, _: int) = raise (System.NotSupportedException())

let private header (version: byte) (text: string) (body: byte[]) =
    let text = utf8 text
    let length = if version = 1uy then 2 else 4

    Array.concat [
        [| 0x93uy; 'N'B; 'U'B; 'M'B; 'P'B; 'Y'B; version; 0uy |]
        (System.BitConverter.GetBytes text.Length)[.. length - 1]
        text
        body
    ]

let private arrays = [
    written Codec.matrix64 (Matrices.normal 1 3 2)
    written Codec.matrix32 (Matrix.map float32 (Matrices.normal 1 3 2))
    written Codec.vector [| 1.0; nan; -0.0 |]
    header 2uy "{'descr': '>i8', 'fortran_order': True, 'shape': (2, 2), }\n" (Array.zeroCreate 32)
    header 3uy "{'descr': '|b1', 'fortran_order': False, 'shape': (3,), }\n" [| 0uy; 1uy; 1uy |]
    header 1uy "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 1, 3), }\n" (Array.zeroCreate 24)
    header 1uy "{'descr': '<u2', 'fortran_order': False, 'shape': (), }\n" [| 1uy; 0uy |]
]

let private words = [
    "'descr': "
    "'fortran_order': "
    "'shape': "
    "True"
    "False"
    "'<f8'"
    "'>f4'"
    "'<f2'"
    "'|u1'"
    "'<c16'"
    "'|O'"
    "(3, 2)"
    "(65536, 65536)"
    "(99999999999,)"
    "(1,"
    "(65536, 65536, 65536)"
    "\\x41"
    "L"
    "0x10"
    "#"
]

let all: Reader list = [
    create ".npy" arrays words (fun bytes -> Npy.readAny (new MemoryStream(bytes)))
    create ".npy as float64, of a stream" arrays words (fun bytes -> Npy.read64 (new Pipe(bytes)))
    create ".npy as float32" arrays words (fun bytes -> Npy.read32 (new MemoryStream(bytes)))
    create ".npy of three dimensions" arrays words (fun bytes ->
        Npy.readLayoutUpTo 3 (new MemoryStream(bytes)))
    create ".npy dimensions" arrays words (fun bytes -> Npy.dimensions (new MemoryStream(bytes)))
    ofCodec
        ".npy float16"
        [
            Matrix.create 2 2 [| for k in 1..4 -> System.Half.CreateSaturating(float k) |]
        ]
        words
        Codec.matrix16
    ofCodec
        ".npz spectrum"
        [ { Computed = [| 2.0; 1.0 |]; Vectors = Matrices.normal 3 2 2 } ]
        ("vectors.npy" :: "PK" :: words)
        Spectrum.codec
    ofCodec
        "tweets of the store"
        [ [||] ]
        [ "id,keyword,location,text,target\n"; "1,,,a,1\n" ]
        TweetTable.codec
    ofCodec
        "run record"
        [
            {
                Recipe = {
                    Stage = "fit"
                    Version = 1
                    Schema = "s/1"
                    Settings = "{A = 1}"
                    Inputs = [| { Origin = "x"; Digest = "00" } |]
                    Seed = Some 3UL
                }
                Output = "ab"
                Extension = "npy"
                Bytes = 10L
                Seconds = 0.5
                Processor = Some 0.25
            }
        ]
        [ "\"recipe\": "; "\"seed\": "; "{\"stage\": \"a\"}" ]
        RunRecordFile.codec
]
