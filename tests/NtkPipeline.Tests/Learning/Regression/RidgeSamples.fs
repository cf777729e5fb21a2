/// A problem of 80 rows, and its path of ridges.
module NtkPipeline.Tests.RidgeSamples

open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.KernelSamples

let settings: RidgeSettings = {
    Smallest = 1e-3
    Largest = 10.0
    PointsPerDecade = 2
    ChooseBy = RidgeChoice.CrossValidation
}

let decompose kernel = Expect.wantOk (Spectrum.decompose "the kernel" kernel) "it is a kernel"
let all = points 120
let xs, zs = all[..79], all[80..]

let problem: RidgeProblem =
    // A constant factor, so that relative and absolute ridges differ.
    let scaled = Matrix.map ((*) 3.0)
    let kernel = kernelOf xs xs |> scaled

    {
        Train = KernelMatrix.Double kernel
        Spectrum = decompose (KernelMatrix.Double kernel)
        Targets = targets xs
        Coding = TargetCoding.PlusMinus
        Folds = Array.init xs.Length (fun i -> i * 7 % 5)
        Validation = kernelOf zs xs |> scaled |> KernelMatrix.Double
        ValidationTargets = (targets all)[80..]
    }

let kernel =
    match problem.Train with
    | KernelMatrix.Double m -> m
    | KernelMatrix.Single m -> Matrix.map float m

let y = problem.Targets
let fit settings problem = Expect.wantOk (RidgeClassifier.fit settings problem) "it can be solved"
let fitted = lazy (fit settings problem)

let known pick (point: RidgePoint) = Expect.wantSome (pick point) "two classes, and folds"

/// Each point of the path against a number computed another way; the tolerance is relative above 1.
let onPath tolerance message (pick: RidgePoint -> float) (naive: float -> float) =
    let expected = fitted.Value.Path |> Array.map (fun point -> naive point.Ridge)
    let scaled = Array.map2 (fun scale x -> x / max 1.0 (abs scale)) expected
    wantClose tolerance message (fitted.Value.Path |> Array.map pick |> scaled) (scaled expected)

let sign (values: float[]) = values |> Array.map (fun x -> if x > 0.0 then 1.0 else -1.0)

let share (f: float[]) = Array.map2 (fun a b -> if a = b then 1.0 else 0.0) (sign f) y |> Array.average
