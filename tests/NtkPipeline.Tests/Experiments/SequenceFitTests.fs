module NtkPipeline.Tests.SequenceFitTests

open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.StageRuns
open NtkPipeline.Tests.TextSamples
open NtkPipeline.Tests.SmallSequence

let tests =
    testList "regression with kernels of texts" [
        testCase "regression: each row's output is that of a fit without it, at the best ridge of the grid"
        <| fun () ->
            let grid: RidgeSettings = {
                Smallest = 0.01
                Largest = 10.0
                PointsPerDecade = 1
                ChooseBy = RidgeChoice.CrossValidation
            }

            let kernel = gram SequenceModel.Tokens
            let found = run (SequenceFit.stage SequenceModel.Tokens grid) (kernel, split) |> want
            let mean = [ for i in 0..19 -> float kernel[i, i] ] |> List.average

            let without (relative: float) row =
                let others = [| 0..19 |] |> Array.except [ row ]
                let inner = Matrix.gather others others kernel
                let targets = Matrix.create 19 1 (SplitTweets.targets split others)
                let fit = RidgeFit.at "kernel" (KernelMatrix.Single inner) (relative * mean) targets |> want
                let cross = KernelMatrix.Single(Matrix.gather [| row |] others kernel)
                (RidgeFit.predict "row" cross fit |> want).Values[0]

            let error f =
                Array.map2 (fun a b -> (a - b) * (a - b)) f (SplitTweets.targets split split.Train)
                |> Array.average

            let outputs =
                RidgeSettings.grid grid
                |> Array.map (fun relative -> relative, Array.init 20 (without relative))

            let relative, expected = outputs |> Array.minBy (snd >> error)
            Expect.floatClose Accuracy.high found.RelativeRidge relative "the best by leave-one-out"

            for row in 0..19 do
                near 1e-6 expected[row] found.LeftOut[row] $"row %d{row}"

            Expect.equal found.Validation.Length 10 "the validation rows"
            Expect.isGreaterThan found.Largest (mean * 0.99) "the largest eigenvalue is above the mean"

        testCase "the price grows with the square of the tokens, and is told in words"
        <| fun () ->
            let networks = SequenceModel.all |> List.map networkOf
            let few = SequencePrice.count networks made { split with Train = [| 0..9 |] }
            let all = SequencePrice.count networks made split
            let tokens rows = rows |> Array.sumBy (fun i -> float made.Texts[i].Length)
            let squares = split.Train |> Array.sumBy (fun i -> pown (float made.Texts[i].Length) 2)
            let n, v = tokens split.Train, tokens split.Validation
            Expect.floatClose Accuracy.high all.Pairs (0.5 * (n * n + squares) + v * n) "counted"
            Expect.isGreaterThan all.Seconds (2.0 * few.Seconds) "twice the rows"
            Expect.stringContains (SequencePrice.print all) "less than a second" "in words"

            Expect.stringContains
                (SequencePrice.print { Rows = 1; Pairs = 4.8e9; Seconds = 540.0 })
                "4.8e+09 pairs of tokens a kernel, about 9 minutes"
                "long"

            Expect.stringContains
                (SequencePrice.print { few with Seconds = 9000.0 })
                "about 2.5 hours"
                "longer"
    ]
