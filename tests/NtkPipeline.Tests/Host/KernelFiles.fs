/// NumPy files for the tests of commands, and the oracle's numbers.
module NtkPipeline.Tests.KernelFiles

open System.IO
open System.Text.Json
open Expecto
open NtkPipeline.Core

let write (folder: string) (name: string) (m: Matrix<float>) =
    let path = Path.Combine(folder, $"%s{name}.npy")
    use file = File.Create path
    Npy.write file m
    path

let writeVector (folder: string) (name: string) (values: float[]) =
    let path = Path.Combine(folder, $"%s{name}.npy")
    use file = File.Create path
    Npy.writeShaped file [| values.Length |] values
    path

/// The values of a file, in C order, whatever its shape.
let values (path: string) : float[] =
    let bytes = File.ReadAllBytes path
    let start = 10 + int (System.BitConverter.ToUInt16(bytes, 8))
    Array.init ((bytes.Length - start) / 8) (fun k -> System.BitConverter.ToDouble(bytes, start + 8 * k))

/// A file's shape as its header has it: "5, 2" or "5,".
let shape (path: string) : string =
    let bytes = File.ReadAllBytes path

    let header =
        System.Text.Encoding.ASCII.GetString(bytes, 10, int (System.BitConverter.ToUInt16(bytes, 8)))

    (header.Split('(')[1]).Split(')')[0]

/// A float64 or float32 file as float64.
let load (path: string) =
    use file = File.OpenRead path
    Expect.wantOk (Npy.read64 file) path

/// A float32 file of small whole numbers.
let array (path: string) rows columns =
    use file = File.Create path
    Npy.write file (Matrix.init rows columns (fun i j -> float32 (i + j)))

/// The last line of stdout.
let json (answer: Ntk.Answer) : JsonElement =
    let line = answer.Output.TrimEnd().Split('\n') |> Array.last
    (JsonDocument.Parse line).RootElement

/// A call with --json that must end well: its last line.
let wantJson arguments : JsonElement = Ntk.wantDone (arguments @ [ "--json" ]) |> json

let real (name: string) (json: JsonElement) = (json.GetProperty name).GetDouble()

/// fixtures/kernels.json: an outside oracle's numbers, made with mpmath.
let private oracle =
    lazy
        (let text = File.ReadAllText(Clone.path "tests/NtkPipeline.Tests/fixtures/kernels.json")
         (JsonDocument.Parse text).RootElement.GetProperty "dynamics")

let get (name: string) (element: JsonElement) = element.GetProperty name
let items (element: JsonElement) = element.EnumerateArray() |> Array.ofSeq
let numbers element = items element |> Array.map _.GetDouble()

let matrix element =
    let rows = items element |> Array.map numbers
    Matrix.ofRows rows[0].Length rows

let text (name: string) element = nonNull ((get name element).GetString())
let dynamics () = oracle.Value
let problem () = get "problems" oracle.Value |> items |> Array.exactlyOne
let columns (chosen: int[]) (m: Matrix<float>) = Matrix.gather [| 0 .. m.Rows - 1 |] chosen m

/// (training, test × training) kernels of one kind, a ridge relative to the mean diagonal added to the first.
let kernels kind (relative: float) =
    let all = problem () |> get $"%s{kind}_all" |> matrix
    let train, test = [| 0..9 |], [| 10..14 |]
    let own = Matrix.gather train train all
    let mean = Array.average (Array.init 10 (fun i -> own[i, i]))
    let ridged = Matrix.init 10 10 (fun i j -> own[i, j] + if i = j then relative * mean else 0.0)
    ridged, Matrix.gather test train all, relative * mean
