/// Made-up kernels for the tests of regression.
module NtkPipeline.Tests.KernelSamples

open System
open Expecto
open MathNet.Numerics.LinearAlgebra
open NtkPipeline.Core

/// The kernel exp(−‖x − z‖²/2) of random points of the plane: positive definite, with a fast declining spectrum.
let points count =
    let random = Random 11
    Array.init count (fun _ -> [| 4.0 * random.NextDouble(); 4.0 * random.NextDouble() |])

let private squaredDistance (x: float[]) (z: float[]) =
    Array.map2 (fun a b -> (a - b) ** 2.0) x z |> Array.sum

let kernelOf (xs: float[][]) (zs: float[][]) =
    Matrix.init xs.Length zs.Length (fun i j -> exp (-0.5 * squaredDistance xs[i] zs[j]))

/// The kernel exp(−‖x − z‖), whose spectrum declines slowly.
let roughKernelOf (xs: float[][]) (zs: float[][]) =
    Matrix.init xs.Length zs.Length (fun i j -> exp (-sqrt(squaredDistance xs[i] zs[j])))

/// ±1, by a curve through the plane and some noise.
let targets (xs: float[][]) =
    let random = Random 12

    xs
    |> Array.map (fun x ->
        let sign = if sin (2.0 * x[0]) + x[1] - 2.0 > 0.0 then 1.0 else -1.0
        if random.NextDouble() < 0.1 then -sign else sign)

/// A MathNet matrix: the tests' second witness shares no code with LibTorch.
let dense (m: Matrix<float>) = Matrix<float>.Build.DenseOfRowMajor(m.Rows, m.Columns, m.Values)

let shifted (ridge: float) (m: Matrix<float>) = dense m + ridge * Matrix<float>.Build.DenseIdentity m.Rows

/// (K + λI)⁻¹ y by LU.
let solve ridge (m: Matrix<float>) (y: float[]) =
    (shifted ridge m).Solve(Vector<float>.Build.Dense y).ToArray()

let dot (a: float[]) (b: float[]) = Array.map2 (*) a b |> Array.sum

/// f at rows that were left out, of a regression fitted on the rows kept.
let heldOut ridge (m: Matrix<float>) (y: float[]) (out: int[]) =
    let kept = [| 0 .. y.Length - 1 |] |> Array.except out
    let alpha = solve ridge (Matrix.gather kept kept m) (kept |> Array.map (fun i -> y[i]))
    let cross = Matrix.gather out kept m
    out |> Array.mapi (fun k _ -> dot ((Matrix.row k cross).ToArray()) alpha)

let decompose (m: Matrix<float>) = Expect.wantOk (Spectrum.decompose "K" (KernelMatrix.Double m)) "a kernel"

let wantClose (tolerance: float) (message: string) (actual: float[]) (expected: float[]) =
    Expect.equal actual.Length expected.Length message
    let gap = Array.map2 (fun (a: float) b -> abs (a - b)) actual expected |> Array.max
    Expect.isLessThanOrEqual gap tolerance message

let wantRefusal (fragments: string list) (result: Result<'a, PipelineError>) =
    match result with
    | Ok _ -> failtest "it was not refused"
    | Error error ->
        for fragment in fragments do
            Expect.stringContains error.Sentence fragment "the sentence names it"
