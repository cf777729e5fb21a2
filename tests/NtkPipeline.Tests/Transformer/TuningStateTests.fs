module NtkPipeline.Tests.TuningStateTests

open System.IO
open Expecto
open NtkPipeline.Core

let private written state =
    use stream = new MemoryStream()
    TuningState.codec.Write stream state
    stream.ToArray()

let private read (bytes: byte[]) =
    use stream = new MemoryStream(bytes)
    TuningState.codec.Read stream

let private head = { Weights = Array.init 32 (fun i -> 1.0f / float32 (i + 3)); Bias = -0.25f }

let private start method = FineTune.start method (Seed.root 1UL) (SmallEncoder.weights 1) head

let tests =
    testList "TuningState" [
        testCase "a state comes back whole, and its bytes do not depend on the clock"
        <| fun () ->
            for method in [ TuningMethod.Full; TuningMethod.Linearised; TuningMethod.Lora 3 ] do
                let state = { start method with Losses = [| 0.1 |]; Epoch = 1; Steps = 7 }
                Expect.equal (read (written state)) (Ok state) "as it was"
                Expect.equal (written state) (written state) "bytes"
                let none = Matrix.create 0 state.Parameters.Columns [||]
                let last = { state with First = none; Second = none }
                Expect.equal (read (written last)) (Ok last) "without moments"

        testProperty "a truncated state is an error, never an exception"
        <| fun (cut: uint16) ->
            let bytes = written (start (TuningMethod.Lora 2))
            read bytes[.. bytes.Length - 2 - int cut % bytes.Length] |> Result.isError

        testCase "parts that do not belong together are refused"
        <| fun () ->
            let state = start TuningMethod.Full

            Expect.isError
                (read (written { state with First = Matrix.create 1 2 [| 0.0f; 0.0f |] }))
                "lengths"

            Expect.isError (read (written { state with Losses = [| 1.0 |] })) "losses"

            Expect.isError
                (read (written { state with First = Matrix.create 0 state.First.Columns [||] }))
                "one moment without the other"

        testCase "the layout counts every number once, and spares biases and norms from decay"
        <| fun () ->
            let shape = SmallEncoder.shape
            let own = EncoderShape.count shape

            Expect.equal
                (TuningLayout.count TuningMethod.Full shape)
                (own + 33L)
                "the encoder's and the head's"

            Expect.equal (TuningLayout.count TuningMethod.Linearised shape) (own + 33L) "as many"
            Expect.equal (TuningLayout.count (TuningMethod.Lora 4) shape) (4L * 2L * 4L * 32L + 33L) "4 pairs"

            let undecayed =
                TuningLayout.parameters TuningMethod.Full shape
                |> List.filter (fst >> TuningLayout.isUndecayed)
                |> List.sumBy (snd >> TuningLayout.size)

            // 5 norms of 2 × 32; a block's 4 biases of 32, one of 64 and one of 32; the head's.
            Expect.equal undecayed (int64 (5 * 64 + 2 * (4 * 32 + 64 + 32) + 1)) "numbers"
    ]
