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

        testCase "gradients are differences', and forward mode's, for every kind of parameter"
        <| fun () ->
            use _ = torch.NewDisposeScope()
            let weights = SmallEncoder.weights 2
            let batch = SmallEncoder.batch (SmallEncoder.texts 3 7)
            let origin = SmallEncoder.tensors weights

            let head =
                torch.randn ([| 7L; 32L |], dtype = torch.float64, generator = Seed.generator (Seed.root 1UL))

            for pooling in [ Pooling.Mean; Pooling.Cls ] do
                let output parameters = (embed pooling parameters batch * head).sum()

                let leaves =
                    origin |> Map.map (fun _ parameter -> parameter.detach().clone().requires_grad_ true)

                let names = leaves |> Map.toArray |> Array.map fst

                let gradients =
                    torch.autograd.grad ([| output leaves |], names |> Array.map (fun name -> leaves[name]))
                    |> Seq.zip names

                for name, gradient in gradients do
                    let direction =
                        torch.randn (
                            gradient.shape,
                            dtype = torch.float64,
                            generator = Seed.generator (Seed.root 2UL)
                        )

                    let along = (gradient * direction).sum().item<float>()

                    let _, pushed =
                        BertTangent.push pooling weights.Shape origin (Map [ name, direction ]) batch

                    let forward = (pushed * head).sum().item<float>()
                    let size = (gradient.norm () * direction.norm ()).item<float>()
                    Expect.isLessThan (abs (along - forward)) (1e-12 * (1.0 + size)) $"%s{name}: forward mode"

                    let at (t: float) =
                        (Map.add name (origin[name] + t.ToScalar() * direction) origin |> output)
                            .item<float>()

                    let h = 1e-3
                    let near, far = (at h - at -h) / (2.0 * h), (at (2.0 * h) - at (-2.0 * h)) / (4.0 * h)
                    let differences = (4.0 * near - far) / 3.0

                    Expect.isLessThan
                        (abs (along - differences))
                        (1e-6 * (1.0 + size))
                        $"%s{name}: differences"

        testCase "without a graph it gives the same bits as with one"
        <| fun () ->
            use _ = torch.NewDisposeScope()
            let weights = SmallEncoder.weights 2
            let batch = SmallEncoder.batch (SmallEncoder.texts 3 7)
            let layers = BertEncoder.layers weights.Shape (SmallEncoder.tensors weights)

            for pooling in [ Pooling.Mean; Pooling.Cls ] do
                let inferred = BertEncoder.infer pooling weights.Shape layers batch
                let embedded = BertEncoder.embed pooling weights.Shape layers batch
                Expect.equal (Tensors.toArray64 inferred) (Tensors.toArray64 embedded) "φ"
                Expect.isFalse inferred.requires_grad "no graph"
    ]
