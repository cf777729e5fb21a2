/// Tiles as one array, and rows to make them of.
module NtkPipeline.Tests.TileSamples

open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.Matrices

let rows seed count columns = RowSource.ofMatrix (random seed count columns)
let single (m: Matrix<float>) = RowSource.ofMatrix (Matrix.map float32 m)
let ok result = Expect.wantOk result "no refusal"
let array tiles = ok (KernelTiles.toArray tiles)

let gap (a: float[]) (b: float[]) =
    let largest = b |> Array.map abs |> Array.max
    (Array.map2 (fun p q -> abs (p - q)) a b |> Array.max) / largest
