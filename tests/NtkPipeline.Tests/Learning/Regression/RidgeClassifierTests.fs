module NtkPipeline.Tests.RidgeClassifierTests

open System
open Expecto
open MathNet.Numerics.LinearAlgebra
open NtkPipeline.Core
open NtkPipeline.Tests.KernelSamples

let private settings: RidgeSettings = {
    Smallest = 1e-3
    Largest = 10.0
    PointsPerDecade = 2
    ChooseBy = RidgeChoice.CrossValidation
}

let private decompose kernel = Expect.wantOk (Spectrum.decompose "the kernel" kernel) "it is a kernel"
let private all = points 120
let private xs, zs = all[..79], all[80..]

let private problem: RidgeProblem =
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

let private kernel =
    match problem.Train with
    | KernelMatrix.Double m -> m
    | KernelMatrix.Single m -> Matrix.map float m

let private y = problem.Targets
let private n = float y.Length
let private fit settings problem = Expect.wantOk (RidgeClassifier.fit settings problem) "it can be solved"
let private fitted = lazy (fit settings problem)
let private path = lazy (RidgePath.along problem.Spectrum y (fitted.Value.Path |> Array.map _.Ridge))

let private known pick (point: RidgePoint) = Expect.wantSome (pick point) "two classes, and folds"

/// Each point of the path against a number computed another way; the tolerance is relative above 1.
let private onPath tolerance message (pick: RidgePoint -> float) (naive: float -> float) =
    let expected = fitted.Value.Path |> Array.map (fun point -> naive point.Ridge)
    let scaled = Array.map2 (fun scale x -> x / max 1.0 (abs scale)) expected
    wantClose tolerance message (fitted.Value.Path |> Array.map pick |> scaled) (scaled expected)

let private hat ridge = dense kernel * (shifted ridge kernel).Inverse()
let private sign (values: float[]) = values |> Array.map (fun x -> if x > 0.0 then 1.0 else -1.0)

let private share (f: float[]) =
    Array.map2 (fun a b -> if a = b then 1.0 else 0.0) (sign f) y |> Array.average

let private meanSquare (f: float[]) = Array.map2 (fun a b -> (a - b) ** 2.0) f y |> Array.average

/// Predictions of all rows, each by a regression that was really fitted without its group.
let private refits (groups: int[]) ridge =
    let f = Array.zeroCreate y.Length

    for _, rows in Array.indexed groups |> Array.groupBy snd do
        let out = rows |> Array.map fst
        heldOut ridge kernel y out |> Array.iteri (fun k value -> f[out[k]] <- value)

    f

let private memoize (compute: float -> float[]) =
    let known = Collections.Generic.Dictionary<float, float[]>()

    fun ridge ->
        if not (known.ContainsKey ridge) then
            known[ridge] <- compute ridge

        known[ridge]

let private looRefits = memoize (refits [| 0 .. y.Length - 1 |])
let private cvRefits = memoize (refits problem.Folds)

