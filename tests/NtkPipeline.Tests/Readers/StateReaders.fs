/// The readers of what a run keeps to go on from or to answer with, and of archives of arrays.
module NtkPipeline.Tests.StateReaders

open System
open System.IO
open System.IO.Compression
open System.Threading
open NtkPipeline.Core
open NtkPipeline.Runtime
open NtkPipeline.Tests.Reader

let private written (codec: Codec<'a>) (value: 'a) : byte[] =
    use stream = new MemoryStream()
    codec.Write stream value
    stream.ToArray()

let private kept name (value: 'a) (codec: Codec<'a>) (tokens: string list) =
    create
        name
        [ written codec value ]
        ("PK\x01\x02" :: "PK\x05\x06" :: ".npy" :: ".json" :: tokens)
        (fun bytes -> codec.Read(new MemoryStream(bytes)))

let private row seed columns = Matrix.map float32 (Matrices.normal seed 1 columns)

let private trained: HeldOutNetwork = {
    Path = {
        Outputs = Matrix.map float32 (Matrices.normal 1 2 3)
        Movement = [| 0.0; 0.5 |]
        Diverged = None
    }
    Initial = row 2 5
    Final = row 3 5
    AlignmentWithTargets = [| 0.1; 0.2 |]
    AlignmentWithInitial = [| 1.0; 0.9 |]
}

let private tuned: TuningState = {
    Method = TuningMethod.Lora 3
    Epoch = 1
    Steps = 7
    Head = { Weights = [| 0.5f; -1.0f |]; Bias = 0.25f }
    Parameters = row 4 6
    First = row 5 6
    Second = row 6 6
    Losses = [| 0.1 |]
}

let private checkpoint: CheckpointHead * Matrix<float> =
    { Recipe = "00"; Iteration = 3; Rho = [| 0.5 |]; Trace = [| 1.0; 0.5 |] }, Matrices.normal 7 3 4

/// An archive as NumPy writes it (`savez`, `savez_compressed`).
let archive (level: CompressionLevel) (arrays: (string * byte[]) list) : byte[] =
    use stream = new MemoryStream()

    (use archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen = true)

     for name, bytes in arrays do
         use entry = archive.CreateEntry(name + ".npy", level).Open()
         entry.Write(ReadOnlySpan bytes))

    stream.ToArray()

let private array seed = written Codec.matrix64 (Matrices.normal seed 3 2)

let private archives = [
    archive CompressionLevel.NoCompression [ "a", array 1 ]
    archive CompressionLevel.Optimal [ "a", array 2 ]
    archive CompressionLevel.Optimal [ "a", array 3; "b", array 4 ]
]

/// A file that is written once for a thread and again for each input, and goes with the process.
let private path =
    new ThreadLocal<string>(fun () ->
        let folder = Directory.CreateTempSubdirectory("ntk-readers-").FullName
        AppDomain.CurrentDomain.ProcessExit.Add(fun _ -> Directory.Delete(folder, true))
        Path.Combine(folder, "x.npz"))

let private readArchive (bytes: byte[]) =
    File.WriteAllBytes(path.Value, bytes)
    let name = if bytes.Length % 2 = 0 then path.Value else path.Value + ":a"
    SourceFile.readNpy name |> sentence |> Result.mapError _.Replace(path.Value, "")

let all: Reader list = [
    create ".npz of arrays" archives [ "PK\x01\x02"; "PK\x05\x06"; "a.npy"; "'shape': " ] readArchive
    kept "network weights" trained HeldOutNetwork.codec [ "'shape': (1, 5)"; "[]" ]
    kept "fine-tuning checkpoint" tuned TuningState.codec [
        "\"method\": "
        "\"epoch\": 1"
        "'shape': (0, 6)"
    ]
    kept "solve checkpoint" checkpoint SolveRun.codec [ "\"rho\": []"; "\"iteration\": "; "'shape': (3, 4)" ]
]
