/// A small problem of learning a kernel, and its objective by other means.
module NtkPipeline.Tests.LearnSamples

open System
open Expecto
open MathNet.Numerics.LinearAlgebra
open NtkPipeline.Core
open NtkPipeline.Tests.KernelSamples

let inputs (seed: int) rows columns =
    let random = Random seed
    Matrix.init rows columns (fun _ _ -> MathNet.Numerics.Distributions.Normal.Sample(random, 0.0, 1.0))

let x = inputs 1 40 3

let y =
    let random = Random 2
    Matrix.init 40 2 (fun i k -> if k = 0 then sin (2.0 * x[i, 0]) + 0.3 * x[i, 1] else random.NextDouble())

let problem by texts : LearnProblem = {
    Kind = KernelKind.Ntk
    Networks = texts |> List.map Networks.parse
    X = x
    Views = []
    Y = y
    By = by
    StartRidge = RidgeValue.Relative 0.1
}

let one = [ "dense 8 w=1.2 b=0.3 | relu | dense 8 b=0.2 | erf | dense 1 b=0.1" ]
let two = one @ [ "dense 8 | gelu | dense 1" ]
let objective problem = Expect.wantOk (LearnKernel.objective problem) "an objective"
let settings: LearnSettings = { Tolerance = 1e-5; MostSteps = 60 }
let learn problem = Expect.wantOk (LearnKernel.learn settings (fun _ _ -> ()) problem) "learned"

let anywhere = Array.create 2 (-infinity, infinity)

/// What the objective is of a kernel matrix, by MathNet's factorisations.
let naive by (k: Matrix<float>) ridge =
    let a = shifted ridge k

    let columns = [
        for c in 0 .. y.Columns - 1 -> Vector<float>.Build.Dense(y.Rows, fun i -> y[i, c])
    ]

    match by with
    | LearnBy.Likelihood ->
        let cholesky = a.Cholesky()

        columns
        |> List.averageBy (fun y ->
            0.5 * (y * cholesky.Solve y + cholesky.DeterminantLn + float x.Rows * log (2.0 * Math.PI)))
        |> fun sum -> sum / float x.Rows
    | LearnBy.LeaveOneOut ->
        let g = a.Inverse()

        columns
        |> List.averageBy (fun y ->
            (g * y).PointwiseDivide(g.Diagonal()).PointwisePower(2.0).Sum() / float x.Rows)

let gram text = Expect.wantOk (Gram.ntk64 (Networks.parse text) x None) text
