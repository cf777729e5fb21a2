module NtkPipeline.Tests.StoppingFoldsTests

open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.KernelSamples

let private xs = points 45
let private k, y = kernelOf xs xs, targets xs
let private kernel = KernelMatrix.Double k
let private decompose m = Expect.wantOk (Spectrum.decompose "K" (KernelMatrix.Double m)) "K"
let private spectrum = lazy (decompose k)
let private folds = Array.init 45 (fun i -> i * i % 4)
let private units = [| 0.3; 7.0; 200.0 |]
let private unit = lazy (45.0 / (Spectrum.values spectrum.Value)[0])
let private times = lazy (units |> Array.map (fun u -> u * unit.Value * 1.0<flow>))

/// f at the rows of a fold, really refitted on the others: by the library's closed form, and written out with MathNet's eigenvalues.
let private refits (time: float<flow>) (out: int[]) =
    let kept = [| 0..44 |] |> Array.except out
    let own, cross = Matrix.gather kept kept k, Matrix.gather out kept k
    let column (values: float[]) = Matrix.create values.Length 1 values
    let zeros count = column (Array.zeroCreate count)
    let learnt = kept |> Array.map (fun i -> y[i])

    let trained =
        Expect.wantOk
            (ClosedForm.train (decompose own) (zeros kept.Length) (column learnt) [
                Training.Flow(time * float kept.Length / 45.0)
            ])
            "trained"

    let library = (ClosedForm.predict (KernelMatrix.Double cross) (zeros out.Length) trained.Head).Values
    let evd = (dense own).Evd()

    let along =
        evd.EigenVectors.TransposeThisAndMultiply(
            MathNet.Numerics.LinearAlgebra.Vector<float>.Build.Dense learnt
        )

    let filtered =
        along.MapIndexed(fun i a ->
            let value = evd.EigenValues[i].Real
            a * (1.0 - exp (-value * float time / 45.0)) / value)

    library, (dense cross * (evd.EigenVectors * filtered)).ToArray()

let private wantRefits (held: Matrix<float>) (folds: int[]) =
    for fold in Array.distinct folds do
        let out = [| 0..44 |] |> Array.filter (fun i -> folds[i] = fold)

        times.Value
        |> Array.iteri (fun t time ->
            let found = out |> Array.map (fun i -> held[i, t])
            let library, written = refits time out
            wantClose 1e-12 "the library's closed form" found library
            wantClose 1e-9 "written out" found written)

let private select choice = TimeSelection.select "K" choice kernel spectrum.Value y folds units

let tests =
    testList "StoppingFolds" [
        testCase "each row's output is that of really training without its fold, at every time"
        <| fun () ->
            let held = Expect.wantOk (StoppingFolds.heldOut "K" kernel y times.Value folds) "held out"
            wantRefits held folds

        testCase "by cv and, of few rows, by leave-one-out, a time's scores are those of the refits"
        <| fun () ->
            let each = [| 0..44 |]

            for choice, folds, error, accuracy in
                [
                    RidgeChoice.CrossValidation,
                    folds,
                    (fun (p: TimePoint) -> p.CvError),
                    (fun (p: TimePoint) -> p.CvAccuracy)
                    RidgeChoice.LeaveOneOut, each, _.LooError, _.LooAccuracy
                ] do
                let score, point = Expect.wantOk (select choice) "chosen"
                let held = Expect.wantOk (StoppingFolds.heldOut "K" kernel y times.Value folds) "held out"
                wantRefits held folds

                let errors =
                    [| 0..2 |]
                    |> Array.map (fun t -> Array.averageBy (fun i -> (y[i] - held[i, t]) ** 2.0) each)

                let best = System.Array.IndexOf(errors, Array.min errors)
                Expect.equal point.Units units[best] "the best time"
                wantClose 1e-14 "its error" [| score |] [| errors[best] |]
                Expect.equal (error point) (Some score) "the score"

                Expect.equal
                    (accuracy point)
                    (Some(Metrics.accuracy y (RidgePath.column best held)))
                    "its accuracy"

                Expect.equal
                    point.IsLooEstimate
                    (choice = RidgeChoice.CrossValidation)
                    "what is an estimate says so"

        testCase "times that leave nothing to learn are judged by folds alone"
        <| fun () ->
            let rough = roughKernelOf xs xs
            let spectrum = decompose rough

            let select choice =
                TimeSelection.select "K" choice (KernelMatrix.Double rough) spectrum y folds [| 1.0; 1e5 |]

            select RidgeChoice.Gcv |> wantRefusal [ "K"; "100000"; "nothing is left"; "cv" ]
            let _, point = Expect.wantOk (select RidgeChoice.CrossValidation) "judged"
            Expect.isSome point.CvError "by folds"

        testCase "targets of 0 and 1 are cut at a half"
        <| fun () ->
            let y = y |> Array.map (fun label -> (1.0 + label) / 2.0)
            let held = Expect.wantOk (StoppingFolds.heldOut "K" kernel y times.Value[1..1] folds) "held out"

            let _, point =
                TimeSelection.select "K" RidgeChoice.CrossValidation kernel spectrum.Value y folds units[1..1]
                |> Flip.Expect.wantOk "judged"

            let right = Array.map2 (fun f label -> f > 0.5 = (label = 1.0)) held.Values y
            let share = float (right |> Array.filter id |> Array.length) / 45.0
            wantClose 1e-15 "the share of right answers" (Option.toArray point.CvAccuracy) [| share |]
            Expect.isGreaterThan point.Path.TrainAccuracy 0.8 "they are learnt"

        testCase "one fold holds nothing out"
        <| fun () ->
            Expect.throwsT<System.ArgumentException>
                (fun () -> StoppingFolds.heldOut "K" kernel y times.Value (Array.zeroCreate 45) |> ignore)
                "a bug of the caller"
    ]
