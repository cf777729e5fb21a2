module NtkPipeline.Tests.RidgeRefinementTests

open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.KernelSamples

let private xs = points 70
let private kernel = KernelMatrix.Double(roughKernelOf xs xs)
let private spectrum = lazy (Expect.wantOk (Spectrum.decompose "K" kernel) "a kernel")

let private y =
    let labels = targets xs
    Matrix.init 70 2 (fun i k -> if k = 0 then labels[i] else sin (3.0 * xs[i][1]) + 0.5 * labels[69 - i])

let private coarse choice : RidgeSettings = {
    Smallest = 1e-3
    Largest = 1e3
    PointsPerDecade = 1
    ChooseBy = choice
}

let private fit source = Expect.wantOk (RidgeFit.fit "K" source None kernel y) "it solves"

let private scores: (RidgeChoice * (RidgePoint -> float) * (RidgeSlopes -> ScoreSlope)) list = [
    RidgeChoice.LeaveOneOut, _.LooError, _.LooError
    RidgeChoice.Gcv, _.Gcv, _.Gcv
    RidgeChoice.Likelihood, (fun point -> -(Expect.wantSome point.LogLikelihood "a density")), _.LogLikelihood
]

let tests =
    testList "RidgeRefinement" [
        for choice, score, slope in scores do
            let name = RidgeChoice.print choice

            testCase $"by %s{name}, the refined ridge is stationary, and nowhere beside it is the score less"
            <| fun () ->
                let grid, refined =
                    fit (RidgeSource.Selected(coarse choice)), fit (RidgeSource.Refined(coarse choice))

                let ridge = refined.Chosen.Ridge
                Expect.equal refined.Stationary (Some ridge) "between the grid's"
                Expect.equal refined.Points.Length (grid.Points.Length + 1) "one more point"
                Expect.equal refined.Points (Array.sortBy _.Ridge refined.Points) "in order"
                Expect.isLessThan (score refined.Chosen) (score grid.Chosen) "better than the grid's best"

                wantClose 1e-9 "α" refined.Coefficients.Values[..1] [|
                    for k in 0..1 -> (solve ridge (roughKernelOf xs xs) (RidgePath.column k y))[0]
                |]

                let fine = {
                    coarse choice with
                        Smallest = refined.Chosen.RelativeRidge * 0.9
                        Largest = refined.Chosen.RelativeRidge * 1.1
                        PointsPerDecade = 1000
                }

                let fine = fit (RidgeSource.Selected fine)
                let least = score fine.Chosen

                Expect.isLessThanOrEqual
                    (score refined.Chosen)
                    (least + 1e-13 * abs least)
                    $"less than %d{fine.Points.Length} beside it"

                let step = 10.0 ** 0.001
                Expect.isLessThan (fine.Chosen.Ridge / ridge) step "beside it"
                Expect.isLessThan (ridge / fine.Chosen.Ridge) step "beside it"
                use _ = TorchSharp.torch.NewDisposeScope()
                let slopes = RidgeGradient.along spectrum.Value y 1.0
                let rise factor = (slopes (factor * ridge) |> slope).ByRidge
                Expect.isLessThan (abs (rise 1.0)) (1e-9 * abs (rise 1.01)) "no slope"

        testCase "the scores that slopes are of are those of the path, over all outputs"
        <| fun () ->
            let point = (fit (RidgeSource.Given 0.37)).Chosen
            use _ = TorchSharp.torch.NewDisposeScope()
            let slopes = RidgeGradient.along spectrum.Value y 1.0 0.37

            for _, score, slope in scores do
                let value = (slope slopes).Value
                wantClose (1e-11 * abs value) "the same" [| abs value |] [| abs (score point) |]

        testCase "at the grid's end nothing is refined, and a score that has no derivative is refused"
        <| fun () ->
            let far = { coarse RidgeChoice.LeaveOneOut with Smallest = 1e4; Largest = 1e6 }
            Expect.equal (fit (RidgeSource.Refined far)) (fit (RidgeSource.Selected far)) "as it was"
            let near = { coarse RidgeChoice.Gcv with Smallest = 1e-9; Largest = 1e-7 }
            Expect.equal (fit (RidgeSource.Refined near)).Stationary None "at the other end"

            for choice in
                [
                    RidgeChoice.LeaveOneOutAccuracy
                    RidgeChoice.CrossValidation
                    RidgeChoice.CrossValidationAccuracy
                ] do
                RidgeFit.fit "K" (RidgeSource.Refined(coarse choice)) None kernel y
                |> wantRefusal [ RidgeChoice.print choice; "derivative" ]

        testCase "between any three points of a grid the turn is found, however the score bends"
        <| fun () ->
            // Two clusters of near rows and targets of two sizes: the score has more than one valley on such kernels.
            for seed in 1..40 do
                let random = System.Random seed

                let xs =
                    Array.init 12 (fun i -> [| random.NextDouble() * (if i < 6 then 0.01 else 3.0); 0.0 |])

                let k = KernelMatrix.Double(kernelOf xs xs)
                let y = Matrix.init 12 1 (fun i _ -> random.NextDouble() - 0.5 + (if i < 6 then 2.0 else 0.0))

                for choice, score, _ in scores do
                    let fit source = Expect.wantOk (RidgeFit.fit "K" source None k y) "it solves"
                    let grid = fit (RidgeSource.Selected(coarse choice))
                    let refined = fit (RidgeSource.Refined(coarse choice))

                    let isEnd =
                        grid.Chosen.Ridge = grid.Points[0].Ridge || grid.Chosen = Array.last grid.Points

                    Expect.isTrue (isEnd || refined.Stationary.IsSome) $"seed %d{seed}: found"
                    Expect.isLessThanOrEqual (score refined.Chosen) (score grid.Chosen) "never worse"
    ]
