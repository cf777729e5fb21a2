module NtkPipeline.Tests.BertEncoderTests

open Expecto
open TorchSharp
open NtkPipeline.Core

let private embed pooling (parameters: Map<string, torch.Tensor>) batch =
    BertEncoder.embed pooling SmallEncoder.shape (BertEncoder.layers SmallEncoder.shape parameters) batch

let private gap (a: torch.Tensor) (b: torch.Tensor) = (a - b).abs().max().item<float>()

let tests =
    testList "BertEncoder" [
        testCase "what fills a batch up, and the texts beside it, change nothing"
        <| fun () ->
            use _ = torch.NewDisposeScope()
            use _ = torch.no_grad ()
            let parameters = SmallEncoder.tensors (SmallEncoder.weights 1)
            let texts = SmallEncoder.texts 1 12

            for pooling in [ Pooling.Mean; Pooling.Cls ] do
                let together = embed pooling parameters (SmallEncoder.batch texts)
                Expect.equal together.shape [| 12L; 32L |] "texts × width"

                texts
                |> Array.iteri (fun i text ->
                    let alone = embed pooling parameters (SmallEncoder.batch [| text |])
                    Expect.isLessThan (gap alone[0] together[int64 i]) 1e-13 $"text %d{i}")
    ]
