/// Models of files in training beside the same networks of our own language.
module NtkPipeline.Tests.OwnLanes

open Expecto
open TorchSharp
open NtkPipeline.Core
open NtkPipeline.Tests.Matrices
open NtkPipeline.Tests.OwnNetworks

let networks = [
    "dense 9 w=1.4 b=0.3 | relu | dense 7 b=0.2 | erf | dense 3 b=0.1"
    "dense 8 | tanh | dense 6 | gelu | dense 1"
    "dense 8 param=standard b=0.3 | gelu | dense 5 param=standard b=0.2 | relu | dense 2 b=0.1 param=standard"
]

let formats = [
    "TorchScript, float64", true, torchScript true, 1e-9
    "ONNX, float64", true, onnx true, 1e-9
    "TorchScript, float32", false, torchScript false, 1e-5
    "ONNX, float32", false, onnx false, 1e-5
]

let rows seed count = random seed count 4 |> Matrix.map float32
let kept, held = rows 1 23, rows 2 7
let seed = Seed.root 3UL

let targets outputs = Matrix.init 23 outputs (fun i k -> sin (float (3 * i + k)))

let drawn network = Forward.draw network 4 (Seed.root 5UL) torch.float64

/// The model of a file's bytes, which takes rows together where it can.
let opened outputs (bytes: byte[]) : OwnFunction =
    let model = Expect.wantOk (OwnModelFile.read None "m" bytes) "read"

    {
        File = "m"
        Model = OwnOutputs.adapt outputs id model
        Shape = [| 4L |]
        OutputCount = outputs
        TakesBatches = false
    }
    |> OwnFunction.inBatches ((Tensors.ofMatrix32 held).``to`` model.Type)

let training optimiser rate batch : OwnTraining = {
    Optimiser = optimiser
    Rate = rate
    BatchSize = batch
    Epochs = 4
}

/// The same network of our own language, trained from the same weights on the same batches: f at the held rows after each epoch. The weights
/// are moved.
let ours (training: OwnTraining) network (theta: DenseParameters[]) (kind: torch.ScalarType) =
    use _ = torch.NewDisposeScope()
    use _ = torch.no_grad ()
    let f = Trainable.ofNetwork network theta 1.0
    let step = f.Begin training.Optimiser training.Rate
    let x, z = (Tensors.ofMatrix32 kept).``to`` kind, (Tensors.ofMatrix32 held).``to`` kind
    let y = (Tensors.ofMatrix64 (targets (Network.outputs network))).``to`` kind

    [|
        Tensors.toArray64 (f.Outputs z)

        for epoch in 1 .. training.Epochs do
            for batch in Batches.ofEpoch (Seed.derive "batches" seed) training.BatchSize 23 epoch do
                let places = torch.tensor (batch |> Array.map int64)
                step (x.index_select (0L, places)) (y.index_select (0L, places)) |> ignore

            Tensors.toArray64 (f.Outputs z)
    |]

let asType (kind: torch.ScalarType) (theta: DenseParameters[]) : DenseParameters[] =
    theta
    |> Array.map (fun layer -> {
        W = layer.W.``to``(kind).clone()
        B = layer.B |> Option.map (fun b -> b.``to``(kind).clone())
    })

let jacobian network theta (m: Matrix<float32>) =
    EmpiricalNtk.jacobian network theta ((Tensors.ofMatrix32 m).``to`` torch.float64)

/// Descent in function space by the kernel that our own network begins with: f at the held rows after each epoch of one full batch.
let byKernel rate network (theta: DenseParameters[]) =
    use _ = torch.NewDisposeScope()
    let jx, jz = jacobian network theta kept, jacobian network theta held

    let outputs (m: Matrix<float32>) =
        (Forward.walk network theta (fun _ _ _ z -> z) ((Tensors.ofMatrix32 m).``to`` torch.float64))
            .reshape(-1L, 1L)

    let y = (Tensors.ofMatrix64 (targets (Network.outputs network))).reshape(-1L, 1L)
    let share = (rate / float (y.numel ())).ToScalar()

    let step (f: torch.Tensor, g: torch.Tensor) _ =
        let gap = f - y
        f - (jx.mm(jx.t ()).mm gap).mul share, g - (jz.mm(jx.t ()).mm gap).mul share

    Array.scan step (outputs kept, outputs held) [| 1..4 |] |> Array.map (snd >> Tensors.toArray64)

let nearAll tolerance (expected: float[][]) (found: float[][]) =
    Expect.equal found.Length expected.Length "epochs"
    Array.iter2 (near tolerance) expected found
