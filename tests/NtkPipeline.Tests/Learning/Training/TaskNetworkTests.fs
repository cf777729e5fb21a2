module NtkPipeline.Tests.TaskNetworkTests

open Expecto
open TorchSharp
open NtkPipeline.Core

let private spec: RunSpec = {
    Architecture = Architecture.withCentring true Architecture.written
    Width = 24
    Member = 0
    InputScale = InputScale.SqrtD
    Optimiser = Optimiser.Descent
    Rate = 1.0
    BatchSize = 0
    Epochs = 5
    Tracked = TrackedEpochs.Every
    ProbeRows = 2
    Device = Device.Cpu
}

let private rows =
    torch.randn ([| 10L; 4L |], dtype = torch.float32, generator = Seed.generator (Seed.root 2UL))

let private theta () = Forward.draw (RunSpec.network spec) 4 (Seed.root 3UL) torch.float32
let private targets = [| 1.0; -1.0; 1.0 |]
let private chosen = [| 7; 2; 5 |]

let private create theta = TaskNetwork.create spec theta rows (fun _ -> 2.0)

let tests =
    testList "TaskNetwork" [
        testCase
            "it takes the steps of descent at N/Λ_max of the rows it learns, from outputs that start at 0"
        <| fun () ->
            let mine = theta ()
            let network = create mine
            Expect.all (TaskNetwork.outputs [| 0..9 |] network) ((=) 0.0) "centred"
            let start = TaskNetwork.weights network
            TaskNetwork.learn 5 chosen targets network
            let found = TaskNetwork.outputs [| 0..9 |] network

            // By hand: the same loss through autograd.
            let other = theta ()
            let stack = { Network = RunSpec.network spec; Theta = other; Scale = 1.0 }
            let index = torch.tensor (chosen |> Array.map int64)
            let x = rows.index_select (0L, index)
            let offset = GradientStack.outputs rows stack

            let goal =
                torch.tensor(targets |> Array.map float32).reshape(3L, 1L) + offset.index_select (0L, index)

            for _ in 1..5 do
                let _, gradients = GradientStack.gradient x goal stack

                for parameter, gradient in Seq.zip (Forward.tensors other) gradients do
                    parameter.sub_ (gradient.mul ((spec.Rate * 3.0 / 2.0).ToScalar())) |> ignore

            let expected = GradientStack.outputs rows stack - offset |> Tensors.toArray64
            Array.iter2 (fun a b -> Expect.isTrue (abs (a - b) < 1e-5) $"%g{a} and %g{b}") found expected
            Expect.isTrue (found |> Array.exists (fun f -> abs f > 0.1)) "it has learnt"
            TaskNetwork.restore start network
            Expect.all (TaskNetwork.outputs [| 0..9 |] network) ((=) 0.0) "back at the start"
    ]
