module NtkPipeline.Tests.LanczosTests

open Expecto
open TorchSharp
open NtkPipeline.Core

let tests =
    testList "Lanczos" [
        testCase "the kernel's top eigenpairs from products alone are those of its matrix"
        <| fun () ->
            use _ = torch.NewDisposeScope()
            let network = Networks.parse "dense 40 b=0.2 | relu | dense 1"
            let theta = Forward.draw network 5 (Seed.root 1UL) torch.ScalarType.Float64

            let x =
                torch.randn ([| 60L; 5L |], dtype = torch.float64, generator = Seed.generator (Seed.root 2UL))

            let multiply = EmpiricalNtk.product network theta x x
            let product (v: torch.Tensor) = (multiply (v.reshape (-1L, 1L))).reshape -1L
            let values, vectors = Lanczos.top 5 1e-12 (Seed.root 3UL) 60 torch.CPU product
            let gram = EmpiricalNtk.gram network theta x None
            let expected = torch.linalg.eigvalsh(gram).flip(0L).narrow(0, 0L, 5L) |> Tensors.toArray64

            Array.iter2
                (fun value eigenvalue ->
                    Expect.isLessThan (abs (value - eigenvalue)) (1e-11 * expected[0]) "eigenvalue")
                values
                expected

            let residual = gram.mm vectors - vectors * torch.tensor (values, dtype = torch.float64)
            Expect.isLessThan (residual.abs().max().item<float>()) (1e-10 * expected[0]) "A v = λ v"

        testCase "a matrix of low rank ends early and is still right"
        <| fun () ->
            use _ = torch.NewDisposeScope()
            let a = torch.diag (torch.tensor ([| 3.0; 2.0; 0.0; 0.0; 0.0; 0.0 |], dtype = torch.float64))
            let values, _ = Lanczos.top 4 1e-12 (Seed.root 3UL) 6 torch.CPU (fun v -> a.mv v)

            Array.iter2
                (fun (value: float) expected ->
                    Expect.isLessThan (abs (value - expected)) 1e-12 $"%g{expected}")
                values
                [| 3.0; 2.0; 0.0; 0.0 |]
    ]
