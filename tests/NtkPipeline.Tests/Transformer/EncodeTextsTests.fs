module NtkPipeline.Tests.EncodeTextsTests

open System
open Expecto
open TorchSharp
open NtkPipeline.Core

let private weights = SmallEncoder.weights 1

let private pooled texts =
    Expect.wantOk (EncodeTexts.pooled Device.Cpu weights ignore texts |> Result.mapError _.Sentence) "encoded"

let private refused weights texts =
    (Expect.wantError (EncodeTexts.pooled Device.Cpu weights ignore texts) "refused").Sentence

let tests =
    testList "EncodeTexts" [
        testCase "rows are φ in the texts' order, the same bits again, and alone within rounding"
        <| fun () ->
            use _ = torch.NewDisposeScope()
            let texts = SmallEncoder.texts 9 150
            let rows = pooled texts
            Expect.equal (rows.Rows, rows.Columns) (150, 32) "texts × width"
            Expect.equal (pooled texts).Values rows.Values "again"

            let layers = BertEncoder.layers weights.Shape (SmallEncoder.tensors weights)

            for i in [ 0; 1; 70; 149 ] do
                let row = (Matrix.row i rows).ToArray()

                let phi =
                    BertEncoder.infer weights.Pooling weights.Shape layers (SmallEncoder.batch [| texts[i] |])

                let gapTo (values: float[]) =
                    Array.map2 (fun (x: float32) y -> abs (float x - y)) row values |> Array.max

                Expect.isLessThan (gapTo (Tensors.toArray64 phi)) 2e-6 "float64's"
                Expect.isLessThan (gapTo ((pooled [| texts[i] |]).Values |> Array.map float)) 2e-6 "alone"

        testCase "progress counts every text once, and no texts have no rows"
        <| fun () ->
            let mutable counted = 0

            EncodeTexts.pooled
                Device.Cpu
                weights
                (fun more -> counted <- counted + more)
                (SmallEncoder.texts 9 70)
            |> ignore

            Expect.equal counted 70 "texts"
            Expect.equal (pooled [||]) (Matrix.create 0 32 [||]) "none"

        testCase "texts that the encoder cannot read are named"
        <| fun () ->
            let good = [| 2; 7; 3 |]

            Expect.stringContains
                (refused weights [| good; [||] |])
                "Text 1 cannot be encoded: it has no token"
                "empty"

            Expect.stringContains
                (refused weights [| [| 2; 64; 3 |] |])
                "token 64 is none of the encoder's 64"
                "unknown"

            Expect.stringContains (refused weights [| [| 2; -1; 3 |] |]) "token -1" "negative"

            Expect.stringContains
                (refused weights [| good; Array.create 49 7 |])
                "Text 1 cannot be encoded: it has 49"
                "long"

        testCase "numbers that are not finite are refused"
        <| fun () ->
            let values = weights.Values |> Map.map (fun _ values -> Array.copy values)
            values[EncoderShape.words][7 * 32] <- Single.PositiveInfinity
            let sentence = refused { weights with Values = values } [| [| 2; 5; 3 |]; [| 2; 7; 3 |] |]
            Expect.stringContains sentence "text 1's encoding is not a finite number" "which"
    ]
