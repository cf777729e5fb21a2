module NtkPipeline.Tests.TaskKernelTests

open System
open Expecto
open NtkPipeline.Core

/// Rows of a feature space of three dimensions, and their kernel.
let private random = Random 8
let private features = Array.init 12 (fun _ -> Array.init 3 (fun _ -> float (random.Next(-8, 9)) / 4.0))
let private dot (a: float[]) (b: float[]) = Array.fold2 (fun sum x y -> sum + x * y) 0.0 a b
let private kernel = Matrix.init 12 12 (fun i j -> float32 (dot features[i] features[j]))
let private mean (rows: int[]) = Array.init 3 (fun k -> rows |> Array.averageBy (fun row -> features[row][k]))
let private less = Array.map2 (-)
let private a, b = [| 0; 1; 2; 3; 4 |], [| 5; 6; 7; 8; 9; 10; 11 |]
let private ya = [| 1.0; -1.0; -1.0; 1.0; 1.0 |]
let private yb = [| -1.0; 1.0; -1.0; -1.0; 1.0; -1.0; -1.0 |]

let private direction (rows: int[]) (labels: float[]) =
    let where sign = Array.zip rows labels |> Array.filter (fun (_, y) -> y = sign) |> Array.map fst

    less (mean (where 1.0)) (mean (where -1.0))

let tests =
    testList "TaskKernel" [
        testCase "alignment is the cosine of the directions from negative to positive rows"
        <| fun () ->
            let da, db = direction a ya, direction b yb
            let expected = dot da db / sqrt (dot da da * dot db db)
            let found = TaskKernel.alignment kernel (a, ya) (b, yb)
            Expect.floatClose Accuracy.high (Option.get found) expected "in feature space"
            let opposite = TaskKernel.alignment kernel (a, ya) (a, Array.map (~-) ya)
            Expect.floatClose Accuracy.high (Option.get opposite) -1.0 "the opposite labels"

            Expect.floatClose
                Accuracy.high
                (TaskKernel.alignment kernel (a, ya) (a, ya) |> Option.get)
                1.0
                "itself"

        testCase "there is no direction with one label alone, nor where the kernel tells no row from another"
        <| fun () ->
            Expect.isNone (TaskKernel.alignment kernel (a, [| 1.0; 1.0; 1.0; 1.0; 1.0 |]) (b, yb)) "one label"
            let flat = Matrix.create 12 12 (Array.create 144 0.7f)
            Expect.isNone (TaskKernel.alignment flat (a, ya) (b, yb)) "one point"

        testCase "the discrepancy is that of means without the pairs of a row with itself"
        <| fun () ->
            let pairs (rows: int[]) = [|
                for i in rows do
                    for j in rows do
                        if i <> j then
                            dot features[i] features[j]
            |]

            let expected = Array.average (pairs a) + Array.average (pairs b) - 2.0 * dot (mean a) (mean b)
            Expect.floatClose Accuracy.high (TaskKernel.discrepancy kernel a b) expected "lemma 6"

        testCase "an area counts by its fold's pairs, and outputs of different folds are not compared"
        <| fun () ->
            let labels = [| 1.0; -1.0; 1.0; -1.0; -1.0 |]
            Expect.equal (FoldedAuc.pairs labels) 6.0 "two times three"

            Expect.equal
                (FoldedAuc.one labels [| 1.0; 0.0; 3.0; 2.0; 0.5 |])
                (Some(5.0 / 6.0))
                "one pair is wrong"

            Expect.isNone (FoldedAuc.one labels [| 1.0; 0.0; nan; 2.0; 0.5 |]) "diverged"
            Expect.isNone (FoldedAuc.one [| 1.0; 1.0 |] [| 0.0; 1.0 |]) "no pair"
            let merged = FoldedAuc.merge [| 6.0; 2.0; 5.0 |] [| Some 0.5; Some 1.0; None |]
            Expect.floatClose Accuracy.veryHigh (Option.get merged) (5.0 / 8.0) "by pairs"
            Expect.isNone (FoldedAuc.merge [| 1.0 |] [| None |]) "none"

        testCase "going on is ridge regression around what was known: the same in the space of weights"
        <| fun () ->
            let settings = {
                Smallest = 1e-3
                Largest = 10.0
                PointsPerDecade = 3
                ChooseBy = RidgeChoice.Gcv
            }

            let want value =
                Expect.wantOk (value |> Result.mapError (fun (e: PipelineError) -> e.Sentence)) "it works"

            let learner = KernelTransfer.learn settings kernel a ya |> want
            let few, rest = [| 5; 6; 7 |], [| 8; 9; 10; 11 |]
            let found = KernelTransfer.goOn kernel learner few yb[..2] rest |> want

            let matrix (rows: int[]) =
                MathNet.Numerics.LinearAlgebra.Matrix<float>.Build.DenseOfRowArrays(
                    rows |> Array.map (fun row -> features[row])
                )

            let vector (values: float[]) =
                MathNet.Numerics.LinearAlgebra.Vector<float>.Build.DenseOfArray values

            let ridge = learner.Ridge * MathNet.Numerics.LinearAlgebra.Matrix<float>.Build.DenseIdentity 3

            let fit (rows: int[]) y =
                (matrix rows).TransposeThisAndMultiply(matrix rows) + ridge
                |> fun left -> left.Solve((matrix rows).TransposeThisAndMultiply(vector y))

            let w = fit a ya
            let further = w + fit few ((vector yb[..2] - matrix few * w).ToArray())
            let expected = (matrix rest * further).ToArray()
            Array.iter2 (fun x y -> Expect.floatClose Accuracy.medium x y "f at other rows") found expected

            let before = Array.zip (KernelTransfer.outputs kernel learner rest) ((matrix rest * w).ToArray())

            for x, y in before do
                Expect.floatClose Accuracy.medium x y "f before"
    ]
