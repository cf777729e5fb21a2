/// float32 rows for `kernel`.
module NtkPipeline.Tests.SingleRows

open System
open System.IO
open NtkPipeline.Core

let random (seed: int) rows columns =
    let random = Random seed
    Matrix.init rows columns (fun _ _ -> float32 (random.NextDouble() - 0.5))

let save (path: string) (m: Matrix<float32>) =
    use file = File.Create path
    Npy.write file m
