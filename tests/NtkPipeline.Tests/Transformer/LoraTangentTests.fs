module NtkPipeline.Tests.LoraTangentTests

open Expecto
open TorchSharp
open NtkPipeline.Core

let private weights = SmallEncoder.weights 1
let private rank = 3
let private head = TangentWitness.head 2 32
let private adapters = LoraTangent.adapters (Seed.root 4UL) rank SmallEncoder.shape

/// The kernel by A and B of every adapted layer at B = 0, text by text, by autograd through the adapted encoder, in float64.
let private expected (texts: int[][]) =
    use _ = torch.NewDisposeScope()

    let drawn = [|
        for name in TuningLayout.loraLayers weights.Shape do
            name + TuningLayout.loraA,
            (Tensors.ofMatrix32 adapters.Down[name]).``to``(torch.float64).requires_grad_ true

            name + TuningLayout.loraB,
            torch.zeros([| 32L; int64 rank |], dtype = torch.float64).requires_grad_ true
    |]

    let parameters =
        (SmallEncoder.tensors weights, drawn) ||> Array.fold (fun all (name, t) -> Map.add name t all)

    let row text =
        let pooled =
            BertEncoder.embed
                weights.Pooling
                weights.Shape
                (LoraLayers.layers weights.Shape parameters)
                (SmallEncoder.batch [| text |])

        torch.autograd.grad ([| pooled.matmul(TangentWitness.headTensor head).sum() |], Array.map snd drawn)
        |> Seq.map _.flatten()
        |> Array.ofSeq
        |> torch.cat

    let rows = texts |> Array.map row |> torch.stack
    rows.mm (rows.t ()) |> Tensors.toMatrix64

let private kernel projected seed texts =
    TangentFeatures.ofLora Device.Cpu adapters projected (Seed.root seed) weights head ignore texts
    |> fun found -> TangentKernel.symmetric [ (Expect.wantOk found "features")[0] ]
    |> Matrix.map float

let tests =
    testList "LoraTangent" [
        testCase "its rows' kernel is that of A and B where training begins"
        <| fun () ->
            let texts = SmallEncoder.texts 3 7

            Expect.isLessThan
                (TangentWitness.relativeGap (kernel None 1UL texts) (expected texts))
                1e-3
                "to float16"

        testCase "the adapters are those that fine-tuning with the seed begins with"
        <| fun () ->
            let state =
                FineTune.start (TuningMethod.Lora rank) (Seed.root 4UL) weights {
                    Weights = Array.zeroCreate 32
                    Bias = 0.0f
                }

            let first = List.head (TuningLayout.loraLayers weights.Shape)

            Expect.isTrue
                (Array.contains adapters.Down[first].Values[5] state.Parameters.Values)
                "one of A's entries"

            Expect.equal adapters.Scale LoraLayers.scale "s"

        testCase "with δ projected it is that in the mean over seeds"
        <| fun () ->
            let texts = SmallEncoder.texts 3 4
            let draws = Array.init 300 (fun k -> kernel (Some 8) (uint64 k) texts)
            let exact = expected texts

            for k in 0..15 do
                let entries = draws |> Array.map (fun m -> m.Values[k])
                let mean = Array.average entries
                let error = sqrt ((entries |> Array.averageBy (fun x -> pown (x - mean) 2)) / 299.0)
                Expect.isLessThan (abs (mean - exact.Values[k]) / error) 3.2 $"entry %d{k}"

        testCase "a rank that cannot be is refused"
        <| fun () ->
            TangentFeatures.ofLora Device.Cpu adapters (Some 0) (Seed.root 1UL) weights head ignore [|
                [| 2; 3 |]
            |]
            |> fun found -> Expect.isError found "rank 0"
    ]