let tests =
    testList "RidgeClassifier" [
        testCase "leave-one-out is what refitting without each row gives"
        <| fun () ->
            for p in [ 0; 4; 8 ] do
                let loo = Array.map2 (-) y (RidgePath.leaveOneOut p path.Value)
                wantClose 1e-9 "row by row" loo (looRefits path.Value.Ridges[p])

            onPath 1e-9 "error" _.LooError (looRefits >> meanSquare)
            onPath 0.0 "accuracy" (known _.LooAccuracy) (looRefits >> share)

        testCase "k-fold cross-validation is what refitting without each fold gives"
        <| fun () ->
            let held = Expect.wantOk (CrossValidation.residuals problem.Spectrum path.Value problem.Folds) ""

            for p in [ 0; 4; 8 ] do
                let f = Array.map2 (-) y (RidgePath.column p held)
                wantClose 1e-9 "row by row" f (cvRefits path.Value.Ridges[p])

            onPath 1e-9 "error" (known _.CvError) (cvRefits >> meanSquare)
            onPath 0.0 "accuracy" (known _.CvAccuracy) (cvRefits >> share)
            onPath 1e-12 "F1" (known _.CvF1) (cvRefits >> Metrics.f1 y)

        testCase "folds larger than a strip, and folds of unequal size, are as exact"
        <| fun () ->
            let xs = points 420
            let kernel, y = kernelOf xs xs, targets xs
            let spectrum = decompose (KernelMatrix.Double kernel)
            let folds = Array.init 420 (fun i -> if i % 7 < 5 then 3 else i % 2)
            let path = RidgePath.along spectrum y [| 0.01 |]
            let held = Expect.wantOk (CrossValidation.residuals spectrum path folds) ""
            let out = [| 0..419 |] |> Array.filter (fun i -> folds[i] = 3)
            Expect.isGreaterThan out.Length 256 "more rows than a strip"
            let f = out |> Array.map (fun i -> y[i] - held[i, 0])
            wantClose 1e-9 "the large fold" f (heldOut 0.01 kernel y out)

        testCase "one fold for each row is leave-one-out"
        <| fun () ->
            let held =
                Expect.wantOk
                    (CrossValidation.residuals problem.Spectrum path.Value [| 0 .. y.Length - 1 |])
                    ""

            wantClose 1e-11 "the same" (RidgePath.column 3 held) (RidgePath.leaveOneOut 3 path.Value)

        testCase "generalised cross-validation, likelihood and effective dimension are their formulas"
        <| fun () ->
            onPath 1e-10 "GCV" _.Gcv (fun ridge ->
                let off = Matrix<float>.Build.DenseIdentity y.Length - hat ridge
                let r = off * Vector<float>.Build.Dense y
                (r * r / n) / (off.Trace() / n) ** 2.0)

            onPath 1e-10 "log likelihood" (known _.LogLikelihood) (fun ridge ->
                let pivots = (shifted ridge kernel).Cholesky()
                let quadratic = dot y (solve ridge kernel y)
                -0.5 * (quadratic + pivots.DeterminantLn + n * log (2.0 * Math.PI)))

            onPath 1e-10 "effective dimension" _.EffectiveDimension (fun ridge -> (hat ridge).Trace())

            onPath 0.0 "training accuracy" (known _.TrainAccuracy) (fun ridge ->
                (hat ridge * Vector<float>.Build.Dense y).ToArray() |> share)

        testCase "the certificate holds for the coefficients that predict"
        <| fun () ->
            let fit = fitted.Value
            let certificate, ridge = fit.Certificate, fit.Chosen.Ridge
            Expect.isLessThan certificate.Residual 1e-12 "float64"
            let condition = (shifted ridge kernel).ConditionNumber()
            Expect.isLessThan (abs (certificate.ConditionNumber / condition - 1.0)) 1e-9 "condition number"
            wantClose 1e-12 "digits" [| certificate.DigitsLost |] [| log10 certificate.ConditionNumber |]

            let expected =
                let cross =
                    match problem.Validation with
                    | KernelMatrix.Double m -> m
                    | KernelMatrix.Single m -> Matrix.map float m

                (dense cross * Vector<float>.Build.Dense(solve ridge kernel y)).ToArray()

            wantClose 1e-10 "f on the validation rows" fit.ValidationOutputs expected
            Expect.equal fit.Validation (Metrics.scores problem.ValidationTargets expected) "their scores"

        testCase "the grid is even on a log scale and relative to the mean diagonal"
        <| fun () ->
            let fit = fitted.Value
            wantClose 1e-12 "mean diagonal" [| fit.MeanDiagonal |] [| 3.0 |]
            let expected = Array.init 9 (fun k -> 10.0 ** (-3.0 + float k / 2.0))
            wantClose 1e-12 "relative" (fit.Path |> Array.map _.RelativeRidge) expected
            wantClose 1e-12 "absolute" (fit.Path |> Array.map _.Ridge) (expected |> Array.map ((*) 3.0))
            Expect.equal fit.SmallestRidge fit.Path[0].Ridge "the smallest"
            Expect.equal (RidgeSettings.grid { settings with Largest = 1e-3 }) [| 1e-3 |] "a grid of one"

        testCase "each way of choosing takes the best point of its own score"
        <| fun () ->
            for choice in RidgeChoice.all do
                let fit = fit { settings with ChooseBy = choice } problem
                let best = fit.Path |> Array.map (RidgeChoice.score choice) |> Array.min
                Expect.isSome best "every point has one"
                Expect.equal (RidgeChoice.score choice fit.Chosen) best $"%A{choice}"
                Expect.equal fit.ChosenBy (RidgeChoice.print choice) "and is named"
                Expect.equal (RidgeChoice.parse fit.ChosenBy) (Some choice) "by a name that reads back"

                for point in fit.Path do
                    if RidgeChoice.score choice point = best then
                        Expect.isLessThanOrEqual point.Ridge fit.Chosen.Ridge "of equals the larger ridge"

        testCase "the test rows are predicted by a fit on all rows with the chosen ridge"
        <| fun () ->
            let tests = points 160 |> Array.skip 120
            let gram, y = kernelOf all all, targets all
            let cross = kernelOf tests all

            let labels = y |> Array.mapi (fun i label -> if i < 6 then -label else label)

            let regression =
                RidgeClassifier.withTest
                    (KernelMatrix.Double gram)
                    TargetCoding.PlusMinus
                    y
                    labels
                    (KernelMatrix.Double cross)
                    fitted.Value

            let ridge = fitted.Value.Chosen.Ridge
            let expected = (dense cross * Vector<float>.Build.Dense(solve ridge gram y)).ToArray()
            let regression = Expect.wantOk regression ""
            wantClose 1e-10 "f on the test rows" regression.TestOutputs expected
            let refit = Expect.wantSome regression.Refit "its leave-one-out"
            let outputs = Array.init y.Length (fun i -> (heldOut ridge gram y [| i |])[0])
            Expect.equal refit.Rows y.Length "all rows"
            Expect.equal refit.LooAccuracy (Metrics.accuracy y outputs) "as refitted row by row"
            Expect.equal refit.LooAccuracyAsGiven (Metrics.accuracy labels outputs) "against other labels"

            wantClose 1e-9 "its error" [| refit.LooError |] [|
                Array.map2 (fun f y -> (f - y) ** 2.0) outputs y |> Array.average
            |]

        testCase "float32 kernels are solved in float64"
        <| fun () ->
            let single = roughKernelOf xs xs |> Matrix.map float32
            let solve kernel = fit settings { problem with Train = kernel; Spectrum = decompose kernel }
            let promoted = solve (KernelMatrix.Double(Matrix.map float single))
            let single = solve (KernelMatrix.Single single)
            wantClose 1e-9 "the same" single.ValidationOutputs promoted.ValidationOutputs

        testCase "rows that stand twice with opposite targets: a limit for any ridge, and without one"
        <| fun () ->
            let twice = Array.append [| 0 .. xs.Length - 1 |] [| 0; 1; 2 |]
            let xs = twice |> Array.map (fun i -> xs[i])
            let kernel = KernelMatrix.Double(roughKernelOf xs xs)
            let y = Array.append y (Array.map (~-) y[..2])

            let problem = {
                problem with
                    Train = kernel
                    Spectrum = decompose kernel
                    Targets = y
                    Folds = Array.append problem.Folds problem.Folds[..2]
                    Validation = KernelMatrix.Double(roughKernelOf zs xs)
            }

            let fit = fit { settings with Smallest = 1e-8 } problem
            Expect.all fit.ValidationOutputs Double.IsFinite "no NaN"
            // As λ → 0 each pair's fit tends to the mean of its two targets.
            let f = Array.map2 (-) y (RidgePath.residuals 0 (RidgePath.along problem.Spectrum y [| 1e-8 |]))
            wantClose 1e-6 "half way" f[..2] (Array.zeroCreate 3)
            wantClose 1e-6 "and the others are met" f[3..79] y[3..79]

            RidgeClassifier.fit { settings with Smallest = 1e-16 } problem
            |> wantRefusal [ "the kernel of the training rows"; "digits"; "1e-16" ]

            let limit = RidgeFit.solve "the kernel" kernel 0.0 (Matrix.create 83 1 y)
            let alpha = (Expect.wantOk limit "the solution of least norm").Coefficients.Values
            let pseudo = (dense (roughKernelOf xs xs)).PseudoInverse() * Vector<float>.Build.Dense y
            wantClose 1e-9 "without one, the limit" alpha (pseudo.ToArray())

        testCase "a ridge below the kernel's own rounding is refused, not answered with noise"
        <| fun () ->
            let single = KernelMatrix.Single(Matrix.map float32 kernel)

            RidgeClassifier.fit { settings with Smallest = 1e-9 } {
                problem with
                    Train = single
                    Spectrum = decompose single
            }
            |> wantRefusal [ "the kernel of the training rows"; "rounding" ]

        testCase "what cannot be fitted is refused by name"
        <| fun () ->
            let refused fragments settings problem =
                RidgeClassifier.fit settings problem |> wantRefusal fragments

            refused [ "ridge is 0" ] { settings with Smallest = 0.0 } problem
            refused [ "no grid" ] { settings with Largest = 1e-4 } problem

            refused [ "row 3"; "NaN" ] settings {
                problem with
                    Targets = y |> Array.mapi (fun i x -> if i = 3 then nan else x)
            }

            refused [ "all targets are 0" ] settings { problem with Targets = Array.zeroCreate y.Length }

            let poisoned = kernelOf zs xs
            poisoned.Values[5] <- nan

            refused [ "validation rows"; "(0, 5)" ] settings {
                problem with
                    Validation = KernelMatrix.Double poisoned
            }

            let indefinite = kernel |> Matrix.map id
            indefinite.Values[0] <- -40.0

            RidgeFit.solve "the matrix" (KernelMatrix.Double indefinite) 1.0 (Matrix.create y.Length 1 y)
            |> wantRefusal [ "the matrix"; "not positive semi-definite" ]

            Expect.throwsT<ArgumentException>
                (fun () -> RidgeClassifier.fit settings { problem with Targets = y[1..] } |> ignore)
                "sizes that disagree are the caller's bug"
    ]
