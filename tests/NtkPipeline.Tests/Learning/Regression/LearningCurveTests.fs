module NtkPipeline.Tests.LearningCurveTests

open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.KernelSamples

let private xs = points 96
let private wide = kernelOf xs xs
let private gram = Matrix.map float32 wide
let private signs = targets xs
let private train, validation = [| 0..2..95 |], [| 1..2..95 |]

let private settings: RidgeSettings = {
    Smallest = 1e-3
    Largest = 10.0
    PointsPerDecade = 2
    ChooseBy = RidgeChoice.CrossValidation
}

let private spectrum = lazy (decompose (Matrix.gather train train (Matrix.map float gram)))

let private rows task (values: float[]) : LearningRows = {
    Task = task
    Coding = TargetCoding.PlusMinus
    Settings = settings
    Gram = gram
    Spectrum = spectrum.Value
    Train = train
    Validation = validation
    Values = values
    Labels = values
}

let private binary () =
    signs
    |> Array.map (fun y -> if y > 0.0 then 1.0 else 0.0)
    |> rows (LearningTask.Binary("no", "yes"))

/// Each ridge by its definition: every row in turn left out and predicted by the others.
let private direct (chosen: int[]) =
    let k = Matrix.gather chosen chosen (Matrix.map float gram)
    let y = chosen |> Array.map (fun i -> signs[i])

    let error relative =
        Array.init chosen.Length (fun i -> ((heldOut relative k y [| i |])[0] - y[i]) ** 2.0)
        |> Array.average

    // The diagonal is 1.
    let ridge = RidgeSettings.grid settings |> Array.minBy error
    let alpha = solve ridge k y
    let cross = Matrix.gather validation chosen (Matrix.map float gram)
    ridge, Array.init validation.Length (fun i -> dot ((Matrix.row i cross).ToArray()) alpha)

let private point (result: Result<LearningPoint, PipelineError>) = Expect.wantOk result "it is fitted"

let tests =
    testList "LearningCurve" [
        testCase "a sixteenth, an eighth, … of all rows; never too few, never twice"
        <| fun () ->
            Expect.equal (LearningCurve.sizes 6090) [| 380; 761; 1522; 3045; 6090 |] "of many"
            Expect.equal (LearningCurve.sizes 48) [| 12; 24; 48 |] "of few"
            Expect.equal (LearningCurve.sizes 3) [| 3 |] "of next to none"

        testCase "draws of one seed hold the smaller ones, are ascending, and differ between seeds"
        <| fun () ->
            let seed = Seed.root 3UL
            let few, more = LearningCurve.draw 6 seed train, LearningCurve.draw 12 seed train
            Expect.isEmpty (Array.except more few) "within"
            Expect.equal (Array.sort few) few "ascending"
            Expect.equal (Array.distinct more).Length 12 "each once"
            Expect.notEqual (LearningCurve.draw 6 (Seed.root 4UL) train) few "another draw"

        testCase
            "a point is the regression of these rows alone, its ridge by leave-one-out, judged on all validation rows"
        <| fun () ->
            let chosen = LearningCurve.draw 12 (Seed.root 9UL) train
            let found = point (LearningCurve.fit (binary ()) 2 chosen None)
            let ridge, outputs = direct chosen
            Expect.equal (found.Rows, found.Draw) (12, 2) "which"
            Expect.floatClose Accuracy.high found.RelativeRidge ridge "its ridge"
            let labels = validation |> Array.map (fun i -> signs[i])

            for name, expected in
                [
                    "accuracy", Metrics.accuracy labels outputs
                    "auc", Metrics.auc labels outputs
                ] do
                Expect.equal (TaskScores.find name found.Validation) (Some expected) name

        testCase
            "all rows are fitted once, from the spectrum that is there, and a smaller number in every draw"
        <| fun () ->
            let curve = LearningCurve.run (Seed.root 1UL) (binary ())
            Expect.isEmpty curve.Refusals "nothing refused"

            Expect.equal
                (curve.Points |> Array.countBy _.Rows)
                [| 12, LearningCurve.draws; 24, LearningCurve.draws; 48, 1 |]
                "points"

            let ridge, outputs = direct train
            let last = Array.last curve.Points
            Expect.floatClose Accuracy.high last.RelativeRidge ridge "the same rule for all rows"
            let labels = validation |> Array.map (fun i -> signs[i])

            Expect.equal
                (TaskScores.find "accuracy" last.Validation)
                (Some(Metrics.accuracy labels outputs))
                "and the same rows"

            let drawn = curve.Points |> Array.filter (fun point -> point.Rows = 12)
            Expect.isGreaterThan (drawn |> Array.distinctBy _.Validation).Length 1 "draws differ"
            Expect.equal (LearningCurve.run (Seed.root 1UL) (binary ())) curve "the same seed, the same curve"

        testCase "classes and numbers have their own measures, in the labels' own unit"
        <| fun () ->
            let numbers = xs |> Array.map (fun x -> 100.0 + 10.0 * sin x[0])
            let curve = rows LearningTask.Regression numbers |> LearningCurve.run (Seed.root 1UL)
            let r2 = (TaskScores.find "r2" (Array.last curve.Points).Validation).Value
            Expect.isGreaterThan r2 0.9 "a smooth function is learnt"

            let kinds = xs |> Array.map (fun x -> floor (0.75 * x[0]))
            let task = LearningTask.Classes [| "a"; "b"; "c" |]
            let curve = rows task kinds |> LearningCurve.run (Seed.root 1UL)
            let accuracy = (TaskScores.find "accuracy" (Array.last curve.Points).Validation).Value
            Expect.isGreaterThan accuracy 0.7 "so are stripes"

        testCase "numbers that refuse have a sentence in place of a point, and the others stay"
        <| fun () ->
            let broken = Array.copy gram.Values
            broken[0] <- -5.0f

            let curve =
                { binary () with Gram = Matrix.create gram.Rows gram.Columns broken }
                |> LearningCurve.run (Seed.root 1UL)

            Expect.isGreaterThan curve.Refusals.Length 0 "some"

            Expect.equal
                (curve.Refusals.Length + curve.Points.Length)
                (2 * LearningCurve.draws + 1)
                "one or the other"

            for sentence in curve.Refusals do
                Expect.stringContains sentence "the kernel of" "what it was"
    ]
