module NtkPipeline.Tests.ExpansionTests

open Expecto
open TorchSharp
open NtkPipeline.Core

let private moved (step: float) (origin: DenseParameters[]) (other: DenseParameters[]) =
    let toward (a: torch.Tensor) (b: torch.Tensor) = a + (b - a).mul(step.ToScalar())
    Array.map2 (fun a b -> { W = toward a.W b.W; B = Option.map2 toward a.B b.B }) origin other

let private largest (t: torch.Tensor) = t.detach().abs().max().item<float>()

let tests =
    testList "Expansion" [
        testCase "the error of order k falls with the power k + 1 of the distance"
        <| fun () ->
            use _ = torch.NewDisposeScope()
            let network = Networks.parse "dense 7 b=0.3 | erf | dense 5 | tanh | dense 2"
            let draw seed = Forward.draw network 3 (Seed.root seed) torch.ScalarType.Float64
            let origin, other = draw 1UL, draw 2UL

            let x =
                torch.randn ([| 4L; 3L |], dtype = torch.float64, generator = Seed.generator (Seed.root 3UL))

            for order in 0..3 do
                let error step =
                    let theta = moved step origin other
                    largest (Expansion.taylor order network origin theta x - Forward.apply network theta x)

                let slope = log (error 0.04 / error 0.02) / log 2.0
                Expect.isLessThan (abs (slope - float (order + 1))) 0.25 $"order %d{order}"

        testCase "a centred network's expansion begins at 0"
        <| fun () ->
            use _ = torch.NewDisposeScope()
            let text = "dense 7 b=0.3 | erf | dense 1"
            let plain, scaled = Networks.parse text, Networks.parse (text + " | scale(2) | centred")
            let draw seed = Forward.draw plain 3 (Seed.root seed) torch.ScalarType.Float64
            let origin, theta = draw 1UL, draw 2UL

            let x =
                torch.randn ([| 4L; 3L |], dtype = torch.float64, generator = Seed.generator (Seed.root 3UL))

            for order in 0..2 do
                let of' network = Expansion.taylor order network origin theta x
                let expected = (of' plain - Forward.apply plain origin x).mul((2.0).ToScalar())
                Expect.isLessThan (largest (of' scaled - expected)) 1e-13 $"order %d{order}"

        testCase "the linearised network is linear in θ and has its kernel"
        <| fun () ->
            use _ = torch.NewDisposeScope()
            let network = Networks.parse "dense 7 b=0.3 | relu | dense 1"
            let draw seed = Forward.draw network 3 (Seed.root seed) torch.ScalarType.Float64
            let origin, other = draw 1UL, draw 2UL

            let x =
                torch.randn ([| 4L; 3L |], dtype = torch.float64, generator = Seed.generator (Seed.root 3UL))

            let f theta = Expansion.linearised network origin theta x
            let base' = Forward.apply network origin x
            Expect.isLessThan (largest (f origin - base')) 1e-14 "its value at θ₀"
            let step = f other - base'

            Expect.isLessThan
                (largest (f (moved 3.0 origin other) - base' - step.mul ((3.0).ToScalar())))
                1e-12
                "linear"

            let flat (theta: DenseParameters[]) =
                Forward.tensors theta |> Array.map _.reshape(-1L) |> torch.cat

            let byJacobian = (EmpiricalNtk.jacobian network origin x).mv(flat other - flat origin)
            Expect.isLessThan (largest (step.reshape -1L - byJacobian)) 1e-12 "J·(θ − θ₀)"
    ]
