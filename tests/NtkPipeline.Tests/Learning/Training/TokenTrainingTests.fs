module NtkPipeline.Tests.TokenTrainingTests

open Expecto
open TorchSharp
open NtkPipeline.Core

let private f64 = torch.ScalarType.Float64

/// Ten texts of six places: two unlike tokens beside each other, somewhere, in either order, which is what is to be learnt; the last
/// place is padding in all but the last texts.
let private texts () =
    let values, mask = torch.zeros (10L, 6L, 4L, dtype = f64), torch.ones (10L, 6L, dtype = f64)
    let one = torch.ones ([||], dtype = f64)

    for i in 0L .. 9L do
        let place, isTurned = i / 2L, i % 2L = 1L
        values[i, place, (if isTurned then 1L else 0L)] <- one
        values[i, place + 1L, (if isTurned then 0L else 1L)] <- one

        if place < 4L then
            mask[i, 5L] <- torch.zeros ([||], dtype = f64)

    TextTensor.create (values.mul ((2.0).ToScalar())) mask

let private targets = Array.init 10 (fun i -> if i % 2 = 1 then 1.0 else -1.0)

/// mean (f − y)² after training on all, at a rate below the limit of stability.
let private lossAfter (text: string) =
    use _ = torch.NewDisposeScope()
    let network = Networks.overTokens text
    let x = texts ()
    let theta = Forward.drawFor network x (Seed.root 1UL)
    let norm = (EmpiricalNtk.gram network theta x None).norm().item<float>()
    let training = { Optimiser = Optimiser.Descent; Rate = 10.0 / norm; Goal = 1e-2; Steps = 2000 }

    match TrainWhole.run training (Trainable.ofNetwork network theta 1.0) x targets x with
    | Some trained -> trained.Loss
    | None -> failtest $"%s{text}: training diverged"

let tests =
    testList "training over tokens" [
        testCase "a convolution learns the order of two tokens, and a network that pools them first cannot"
        <| fun () ->
            Expect.isLessThan (lossAfter "conv 64 size=3 | relu | mean-pool | dense 1") 1e-2 "conv"
            Expect.isGreaterThan (lossAfter "dense 64 | relu | mean-pool | dense 1") 0.9 "order-blind"

        testCase "attention and a residual are trained by the same steps"
        <| fun () ->
            let text = "conv 32 size=3 | relu | dense 32 | residual(attention 2 o=0.3) | mean-pool | dense 1"
            Expect.isLessThan (lossAfter text) 1e-2 text

        testCase "gates are counted at every place of a text"
        <| fun () ->
            use _ = torch.NewDisposeScope()
            let network = Networks.overTokens "conv 5 size=3 | relu | mean-pool | dense 3 | relu | dense 1"
            let x = texts ()
            let trainable = Trainable.ofNetwork network (Forward.drawFor network x (Seed.root 1UL)) 1.0
            let gates = Option.get trainable.Gates x
            Expect.equal gates.shape [| 10L; 6L * 5L + 3L |] "conv's at six places, and the pooled layer's"
    ]
