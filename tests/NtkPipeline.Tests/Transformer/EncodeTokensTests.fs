module NtkPipeline.Tests.EncodeTokensTests

open Expecto
open TorchSharp
open NtkPipeline.Core

let private weights = SmallEncoder.weights 1

let private states progress texts =
    Expect.wantOk
        (EncodeTokens.states Device.Cpu weights progress texts |> Result.mapError _.Sentence)
        "encoded"

let private sentence result = (Expect.wantError result "refused": PipelineError).Sentence

let tests =
    testList "EncodeTokens" [
        testCase "each token has its last hidden state, text after text; their mean is φ"
        <| fun () ->
            use _ = torch.NewDisposeScope()
            let texts = SmallEncoder.texts 9 40
            let mutable counted = 0
            let rows = states (fun more -> counted <- counted + more) texts
            Expect.equal counted 40 "every text once"
            Expect.equal rows.Rows (Array.sumBy Array.length texts) "a row a token"
            let starts = texts |> Array.map _.Length |> Array.scan (+) 0
            let layers = BertEncoder.layers weights.Shape (SmallEncoder.tensors weights)
            let phi = Expect.wantOk (EncodeTexts.pooled Device.Cpu weights ignore texts) "pooled"

            for i in [ 0; 7; 39 ] do
                let found = Matrix.gatherRows [| starts[i] .. starts[i + 1] - 1 |] rows

                let alone =
                    BertEncoder.states weights.Shape layers (SmallEncoder.batch [| texts[i] |])
                    |> Tensors.toArray64

                for k in 0 .. found.Values.Length - 1 do
                    Expect.isLessThan (abs (float found.Values[k] - alone[k])) 2e-5 $"text %d{i}, entry %d{k}"

                for column in 0 .. found.Columns - 1 do
                    let mean = Seq.average (seq { for t in 0 .. found.Rows - 1 -> found[t, column] })
                    Expect.isLessThan (abs (mean - phi[i, column])) 1e-5f "φ"

        testCase "no texts have no states, and what the encoder cannot read is named"
        <| fun () ->
            Expect.equal (states ignore [||]).Rows 0 "none"

            Expect.stringContains
                (sentence (EncodeTokens.states Device.Cpu weights ignore [| [| 2; 7; 3 |]; [||] |]))
                "Text 1 cannot be encoded: it has no token"
                "empty"

            Expect.stringContains
                (sentence (EncodeTokens.words weights [| 5; 64 |]))
                "Token 64 is none of the encoder's 64"
                "beyond the table"

        testCase "a word's embedding is its row of the table"
        <| fun () ->
            let found = Expect.wantOk (EncodeTokens.words weights [| 7; 0; 7 |]) "words"
            let table = weights.Values[EncoderShape.words]
            Expect.equal ((Matrix.row 0 found).ToArray()) table[7 * 32 .. 8 * 32 - 1] "the seventh"
            Expect.equal ((Matrix.row 2 found).ToArray()) ((Matrix.row 0 found).ToArray()) "again"
            Expect.equal ((Matrix.row 1 found).ToArray()) table[..31] "the first"
    ]
