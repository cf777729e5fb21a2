module NtkPipeline.Tests.ReduceDimensionTests

open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.StageRuns
open NtkPipeline.Tests.TwoEncoders

let tests =
    testList "combination" [
        testCase "numbers of components: variance as PCA has it, and the best is what auto keeps"
        <| fun () ->
            let settings: CompareDimensions.Settings = {
                Dimensions = [ 1; 3; 5; 9 ]
                Rows = 70
                Whiten = false
                Solver = PcaSolver.Exact
            }

            let facts = want (run (CompareDimensions.stage settings) (parts[0], split))
            Expect.equal (facts.Points |> Array.map _.Dimensions) [| 1; 3; 5 |] "9 are more than its columns"
            let model = want (Pca.fit 5 (Matrix.gatherRows split.Train telling))

            for point in facts.Points do
                Expect.floatClose
                    Accuracy.veryHigh
                    point.ExplainedVariance
                    (Array.sum model.ExplainedVariance[.. point.Dimensions - 1])
                    "explained"

            let reduce dimensions compared =
                run
                    (ReduceDimension.stage {
                        Dimensions = dimensions
                        Solver = PcaSolver.Exact
                        Whiten = false
                    })
                    ((parts[0], split), compared)

            let best = (facts.Points |> Array.minBy _.HeldOut.Error).Dimensions
            Expect.equal (want (reduce Best facts)).Facts.Columns best "auto"
            reduce Best { Rows = 0; Points = [||] } |> says "reduce.compare"
            reduce (Leading 99) facts |> says $"reduce.dimensions may be %d{telling.Columns} at most, or all"
            let all = want (reduce AllColumns facts)

            Expect.equal all.Facts.Reduction "none, centred" "told"

            // Every component kept: the same products of rows, which are all that a kernel sees.
            let turned = want (reduce (Leading telling.Columns) facts)

            let product (x: Matrix<float32>) i j =
                Seq.sum (seq { for k in 0 .. x.Columns - 1 -> float x[i, k] * float x[j, k] })

            for i, j in [ 0, 0; 0, 1; 5, 40; 17, 3 ] do
                Expect.floatClose
                    Accuracy.medium
                    (product all.Labelled i j)
                    (product turned.Labelled i j)
                    $"rows {i} and {j}"

        testCase "whitened features have components of one variance before rows are brought to norm 1"
        <| fun () ->
            let features =
                want (
                    run
                        (ReduceDimension.stage {
                            Dimensions = Leading 3
                            Solver = PcaSolver.Exact
                            Whiten = true
                        })
                        ((parts[0], split), { Rows = 0; Points = [||] })
                )

            let model = want (Pca.fit 3 (Matrix.gatherRows split.Train telling) |> Result.bind Pca.whiten)

            Expect.equal
                features.Labelled
                (telling |> Pca.transform model |> Pca.normaliseRows |> fst)
                "whitened"

            Expect.equal features.Facts.Reduction "pca exact, whitened" "and named"
    ]
