/// Rows, targets and a call of `solve` on them.
module NtkPipeline.Tests.SolveCall

open System
open System.IO
open Expecto
open NtkPipeline.Core
open NtkPipeline.Runtime

let file folder name = Path.Combine(folder, name)

let write folder name rows columns (entry: int -> int -> float) =
    Expect.wantOk
        (SourceFile.writeValue (file folder name) Codec.matrix64 (Matrix.init rows columns entry))
        "written"

/// 150 rows of norm √5, their targets, and 20 rows to predict.
let prepare folder =
    let random = Random 1
    let rows count = Array.init count (fun _ -> Array.init 5 (fun _ -> random.NextDouble() - 0.5))

    let scale (row: float[]) =
        let norm = sqrt (Array.sumBy (fun x -> x * x) row)
        row |> Array.map (fun x -> x * sqrt 5.0 / norm)

    let x, z = rows 150 |> Array.map scale, rows 20 |> Array.map scale
    write folder "x.npy" 150 5 (fun i j -> x[i][j])
    write folder "z.npy" 20 5 (fun i j -> z[i][j])
    write folder "y.npy" 150 1 (fun i _ -> if x[i][0] + x[i][1] > 0.0 then 1.0 else -1.0)

let solve folder extra =
    [
        "solve"
        "--network"
        "repeat(2, dense 64 w=1.4142135 | relu) | dense 1"
        "--x"
        file folder "x.npy"
        "--y"
        file folder "y.npy"
        "--ridge"
        "0.1rel,1rel"
        "--out"
        file folder "out.npy"
    ]
    @ extra
