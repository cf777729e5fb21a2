module NtkPipeline.Tests.OnnxWeightsTests

open System
open Expecto
open NtkPipeline.Core

let private weights = SmallEncoder.weights 11

let private read bytes = OnnxWeights.read "here/model.onnx" Pooling.Cls bytes |> Result.mapError _.Sentence

let tests =
    testList "OnnxWeights" [
        for form, how in OnnxForm.forms do
            testCase $"a graph gives the weights that it was written from, bit for bit: %s{form}"
            <| fun () ->
                let back = Expect.wantOk (read (OnnxBert.bytes how weights)) "read"

                Expect.equal
                    back.Shape
                    { weights.Shape with Epsilon = float (float32 weights.Shape.Epsilon) }
                    "its sizes"

                Expect.equal back.Pooling Pooling.Cls "as it was told"
                Expect.equal back.Values weights.Values "its parameters"

        testCase "bytes that are cut off, or none of a model's, are refused and raise nothing"
        <| fun () ->
            let whole = OnnxBert.bytes OnnxForm.plain weights

            for bytes in
                [
                    [||]
                    "<html>"B
                    for kept in 1..997 .. whole.Length - 1 do
                        whole[.. kept - 1]
                ] do
                Expect.stringContains
                    (Expect.wantError (read bytes) "refused")
                    "it is no ONNX model, or not the whole of one"
                    "why"

        testCase "bytes that are changed anywhere are read or refused, and raise nothing"
        <| fun () ->
            let whole = OnnxBert.bytes OnnxForm.plain weights
            let random = Random 5

            for _ in 1..300 do
                let damaged = Array.copy whole
                damaged[random.Next(0, 20_000)] <- byte (random.Next 256)
                read damaged |> ignore
    ]
