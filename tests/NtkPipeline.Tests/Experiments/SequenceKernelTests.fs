module NtkPipeline.Tests.SequenceKernelTests

open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.StageRuns
open NtkPipeline.Tests.TextSamples
open NtkPipeline.Tests.SmallSequence

let private gap (a: Matrix<float32>) (b: Matrix<float32>) =
    Array.map2 (fun x y -> abs (x - y)) a.Values b.Values |> Array.max

let tests =
    testList "kernels of texts" [
        testCase "a token has norm √d along the components that the fitted tokens have; a zero stays"
        <| fun () ->
            let found = run (SequenceTokens.stage (Some 3)) (made, split) |> want
            Expect.equal found.Vectors.Columns 3 "columns"
            Expect.equal found.Texts made.Texts "the same texts"

            for i in 0..11 do
                let norm = (Matrix.row i found.Vectors).ToArray() |> Array.sumBy (fun x -> float x * float x)
                Expect.isLessThan (abs (norm - 3.0)) 1e-5 "√3, squared"

            let most = run (SequenceTokens.stage (Some 100)) (made, split) |> want
            Expect.equal most.Vectors.Columns 5 "no more than there are"
            let all = run (SequenceTokens.stage None) (made, split) |> want
            Expect.equal all.Vectors.Columns 5 "all"

            // All columns are the components turned: the same products.
            let product (vectors: Matrix<float32>) i j =
                Array.map2 (*) ((Matrix.row i vectors).ToArray()) ((Matrix.row j vectors).ToArray())
                |> Array.sum

            for i in 0..11 do
                Expect.isLessThan (abs (product all.Vectors i 0 - product most.Vectors i 0)) 1e-4f "turned"

            let none = { made with Texts = made.Texts |> Array.map (fun _ -> [||]) }
            run (SequenceTokens.stage None) (none, split) |> says "fewer than two tokens"

        testCase "each kernel is that of its network by the definition, rows fitted and then kept aside"
        <| fun () ->
            for model in
                [
                    SequenceModel.Mean
                    SequenceModel.Tokens
                    SequenceModel.Convolution
                    SequenceModel.Attention
                ] do
                let found = gram model
                Expect.equal (found.Rows, found.Columns) (30, 20) "rows × columns"

                let text i =
                    let words = made.Texts[i]

                    text
                        5
                        (words
                         |> Array.collect (fun word ->
                             (Matrix.row word made.Vectors).ToArray() |> Array.map float))
                        (Array.create words.Length true)

                for i, j in [ 0, 0; 4, 7; 3, 3; 3, 5; 25, 11 ] do
                    let pair = define (networkOf model) 5 (text i) (text j)

                    near
                        (1e-6 * abs pair.Theta[0] + 1e-9)
                        pair.Theta[0]
                        (float found[i, j])
                        $"%A{model} %d{i}, %d{j}"

        testCase "only the convolution knows the order, and the control is it on shuffled tokens"
        <| fun () ->
            let shuffled = SequenceTokens.shuffled (Seed.root 8UL) made
            Expect.notEqual shuffled.Texts made.Texts "another order"

            Expect.equal
                (shuffled.Texts |> Array.map Array.sort)
                (made.Texts |> Array.map Array.sort)
                "the same words"

            Expect.equal (SequenceTokens.shuffled (Seed.root 8UL) made).Texts shuffled.Texts "again"

            for model in SequenceModel.all |> List.filter SequenceModel.isOrderBlind do
                Expect.isLessThan (gap (gram model) (gramOf shuffled model)) 1e-5f "blind"

            // Attention weighs by likeness alone, wherever tokens stand.
            Expect.isLessThan
                (gap (gram SequenceModel.Attention) (gramOf shuffled SequenceModel.Attention))
                1e-5f
                "attention"

            Expect.isGreaterThan
                (gap (gram SequenceModel.Convolution) (gramOf shuffled SequenceModel.Convolution))
                0.01f
                "not blind"

            let seed =
                Seed.derive
                    (SequenceGrams.stage SequenceModel.Shuffled (networkOf SequenceModel.Shuffled) still).Name
                    (Seed.root 1UL)

            Expect.equal
                (gram SequenceModel.Shuffled)
                (gramOf (SequenceTokens.shuffled seed made) SequenceModel.Convolution)
                "the control"
    ]
