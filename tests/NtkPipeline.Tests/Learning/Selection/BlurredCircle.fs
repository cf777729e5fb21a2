/// Rows whose labels are a matter of curvature.
module NtkPipeline.Tests.BlurredCircle

open System
open NtkPipeline.Core
open NtkPipeline.Tests.Matrices

/// A circle that noise blurs: a matter of curvature, so a linear kernel must lose. Some rows come twice.
let x =
    let rows = normal 1 120 3
    Matrix.gatherRows (Array.append [| 0..119 |] [| 0..19 |]) rows

let y =
    let random = Random 2
    let noise = Array.init 120 (fun _ -> 0.3 * (random.NextDouble() - 0.5))

    Array.init 140 (fun i ->
        let row = i % 120

        if x[row, 0] * x[row, 0] + x[row, 1] * x[row, 1] + noise[row] > 1.2 then
            1.0
        else
            -1.0)

/// Leave-one-out on a coarse path of ridges; no training times.
let settings: SelectionSettings = {
    Ridges = {
        Smallest = 1e-2
        Largest = 10.0
        PointsPerDecade = 2
        ChooseBy = RidgeChoice.LeaveOneOut
    }
    Times = [||]
    Folds = 4
    HoldOut = 0.25
    Seed = Seed.root 1UL
    IsSingle = false
}
