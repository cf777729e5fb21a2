module NtkPipeline.Tests.OwnTrainingTests

open Expecto
open TorchSharp
open NtkPipeline.Core
open NtkPipeline.Tests.OwnNetworks
open NtkPipeline.Tests.OwnLanes
open NtkPipeline.Tests.TorchScriptFile

let tests =
    testList "fine-tuning of a model's file" [
        for text in networks do
            for name, isDouble, write, tolerance in formats do
                testCase
                    $"%s{text}, as %s{name}: outputs after every epoch and Θ̂ before and after are our own network's"
                <| fun () ->
                    let network = Networks.parse text
                    let count = Network.outputs network
                    use _ = torch.NewDisposeScope()
                    let theta = drawn network
                    let kind = if isDouble then torch.float64 else torch.float32

                    for training in
                        [
                            training Optimiser.Descent 0.4 5
                            training (Optimiser.Momentum 0.9) 0.05 0
                            training Optimiser.adam 0.01 5
                        ] do
                        let f = opened count (write network theta)
                        Expect.isTrue f.TakesBatches "rows together"
                        let moved = asType kind theta
                        let expected = ours training network moved kind
                        let lane = OwnTraining.lane f kept (targets count) held
                        let path = OwnTraining.ofModel training seed (fun _ -> true) f lane
                        Expect.isNone path.Diverged "sound"
                        nearAll tolerance expected path.Outputs
                        Expect.notEqual path.Outputs[0] path.Outputs[4] "it has learnt"

                        if isDouble then
                            let j = jacobian network moved held
                            let after = Expect.wantOk (OwnGram.full f held None) "Θ̂ after"
                            near 1e-9 (Tensors.toMatrix64 (j.mm (j.t ()))).Values after.Values

        for text in networks do
            for name, isDouble, write, tolerance in formats do
                testCase $"%s{text}, as %s{name}: its linearisation is descent with Θ̂₀ in function space"
                <| fun () ->
                    let network = Networks.parse text
                    let count = Network.outputs network
                    use _ = torch.NewDisposeScope()

                    let theta =
                        asType
                            torch.float64
                            (asType (if isDouble then torch.float64 else torch.float32) (drawn network))

                    let f = opened count (write network theta)
                    let lane = OwnTraining.lane f kept (targets count) held
                    let path = OwnTraining.ofLinearised (training Optimiser.Descent 0.4 0) seed f lane
                    nearAll tolerance (byKernel 0.4 network theta) path.Outputs

        testCase "a model whose rows see one another in a batch is computed row by row, by the same numbers"
        <| fun () ->
            use _ = torch.NewDisposeScope()
            let w = trained "w" [ 4L; 1L ] [| 1.0; -2.0; 0.5; 3.0 |]
            let body = [ "return torch.matmul(torch.sub(x, torch.mean(x, [0], True)), self.w)" ]
            let seeing = opened 1 (write true [ w ] body)
            Expect.isFalse seeing.TakesBatches "alone"
            let x = (Tensors.ofMatrix32 held).``to`` torch.float64
            Expect.equal (OwnFunction.values seeing x) (Array.zeroCreate 7) "each is its own mean"

            let network = Networks.parse networks[0]
            let f () = opened 3 (onnx true network (drawn network))

            let path f =
                (OwnTraining.ofModel
                    (training Optimiser.Descent 0.4 5)
                    seed
                    (fun _ -> true)
                    f
                    (OwnTraining.lane f kept (targets 3) held))
                    .Outputs

            nearAll 1e-12 (path (f ())) (path { f () with TakesBatches = false })

        testCase "a rate past what is stable ends in a divergence, with the epochs before it"
        <| fun () ->
            use _ = torch.NewDisposeScope()
            let network = Networks.parse networks[0]
            let f = opened 3 (onnx true network (drawn network))

            let path =
                OwnTraining.ofModel
                    (training Optimiser.Descent 1e4 5)
                    seed
                    (fun _ -> true)
                    f
                    (OwnTraining.lane f kept (targets 3) held)

            Expect.equal path.Diverged (Some path.Outputs.Length) "the epoch after the last"
    ]
