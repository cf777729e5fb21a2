module NtkPipeline.Tests.BiasStopsTests

open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests

let private count, other = 20, 60

let private ridges =
    lazy
        (let xs, zs = KernelSamples.points count, KernelSamples.points (count + other)
         let zs = zs[count..]
         let kernel = KernelSamples.roughKernelOf xs xs
         let y = KernelSamples.targets xs
         let cross = KernelSamples.roughKernelOf zs xs
         kernel, cross, y, BiasStops.ridges (KernelSamples.decompose kernel) 1.0 cross y)

let private path kind steps (outputs: float[][]) : BiasPath = {
    Kind = kind
    Loss = Loss.SquaredError
    Width = 64
    Member = 0
    Steps = Array.last steps
    Points =
        Array.map2
            (fun step f -> {
                Step = step
                Loss = 0.1
                Travel = 1.0
                LeastMargin = 0.0
                Fitted = [||]
                Outputs = f
            })
            steps
            outputs
    LeastTravel = None
    OwnSolution = None
}

let tests =
    testList "BiasStops" [
        testCase "the grid's functions are ridge regressions, and each is nearest to its own λ"
        <| fun () ->
            let kernel, cross, y, ridges = ridges.Force()

            for k in [ 0; 60; 100 ] do
                let alpha = KernelSamples.solve ridges.Relative[k] kernel y
                let f = Array.init other (fun i -> KernelSamples.dot ((Matrix.row i cross).ToArray()) alpha)
                KernelSamples.wantClose 1e-7 "ridge" ridges.Outputs[k] f
                let ridge, gap = BiasStops.nearest ridges ridges.Outputs[k]
                Expect.equal (ridge, gap) (ridges.Relative[k], 0.0) "found again"

        testCase
            "functions that are ridges at theory's λ correlate fully, at its inverse they do not, and stay as long as none"
        <| fun () ->
            let _, _, _, ridges = ridges.Force()
            let places = [| 96; 84; 72; 60; 48 |]
            let theory = places |> Array.map (fun k -> 2.0 * ridges.Relative[k])
            let at (places: int[]) = places |> Array.map (fun k -> [| ridges.Outputs[k]; ridges.Outputs[k] |])
            let correlation functions = BiasStops.correlation 100 (Seed.root 1UL) ridges theory functions
            let full = correlation (at places)
            KernelSamples.wantClose 1e-9 "1" [| full.Value; full.Lower; full.Upper |] [| 1.0; 1.0; 1.0 |]
            Expect.isLessThan (correlation (at (Array.rev places))).Upper -0.99 "−1"
            Expect.equal (correlation (at (Array.create 5 60))).Value 0.0 "one λ for all times"

        testCase "descent on the kernel itself is nearest to λ = N/(ηt), and falls as 1/t"
        <| fun () ->
            let kernel, cross, y, ridges = ridges.Force()
            let spectrum = KernelSamples.decompose kernel
            let largest, n = spectrum.Computed[0], count
            let steps = [| 2; 4; 8; 16; 32 |]
            let zero rows = Matrix.create rows 1 (Array.zeroCreate<float> rows)

            let functions =
                steps
                |> Array.map (fun step ->
                    let rate = 0.5 * float n / largest
                    let training = [ Training.descent rate (int64 step * 1L<step>) ]
                    let trained = ClosedForm.train spectrum (zero n) (Matrix.create n 1 y) training
                    let trained = Expect.wantOk (trained |> Result.mapError _.Sentence) "trained"
                    (ClosedForm.predict (KernelMatrix.Double cross) (zero other) trained[0]).Values)

            let found =
                BiasStops.ofPaths 100 (Seed.root 1UL) ridges largest 0.5 OptimiserKind.Descent [|
                    path OptimiserKind.Descent steps functions
                |]

            let found = Expect.wantSome found "followed"

            Expect.isGreaterThanOrEqual found.Undecided 3 "enough times"

            for stop in Array.truncate found.Undecided found.Stops do
                Expect.isTrue
                    (stop.Ridge / stop.Theory > 0.25 && stop.Ridge / stop.Theory < 1.0)
                    $"%g{stop.Ridge / stop.Theory}"

                Expect.isLessThan stop.Gap 0.15 "near"

            Expect.isGreaterThan (Expect.wantSome found.Correlation "correlates").Lower 0.95 "correlation"
            let fit = Expect.wantSome found.Fit "a law"
            Expect.isTrue (fit.Slope < -1.0 && fit.Slope > -1.4) $"%g{fit.Slope}"
            let adam = [| path OptimiserKind.Adam steps functions |]

            Expect.isNone
                (BiasStops.ofPaths 100 (Seed.root 1UL) ridges largest 0.5 OptimiserKind.Adam adam)
                "no time"

        testCase "the heavy ball's time is the sum of its weights"
        <| fun () ->
            for steps in [ 1; 2; 7 ] do
                let summed = Seq.sum (seq { for i in 1..steps -> (1.0 - 0.9 ** float i) / 0.1 })
                let time = Expect.wantSome (OptimiserKind.time OptimiserKind.Momentum steps) "linear"
                Expect.floatClose Accuracy.high time summed "Σ"

            Expect.equal (OptimiserKind.time OptimiserKind.Sgd 7) (Some 7.0) "plain"

        testCase "distances and angles are what their names say"
        <| fun () ->
            let rows = [| 0; 1 |]

            KernelSamples.wantClose 1e-9 "numbers" [|
                BiasMeasures.distance rows [| 3.0; 4.0 |] [| 0.0; 4.0 |]
                BiasMeasures.angle rows [| 1.0; 1.0 |] [| 2.0; 0.0 |]
                BiasMeasures.angle rows [| 0.0; 0.0 |] [| 2.0; 0.0 |]
            |] [| 0.75; 45.0; 90.0 |]
    ]
