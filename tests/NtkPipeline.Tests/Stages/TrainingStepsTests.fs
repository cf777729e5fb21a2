/// Training against autograd, and its kernel against Jacobians.
module NtkPipeline.Tests.TrainingStepsTests

open Expecto
open TorchSharp
open NtkPipeline.Core
open NtkPipeline.Tests.SmallTraining

let tests =
    testList "TrainNetwork" [
        for centred in [ true; false ] do
            testCase $"a network is what plain gradient descent by autograd makes of it, centred: %b{centred}"
            <| fun () ->
                use _ = torch.NewDisposeScope()

                let settings = {
                    settings with
                        Architecture =
                            Architecture.written
                            |> Architecture.withScale 1.5
                            |> Architecture.withCentring centred
                        InputScale = InputScale.Unit
                }

                let run, data = train' settings, input.Force()
                let stage = TrainNetwork.stage (GridPoint.ofSpec settings)
                let seed = Seed.derive stage.Name (Seed.root 5UL)

                let network =
                    Network.oneHidden Relu.activation (Width.create 64 |> Result.defaultValue Width.one)

                let theta = Forward.draw network columns (Seed.derive "parameters" seed) torch.float64
                // The stage holds its first weights in float32.
                let weights = theta |> Array.map (fun layer -> layer.W.float().double())
                let mutable stack = { Scale = nan; Weights = weights }
                let f x stack = SmallStack.written stack x * (1.5).ToScalar()
                let x = Tensors.ofMatrix32(data.Labelled).double()
                let y = Tensors.ofArray64(data.Targets).reshape(-1L, 1L)
                let offset = if centred then f x stack else torch.zeros_like y
                let goal = y + offset

                for epoch in 1..6 do
                    for batch in Batches.ofEpoch (Seed.derive "batches" seed) 16 train.Length epoch do
                        let rows = SmallStack.rows (batch |> Array.map (fun k -> train[k]))
                        let chosen (t: torch.Tensor) = t.index_select (0L, rows)
                        let scaled = chosen goal / (1.5).ToScalar()
                        // ½·mean((1.5 f − y)²) = 2.25 · ½·mean((f − y/1.5)²)
                        stack <-
                            SmallStack.autogradStep (run.AbsoluteRate * 2.25) (chosen x) scaled stack |> snd

                let outputs = Tensors.toArray64 (f x stack - offset)

                for row, ours in Array.zip data.Validation run.ValidationOutputs do
                    close 2e-5 outputs[row] ours "float32 against float64"

        testCase "the kernel's change is that of Jacobians"
        <| fun () ->
            use _ = torch.NewDisposeScope()
            let data = input.Force()
            let settings = { settings with ProbeRows = 1000; Epochs = 1 }
            let network = Network.oneHidden Relu.activation (Width.create 64 |> Result.defaultValue Width.one)

            let x =
                Tensors.ofMatrix32(Matrix.gatherRows train data.Labelled).double()
                * (sqrt (float columns)).ToScalar()

            let run = train' settings
            let seed = Seed.derive (TrainNetwork.stage (GridPoint.ofSpec settings)).Name (Seed.root 5UL)
            let theta = Forward.draw network columns (Seed.derive "parameters" seed) torch.float64

            let kernel () =
                let j = EmpiricalNtk.jacobian network theta x
                j.mm (j.t ())

            let before = kernel ()
            let stack = ReluStack.ofNetwork network theta 1.0
            let y = Tensors.ofArray64(train |> Array.map (fun row -> data.Targets[row])).reshape(-1L, 1L)
            let goal = y + ReluStack.outputs x stack

            for batch in Batches.ofEpoch (Seed.derive "batches" seed) 16 train.Length 1 do
                let chosen (t: torch.Tensor) = t.index_select (0L, SmallStack.rows batch)
                stack |> ReluStack.step run.AbsoluteRate (chosen x) (chosen goal) |> ignore

            let change = (kernel () - before).norm().item<float>() / before.norm().item<float>()

            close
                1e-5
                (Array.last run.Epochs).DeltaTheta
                change
                "on the probe, which is all training rows here"

            close 1e-5 (defaultArg run.DeltaTheta nan) change "and on all training rows"
            let exact = Tensors.ofMatrix32(Matrix.gather train train data.Gram).double()

            close
                1e-5
                run.InitKernelError
                ((before - exact).norm().item<float>() / exact.norm().item<float>())
                "at first"
    ]
