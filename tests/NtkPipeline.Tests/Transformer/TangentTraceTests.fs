module NtkPipeline.Tests.TangentTraceTests

open Expecto
open TorchSharp
open NtkPipeline.Core

let private gap (a: torch.Tensor) (b: torch.Tensor) = (a - b).abs().max().item<float>()

/// Every parameter's gradient for each text of a batch, texts × parameter, from activations and δ.
let private assembled (weights: EncoderWeights) head (texts: int[][]) =
    let shape = weights.Shape
    let batch = SmallEncoder.batch texts
    let forward = TangentTrace.forward weights.Pooling shape (SmallEncoder.tensors weights) batch
    let trace = TangentTrace.backward true head forward

    /// Σ over a text's tokens with one id.
    let byId (ids: torch.Tensor) (count: int) =
        let ofIds = torch.nn.functional.one_hot(ids, int64 count).``to`` torch.float64
        ofIds.transpose(1L, 2L).bmm trace.Sum

    let positions =
        torch.arange(batch.Ids.shape[1], dtype = torch.int64).unsqueeze(0L).expand batch.Ids.shape

    Map [
        EncoderShape.words, byId batch.Ids shape.Words
        EncoderShape.positions, byId positions shape.Positions
        EncoderShape.types, byId (torch.zeros_like batch.Ids) shape.Types

        for name, k in EncoderShape.dense shape |> List.mapi (fun k (name, _) -> name, k) do
            name + ".weight", trace.Dense[k].transpose(1L, 2L).bmm forward.Inputs[k]
            name + ".bias", trace.Dense[k].sum 1L

        for name, k in EncoderShape.norms shape |> List.mapi (fun k name -> name, k) do
            name + ".weight", (trace.Norms[k] * forward.Normalised[k]).sum 1L
            name + ".bias", trace.Norms[k].sum 1L
    ]

let tests =
    testList "TangentTrace" [
        for pooling in [ Pooling.Mean; Pooling.Cls ] do
            testCase $"%A{pooling}: one pass for a batch gives every text's gradient by every parameter"
            <| fun () ->
                use _ = torch.NewDisposeScope()
                let weights = { SmallEncoder.weights 1 with Pooling = pooling }
                let texts = SmallEncoder.texts 1 6
                let head = TangentWitness.head 2 32 |> TangentWitness.headTensor
                let found = assembled weights head texts

                texts
                |> Array.iteri (fun i text ->
                    for KeyValue(name, expected) in TangentWitness.gradients weights head text do
                        Expect.isLessThan (gap found[name].[int64 i] expected) 1e-10 $"text %d{i}: %s{name}")

            testCase $"%A{pooling}: tokens that only fill up have gradients of exactly 0"
            <| fun () ->
                use _ = torch.NewDisposeScope()
                let weights = { SmallEncoder.weights 1 with Pooling = pooling }
                let batch = SmallEncoder.batch (SmallEncoder.texts 1 6)
                let head = TangentWitness.head 2 32 |> TangentWitness.headTensor

                let trace =
                    TangentTrace.forward pooling weights.Shape (SmallEncoder.tensors weights) batch
                    |> TangentTrace.backward true head

                let filling = batch.Mask.eq(0.0.ToScalar()).unsqueeze -1L
                Expect.isTrue (filling.any().item<bool>()) "some are filled up"

                for delta in [| yield! trace.Dense; yield! trace.Norms; trace.Sum |] do
                    Expect.equal ((delta * filling).abs().max().item<float>()) 0.0 "δ"

        testCase "a second head after the first has the gradients that it has alone"
        <| fun () ->
            use _ = torch.NewDisposeScope()
            let weights = SmallEncoder.weights 1
            let batch = SmallEncoder.batch (SmallEncoder.texts 1 6)
            let head seed = TangentWitness.head seed 32 |> TangentWitness.headTensor

            let forward () =
                TangentTrace.forward weights.Pooling weights.Shape (SmallEncoder.tensors weights) batch

            let one = forward ()
            TangentTrace.backward false (head 2) one |> ignore

            let after, alone =
                TangentTrace.backward true (head 3) one, forward () |> TangentTrace.backward true (head 3)

            Expect.equal (gap after.Sum alone.Sum) 0.0 "δ of the embeddings"
    ]
