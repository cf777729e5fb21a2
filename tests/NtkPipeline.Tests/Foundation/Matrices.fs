/// Matrices that tests draw, and how they are compared.
module NtkPipeline.Tests.Matrices

open System
open Expecto
open NtkPipeline.Core

/// Entries between −1 and 1.
let random (seed: int) rows columns =
    let random = Random seed
    Matrix.init rows columns (fun _ _ -> 2.0 * random.NextDouble() - 1.0)

/// Standard normal entries.
let normal (seed: int) rows columns =
    let random = Random seed
    Matrix.init rows columns (fun _ _ -> MathNet.Numerics.Distributions.Normal.Sample(random, 0.0, 1.0))

/// Bitwise, so that nan, −0.0 and infinities must survive too.
let bits (m: Matrix<float>) = m.Rows, m.Columns, m.Values |> Array.map BitConverter.DoubleToInt64Bits

/// The largest difference between entries.
let gap (a: Matrix<float>) (b: Matrix<float>) =
    Expect.equal (a.Rows, a.Columns) (b.Rows, b.Columns) "shapes"
    Array.map2 (fun x y -> abs (x - y)) a.Values b.Values |> Array.fold max 0.0
