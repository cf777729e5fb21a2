module NtkPipeline.Tests.TunableEncoderTests

open Expecto
open TorchSharp
open NtkPipeline.Core

let private gap (a: torch.Tensor) (b: torch.Tensor) = (a - b).abs().max().item<float>()

let private normal (seed: int) (sizes: int64[]) =
    use generator = new torch.Generator(uint64 seed)
    torch.randn (sizes, dtype = torch.float64, generator = generator)

let private withHead weights =
    SmallEncoder.tensors weights
    |> Map.add TuningLayout.headWeights (normal 5 [| 32L |])
    |> Map.add TuningLayout.headBias (normal 6 [| 1L |])

let private f (weights: EncoderWeights) (layers: EncoderLayers) parameters batch =
    (BertEncoder.embed weights.Pooling weights.Shape layers batch |> TunableEncoder.head parameters)

let tests =
    testList "TunableEncoder" [
        testCase "gradients by every parameter are those of automatic differentiation of f itself"
        <| fun () ->
            use _ = torch.NewDisposeScope()

            for pooling in [ Pooling.Mean; Pooling.Cls ] do
                let weights = { SmallEncoder.weights 1 with Pooling = pooling }
                let parameters = withHead weights
                let batch = SmallEncoder.batch (SmallEncoder.texts 2 7)
                let r = normal 7 [| 7L |]
                let output, pull = (TunableEncoder.full weights parameters).PullBack batch
                let gradients = pull r

                let leaves = parameters |> Map.map (fun _ t -> t.clone().requires_grad_ true)
                let direct = f weights (BertEncoder.layers weights.Shape leaves) leaves batch
                Expect.isLessThan (gap output (direct.detach ())) 1e-12 "f"
                (direct * r).sum().backward()

                TuningLayout.parameters TuningMethod.Full weights.Shape
                |> List.iteri (fun i (name, sizes) ->
                    Expect.equal gradients[i].shape sizes name
                    Expect.isLessThan (gap gradients[i] (nonNull leaves[name].grad)) 1e-11 name)

        testCase "gradients by LoRA's A and B are those of differences"
        <| fun () ->
            use _ = torch.NewDisposeScope()
            let weights, method = SmallEncoder.weights 1, TuningMethod.Lora 2
            let layout = TuningLayout.parameters method weights.Shape

            let drawn =
                layout |> List.mapi (fun i (name, sizes) -> name, normal (30 + i) sizes * (0.2).ToScalar())

            let parameters = (withHead weights, drawn) ||> List.fold (fun all (name, t) -> Map.add name t all)
            let batch, r = SmallEncoder.batch (SmallEncoder.texts 2 5), normal 7 [| 5L |]
            let _, pull = (LoraLayers.tunable 2 weights parameters).PullBack batch

            List.zip layout (List.ofArray (pull r))
            |> List.iteri (fun i ((name, sizes), gradient) ->
                let direction = normal (60 + i) sizes

                let at (h: float) =
                    let moved = parameters |> Map.add name (parameters[name] + direction * h.ToScalar())
                    ((LoraLayers.tunable 2 weights moved).Outputs batch * r).sum().item<float>()

                let slope = (at 1e-5 - at -1e-5) / 2e-5
                let exact = (gradient * direction).sum().item<float>()
                Expect.isLessThan (abs (slope - exact)) (1e-7 * (1.0 + abs exact)) name)

        testCase "the linearised network is the tangent of the encoder"
        <| fun () ->
            use _ = torch.NewDisposeScope()

            for pooling in [ Pooling.Mean; Pooling.Cls ] do
                let weights = { SmallEncoder.weights 1 with Pooling = pooling }
                let origin = withHead weights

                let delta =
                    TuningLayout.parameters TuningMethod.Linearised weights.Shape
                    |> List.mapi (fun i (name, sizes) -> name, normal (30 + i) sizes)
                    |> Map.ofList

                let batch = SmallEncoder.batch (SmallEncoder.texts 2 5)

                let full (h: float) =
                    let at = origin |> Map.map (fun name t -> t + delta[name] * h.ToScalar())
                    (TunableEncoder.full weights at).Outputs batch

                let linear = (LinearisedTuning.tunable weights origin delta).Outputs batch
                let h = 1e-4
                // Of fourth order in h.
                let slope =
                    ((full h - full -h) * (8.0).ToScalar() - (full (2.0 * h) - full (-2.0 * h)))
                    / (12.0 * h).ToScalar()

                let exact = linear - full 0.0
                let largest = exact.abs().max().item<float>()
                Expect.isLessThan (gap exact slope) (1e-8 * (1.0 + largest)) "J Δ"

                let pulled, _ = (LinearisedTuning.tunable weights origin delta).PullBack batch
                Expect.isLessThan (gap pulled linear) (1e-12 * (1.0 + largest)) "f of a step is f"
    ]
