module NtkPipeline.Tests.RegressionStagesTests

open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.KernelSamples

let private artifact name value = Artifact.create name (Digest.ofParts [ name ]) (lazy (Ok value))

let private xs = points 90
let private labels = targets xs

let private split: Split = {
    Train = [| 0..59 |]
    Validation = [| 62..89 |]
    Folds = Array.init 60 (fun i -> i % 3)
    Labels = labels
    // Row 7 was turned round; rows 60 and 61 were dropped.
    Targets = labels |> Array.mapi (fun i label -> if i = 7 then -label else label)
    FitRows = Array.append [| 0..59 |] [| 62..89 |]
    DuplicateRows = 0
    ContradictoryTexts = 2
    ContradictoryRows = 4
    IdenticalRows = 0
    IdenticalContradictions = 0
    SimilarRows = 0
    LargestSimilarGroup = 1
}

let private gram = roughKernelOf xs xs |> Matrix.map float32
let private unlabelled = points 100 |> Array.skip 90
let private testGram = roughKernelOf unlabelled xs |> Matrix.map float32

let private settings: RidgeSettings = {
    Smallest = 0.01
    Largest = 10.0
    PointsPerDecade = 2
    ChooseBy = RidgeChoice.CrossValidation
}

let private runner: IRunner = MemoryRunner(Seed.root 1UL)
let private want result = Expect.wantOk result "the stage runs"
let private value (artifact: Artifact<'a>) = want (artifact.Value.Force())
let private splitting, graming = artifact "split" split, artifact "gram" gram
let private spectrum () = want (runner.Run(DecomposeKernel.stage, Artifact.both graming splitting))

let private fit testGram =
    let inputs = FitRidge.inputs splitting (spectrum ()) graming (artifact "test" testGram)
    want (runner.Run(FitRidge.stage settings TargetCoding.PlusMinus, inputs)) |> value

let tests =
    testList "regression stages" [
        testCase "the spectrum is that of the training rows' kernel"
        <| fun () ->
            let expected = Matrix.gather split.Train split.Train gram |> KernelMatrix.Single
            Expect.equal (value (spectrum ())) (want (Spectrum.decompose "the kernel" expected)) "bit for bit"

        testCase "training targets are learnt, validation labels judged, and dropped rows fitted nowhere"
        <| fun () ->
            let regression = fit testGram
            let wide = Matrix.map float gram
            let pick rows columns = Matrix.gather rows columns wide
            let y rows = rows |> Array.map (fun i -> split.Targets[i])
            let alpha = solve regression.Chosen.Ridge (pick split.Train split.Train) (y split.Train)

            let predict (cross: Matrix<float>) alpha =
                Array.init cross.Rows (fun i -> dot ((Matrix.row i cross).ToArray()) alpha)

            wantClose
                1e-9
                "validation"
                regression.ValidationOutputs
                (predict (pick split.Validation split.Train) alpha)

            let judged =
                Metrics.scores
                    (split.Validation |> Array.map (fun i -> labels[i]))
                    regression.ValidationOutputs

            Expect.equal regression.Validation judged "against labels"
            let all = solve regression.Chosen.Ridge (pick split.FitRows split.FitRows) (y split.FitRows)
            let cross = Matrix.gather [| 0..9 |] split.FitRows (Matrix.map float testGram)
            wantClose 1e-9 "test" regression.TestOutputs (predict cross all)
            Expect.equal regression.Folds 3 "folds"

        testCase "without a test set there are no test outputs"
        <| fun () -> Expect.isEmpty (fit (Matrix.create 0 90 [||])).TestOutputs "none"

        testCase "the picture holds the training rows, those with negative targets first"
        <| fun () ->
            let inputs = DrawKernel.inputs graming splitting (spectrum ())
            let picture = want (runner.Run(DrawKernel.stage, inputs)) |> value
            let negative = split.Train |> Array.filter (fun i -> split.Targets[i] < 0.0) |> Array.length
            Expect.equal (picture.Size, picture.Negative) (60, negative) "a block for each row"

        testCase "a comparison without networks says nothing, and is no error"
        <| fun () ->
            let settings: CompareSettings = {
                Resamples = 50
                LazyThreshold = 0.05
                Margin = 0.01
                MainRate = 1.0
                SmallWidth = 256
            }

            let none = ChooseEpochs.judged (Artifact.all []) ChooseEpochs.none
            let inputs = CompareModels.inputs splitting (artifact "fit" (fit testGram)) none

            let comparison = want (runner.Run(CompareModels.stage settings, inputs)) |> value
            Expect.isEmpty comparison.Verdicts "no network, so no verdict"
    ]
