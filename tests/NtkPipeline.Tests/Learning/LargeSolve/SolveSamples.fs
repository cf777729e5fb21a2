/// A problem of 300 rows and two outputs, and how it is solved.
module NtkPipeline.Tests.SolveSamples

open System
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.Matrices

let network = Networks.parse "dense 8 w=1.4 b=0.1 | relu | dense 8 w=1.4 | relu | dense 1"

let x, z = normal 1 300 6, normal 2 40 6

/// Two outputs: a curve and noise.
let y =
    let random = Random 3
    Matrix.init 300 2 (fun i k -> if k = 0 then sin x[i, 0] + x[i, 1] else random.NextDouble() - 0.5)

let problem: SolveProblem = {
    Kind = KernelKind.Ntk
    Network = network
    IsSingle = false
    X = x
    Y = y
    Ridges = [| 0.01; 1.0 |]
    IsRelative = true
    Asked = Some z
}

let settings: SolveSettings = {
    Method = Some SolveMethod.Gradients
    Rank = 60
    Gradients = { Tolerance = 1e-12; MostSteps = 500 }
    Memory = 1_000_000_000L
    HoldsEntries = true
    Seed = Seed.root 1UL
}

let by solveMethod = { settings with Method = solveMethod }
let attempt settings problem = LargeSolve.solve settings ignore None problem
let solved settings problem = Expect.wantOk (attempt settings problem) "it can be solved"
