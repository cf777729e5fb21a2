/// LibTorch loads on this machine and does what the project asks of it.
module NtkPipeline.Tests.LibTorchTests

open System.Diagnostics
open System.Reflection
open Expecto
open TorchSharp

let private random (rows: int64) (columns: int64) = torch.rand ([| rows; columns |], dtype = torch.float64)

let tests =
    testList "LibTorch" [
        testCase "eigenvectors of a symmetric matrix give the matrix back"
        <| fun () ->
            use _ = torch.NewDisposeScope()
            let a = random 20L 20L
            let symmetric = a.mm (a.t ())
            let struct (values, vectors) = torch.linalg.eigh symmetric
            let back = vectors.mm(torch.diag values).mm(vectors.t ())
            let gap = (back - symmetric).abs().max().item<double>()
            Expect.isLessThan gap 1e-10 "V diag(λ) Vᵀ = A"

        testCase "the gradient of ½‖xW‖² by W is xᵀxW"
        <| fun () ->
            use _ = torch.NewDisposeScope()
            let x = random 7L 5L
            let w = (random 5L 3L).requires_grad_ true
            let loss = (x.mm w).square().sum().mul(torch.tensor 0.5)
            loss.backward ()
            let byHand = x.t().mm(x).mm(w.detach ())
            let gap = (w.grad - byHand).abs().max().item<double>()
            Expect.isLessThan gap 1e-12 "autograd agrees with the formula"

        testCase
            "what TorchSharp hands to LibTorch is kept until LibTorch returns: see src/TorchSharp.targets"
        <| fun () ->
            let attribute = typeof<torch>.Assembly.GetCustomAttribute<DebuggableAttribute>()
            let isKept = attribute |> Option.ofObj |> Option.map _.IsJITOptimizerDisabled
            Expect.equal isKept (Some true) "its code keeps its arguments"
    ]
