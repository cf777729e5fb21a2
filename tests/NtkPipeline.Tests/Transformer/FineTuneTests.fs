module NtkPipeline.Tests.FineTuneTests

open System.IO
open Expecto
open TorchSharp
open NtkPipeline.Core

let private weights = SmallEncoder.weights 1
/// Not 0, where the linearised encoder would stay as it is.
let private head = { Weights = Array.init 32 (fun i -> 0.1f * sin (float32 i)); Bias = 0.1f }
let private seed = Seed.root 3UL
let private methods = [ TuningMethod.Full; TuningMethod.Linearised; TuningMethod.Lora 4 ]

let private settings method rate epochs = {
    TuningSettings.defaults method with
        Rate = rate
        Epochs = epochs
        Batch = 8
}

let private texts = SmallEncoder.texts 5 40

/// Whether a text has more of the lower half of the words.
let private targets =
    texts
    |> Array.map (fun ids ->
        let low = ids |> Array.filter (fun id -> id > 3 && id < 34)
        if 2 * low.Length > ids.Length - 2 then 1.0 else -1.0)

let private start method = FineTune.start method seed weights head

let private epoch settings state =
    FineTune.epoch Device.Cpu settings seed weights texts targets state (fun _ _ -> ())

let private train (settings: TuningSettings) =
    (start settings.Method, [ 1 .. settings.Epochs ])
    ||> List.fold (fun state _ -> Expect.wantOk (epoch settings state) "an epoch")

let private bytes state =
    use stream = new MemoryStream()
    TuningState.codec.Write stream state
    stream.ToArray()

let private reread state =
    use stream = new MemoryStream(bytes state)
    Expect.wantOk (TuningState.codec.Read stream) "it was written"

let private outputs weights state = Expect.wantOk (FineTune.outputs Device.Cpu weights state texts) "finite"

let private largestGap a b = Array.map2 (fun (a: float) b -> abs (a - b)) a b |> Array.max

let private says (part: string) result =
    match result with
    | Ok _ -> failtest $"refused: %s{part}"
    | Error(e: PipelineError) -> Expect.stringContains e.Sentence part part

/// f after two steps of 8 texts in float64, from a fitted head.
let private twoSteps method rate =
    use _ = torch.NewDisposeScope()
    let settings = settings method rate 1
    let session = TuningSession.create torch.float64 torch.CPU weights (start method)
    let batch, y = SmallEncoder.batch texts[..7], Tensors.ofArray64 targets[..7]

    for k in 1..2 do
        Expect.isSome (TuningSession.step settings rate k session batch y) "finite"

    session.Tunable.Outputs batch |> Tensors.toArray64

let tests =
    testList "FineTune" [
        testCase "every method fits what the tokens tell"
        <| fun () ->
            for method, rate in List.zip methods [ 3e-3; 3e-3; 2e-2 ] do
                let state = train (settings method rate 12)
                let first, last = Array.head state.Losses, Array.last state.Losses
                Expect.isLessThan last (0.35 * first) $"%A{method}: %A{state.Losses}"

                let right =
                    Array.map2 (fun y f -> y * f > 0.0) targets (outputs weights state) |> Array.filter id

                Expect.isGreaterThan right.Length 37 $"of 40, %A{method}"

        testCase "the same training gives the same bytes, and a resumed one too"
        <| fun () ->
            for method in methods do
                let settings = settings method 1e-3 3
                let first = Expect.wantOk (epoch settings (start method)) "epoch 1"
                let whole = train settings
                Expect.equal (bytes (train settings)) (bytes whole) $"again: %A{method}"

                let second = Expect.wantOk (epoch settings (reread first)) "epoch 2"
                let third = Expect.wantOk (epoch settings (reread second)) "epoch 3"
                Expect.equal (bytes third) (bytes whole) $"resumed: %A{method}"

                Expect.equal (whole.Epoch, whole.Steps, whole.Losses.Length) (3, 15, 3) "counts"
                Expect.equal (first.First.Rows, whole.First.Rows) (1, 0) "moments, until they are not needed"

        testCase "training begins at the pretrained function with the head that is given"
        <| fun () ->
            let expected =
                use _ = torch.NewDisposeScope()
                use _ = torch.no_grad ()
                let layers = BertEncoder.layers SmallEncoder.shape (SmallEncoder.tensors weights)
                let phi = BertEncoder.embed Pooling.Mean SmallEncoder.shape layers (SmallEncoder.batch texts)
                let w = torch.tensor(head.Weights).``to`` torch.float64
                phi.matmul w + (float head.Bias).ToScalar() |> Tensors.toArray64

            for method in methods do
                let state = start method
                Expect.isLessThan (largestGap (outputs weights state) expected) 1e-5 $"%A{method}"

        testCase "at a small rate the linearised network goes where the encoder goes, to second order"
        <| fun () ->
            let gap rate =
                largestGap (twoSteps TuningMethod.Full rate) (twoSteps TuningMethod.Linearised rate)

            let ratio = gap 2e-6 / gap 1e-6
            Expect.isTrue (ratio > 3.5 && ratio < 4.5) $"halving the rate quarters the gap: %g{ratio}"
            let moved = largestGap (twoSteps TuningMethod.Full 1e-6) (twoSteps TuningMethod.Full 2e-6)
            Expect.isLessThan (gap 1e-6) (0.05 * moved) "it is small against what was moved"

        testCase
            "LoRA moves A, B and the head alone, and its merged weights are an encoder that says the same"
        <| fun () ->
            let state = train (settings (TuningMethod.Lora 4) 1e-2 2)
            let merged = TunedEncoder.weights weights state

            let adapted =
                TuningLayout.loraLayers SmallEncoder.shape |> List.map (fun name -> name + ".weight")

            for name, values in Map.toSeq weights.Values do
                Expect.equal (merged.Values[name] = values) (not (List.contains name adapted)) name

            let asFull = FineTune.start TuningMethod.Full seed merged (TunedEncoder.head weights state)
            Expect.isLessThan (largestGap (outputs weights state) (outputs merged asFull)) 1e-5 "f"

        testCase "the tuned encoder and head of full training say what its state says"
        <| fun () ->
            let state = train (settings TuningMethod.Full 1e-3 1)
            let tuned = TunedEncoder.weights weights state
            let again = FineTune.start TuningMethod.Full seed tuned (TunedEncoder.head weights state)
            Expect.equal (outputs tuned again) (outputs weights state) "to the bit"
            Expect.notEqual tuned.Values weights.Values "it has moved"

        testCase "what cannot be trained is refused in a sentence"
        <| fun () ->
            let settings = settings TuningMethod.Full 1e-3 1

            let run texts =
                FineTune.epoch
                    Device.Cpu
                    settings
                    seed
                    weights
                    texts
                    [| 1.0 |]
                    (start TuningMethod.Full)
                    (fun _ _ -> ())

            says "Text 0 cannot be encoded: it has no token" (run [| [||] |])
            says "49 tokens, and the encoder has 48 positions" (run [| Array.create 49 5 |])
            says "none of the encoder's 64" (run [| [| 2; 64; 3 |] |])

            says
                "Text 1 cannot be encoded"
                (FineTune.outputs Device.Cpu weights (start TuningMethod.Full) [| [| 2; 3 |]; [||] |])

            let begun = start TuningMethod.Full
            let values = begun.Parameters.Values |> Array.map (fun v -> v * 1e30f)
            let far = { begun with Parameters = Matrix.create 1 values.Length values }
            says "take a rate below 0.001" (epoch settings far)
            says "no finite number" (FineTune.outputs Device.Cpu weights far texts)
    ]
