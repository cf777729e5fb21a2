/// A kernel of 300 rows, written tile by tile.
module NtkPipeline.Tests.TileFiles

open System
open System.IO
open Expecto
open NtkPipeline.Core
open NtkPipeline.Runtime

let random (seed: int) rows columns =
    let random = Random seed
    Matrix.init rows columns (fun _ _ -> random.NextDouble() - 0.5)

let network = Networks.parse "dense 8 b=0.1 | erf | dense 1"
let x = random 1 300 4

let analytic side other =
    Expect.wantOk (AnalyticTiles.double KernelKind.Ntk network side (RowSource.ofMatrix x) other) "tiles"

let recipe (text: string) = Digest.ofParts [ text ]

/// Writes, and gives what was told.
let write path name tiles =
    let told = ResizeArray<int * int>()
    let tell = Action<int, int>(fun finished total -> told.Add((finished, total)))
    Expect.wantOk (KernelFile.writeNoting 0L path (recipe name) tell tiles) "written"
    List.ofSeq told

let bytes (m: Matrix<'t>) (codec: Codec<Matrix<'t>>) =
    use stream = new MemoryStream()
    codec.Write stream m
    stream.ToArray()

let files folder = Directory.GetFiles folder |> Array.map Path.GetFileName |> Array.sort |> List.ofArray
