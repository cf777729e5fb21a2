module NtkPipeline.Tests.TangentFeaturesTests

open System
open System.IO
open Expecto
open TorchSharp
open NtkPipeline.Core

let private settings: SketchSettings = { Rank = 64; Block = 64; Rest = 600 }

let private featuresOf weights heads texts =
    TangentFeatures.ofTexts Device.Cpu settings (Seed.root 5UL) weights heads ignore texts

let private features weights heads texts = Expect.wantOk (featuresOf weights heads texts) "features"

let private asFloat (m: Matrix<float32>) = Matrix.map float m

let private kernel (rows: TangentRows) = TangentKernel.symmetric [ rows ] |> asFloat

let private weights = SmallEncoder.weights 1

let private isNotHashed (part: TangentPart) =
    part.Kind <> TangentKind.Words && part.Kind <> TangentKind.Positions

let tests =
    testList "TangentFeatures" [
        testCase "of parts that are kept as they are the kernel is the exact one, to float16"
        <| fun () ->
            use _ = torch.NewDisposeScope()
            let texts = SmallEncoder.texts 1 9
            let head = TangentWitness.head 2 32
            let rows = (features weights head texts)[0] |> TangentRows.select isNotHashed

            let expected =
                TangentWitness.kernelOf
                    (TangentWitness.partOf >> isNotHashed)
                    weights
                    (TangentWitness.headTensor head)
                    texts

            Expect.isLessThan (TangentWitness.relativeGap (kernel rows) expected) 1e-3 "kernel"

        testCase "several heads at once are each alone, and a head times 1,000 keeps its precision"
        <| fun () ->
            let texts = SmallEncoder.texts 1 9
            let heads = Matrices.normal 3 2 32 |> Matrix.map float32
            let both = features weights heads texts
            let alone = features weights (Matrix.gatherRows [| 1 |] heads) texts
            Expect.equal both.Length 2 "one a head"
            Expect.equal both[1].Values alone[0].Values "row by row"

            let large = heads |> Matrix.map (fun w -> 1024.0f * w) |> Matrix.gatherRows [| 0 |]
            let times = (features weights large texts)[0]
            Expect.equal times.Values both[0].Values "the same numbers"
            Expect.equal times.Scale (1024.0 * both[0].Scale) "another scale"

        testCase "a row does not depend on the texts beside it, and the same call gives the same bytes"
        <| fun () ->
            let texts = SmallEncoder.texts 1 40
            let head = TangentWitness.head 2 32
            let together = (features weights head texts)[0]
            let again = features weights head texts
            Expect.equal again[0].Values together.Values "again"
            let all = TangentRows.toMatrix together

            let norms =
                Array.init 40 (fun i -> (Matrix.row i all).ToArray() |> Array.sumBy (fun x -> x * x) |> sqrt)

            for i in [ 0; 17; 39 ] do
                let alone = (features weights head [| texts[i] |])[0] |> TangentRows.toMatrix
                let gaps = Array.map2 (-) alone.Values ((Matrix.row i all).ToArray())
                let gap = gaps |> Array.sumBy (fun x -> x * x) |> sqrt
                // What differs in the last bit of float32 may be rounded to the other float16.
                Expect.isLessThan (gap / norms[i]) 2e-5f $"text %d{i}"

        testCase "rows come back from the store bit for bit, and a damaged file is an error"
        <| fun () ->
            let rows = (features weights (TangentWitness.head 2 32) (SmallEncoder.texts 1 3))[0]
            use stream = new MemoryStream()
            TangentRows.codec.Write stream rows
            let bytes = stream.ToArray()
            let read (bytes: byte[]) = TangentRows.codec.Read(new MemoryStream(bytes))
            let back = Expect.wantOk (read bytes) "it was written"

            let bits (rows: TangentRows) = rows.Values.Values |> Array.map BitConverter.HalfToUInt16Bits

            Expect.equal
                (back.Columns, back.Scale, bits back)
                (rows.Columns, rows.Scale, bits rows)
                "all of it"

            Expect.isError (read bytes[.. bytes.Length - 100]) "cut short"

        testCase "rows of several heads come back from the store together"
        <| fun () ->
            let heads = Matrices.normal 3 2 32 |> Matrix.map float32
            let rows = features weights heads (SmallEncoder.texts 1 3)
            use stream = new MemoryStream()
            TangentRows.headsCodec.Write stream rows
            stream.Position <- 0L
            let back = Expect.wantOk (TangentRows.headsCodec.Read stream) "it was written"

            for (read: TangentRows), (written: TangentRows) in Array.zip back rows do
                Expect.equal read.Values written.Values "numbers"
                Expect.equal (read.Columns, read.Scale) (written.Columns, written.Scale) "layout"

        testCase "what has no gradients is refused with its place"
        <| fun () ->
            let texts = SmallEncoder.texts 1 3
            let head = TangentWitness.head 2 32

            let refused weights heads texts expected =
                match featuresOf weights heads texts with
                | Ok _ -> failtest expected
                | Error e -> Expect.stringContains e.Sentence expected expected

            refused weights head [| [| 2; 3 |]; [||] |] "Text 1 cannot be encoded: it has no token"
            refused weights (Matrix.create 0 32 [||]) texts "heads: there is none."

            refused
                weights
                (Matrix.create 1 3 [| 1.0f; 1.0f; 1.0f |])
                texts
                "heads: each row is a head, of 3 entries, and the encoder's vectors have 32."

            refused
                weights
                (Matrix.map (fun _ -> nanf) head)
                texts
                "heads: entry 0 of head 0 (counted from 0) is not a finite number."

            let huge = {
                weights with
                    Values =
                        weights.Values
                        |> Map.map (fun name values ->
                            if name = EncoderShape.embeddingNorm + ".weight" then
                                values |> Array.map (fun w -> 1e-4f * w)
                            elif name = "encoder.layer.1.output.LayerNorm.weight" then
                                values |> Array.map (fun w -> 1e6f * w)
                            else
                                values)
            }

            refused huge head texts "a gradient is larger than float16 holds"

        testCase "progress is told of every text once"
        <| fun () ->
            let told = ref 0
            let advance count = told.Value <- told.Value + count

            TangentFeatures.ofTexts
                Device.Cpu
                settings
                (Seed.root 5UL)
                weights
                (TangentWitness.head 2 32)
                advance
                (SmallEncoder.texts 1 40)
            |> fun found -> Expect.isOk found "features"

            Expect.equal told.Value 40 "texts"
    ]
