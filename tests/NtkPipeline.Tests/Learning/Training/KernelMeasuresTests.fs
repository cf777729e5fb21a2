module NtkPipeline.Tests.KernelMeasuresTests

open Expecto
open TorchSharp
open NtkPipeline.Core
open NtkPipeline.Tests

let private random seed (n: int) =
    let a = SmallStack.normal seed [ n; n + 3 ]
    a.mm (a.t ())

let private close (a: float) (b: float) message = Expect.isLessThan (abs (a - b)) 1e-10 message

/// ⟨HAH, HBH⟩ / (‖HAH‖ ‖HBH‖) with H written out.
let alignmentByHand (a: torch.Tensor) (b: torch.Tensor) =
    let n = a.shape[0]

    let h =
        torch.eye (n, dtype = torch.float64)
        - torch.full ([| n; n |], (1.0 / float n).ToScalar(), dtype = torch.float64)

    let a, b = h.mm(a).mm h, h.mm(b).mm h
    let inner (x: torch.Tensor) (y: torch.Tensor) = x.mm(y.t ()).trace().item<float>()
    inner a b / sqrt (inner a a * inner b b)

let private alignment a b = KernelMeasures.alignments a [ KernelMeasures.centred b ] |> List.exactlyOne

let tests =
    testList "KernelMeasures" [
        testCase "alignment is that of centred matrices, 1 with itself"
        <| fun () ->
            use _ = torch.NewDisposeScope()
            let a, b = random 1L 12, random 2L 12
            close (alignment a b) (alignmentByHand a b) "written out"
            close (alignment a (a * (3.0).ToScalar())) 1.0 "with itself, whatever the scale"
            close (alignment a (a + (5.0).ToScalar())) 1.0 "and whatever the mean"
            let opposite = a * (-1.0).ToScalar()
            close (alignment a opposite) -1.0 "with its opposite"

        testCase "alignment with targets of one class is 0"
        <| fun () ->
            use _ = torch.NewDisposeScope()
            let ones = torch.ones ([| 12L; 12L |], dtype = torch.float64)

            Expect.equal (alignment (random 1L 12) ones) 0.0 "nothing is left when it is centred"

        testCase "relative change, in blocks of rows"
        <| fun () ->
            use _ = torch.NewDisposeScope()
            let a, b = random 3L 600, random 4L 600
            let norm (t: torch.Tensor) = t.square().sum().sqrt().item<float>()
            let half = b * (0.5).ToScalar()
            close (KernelMeasures.relativeChange a 0.5 b) (norm (a - half) / norm half) "from half of another"
            Expect.equal (KernelMeasures.relativeChange a 1.0 a) 0.0 "none from itself"
            let zero = torch.zeros_like a
            Expect.equal (KernelMeasures.relativeChange zero 1.0 zero) 0.0 "nor of nothing from nothing"

        testCase "eigenvalues come largest first and make up the trace"
        <| fun () ->
            use _ = torch.NewDisposeScope()
            let a = random 5L 15
            let values = KernelMeasures.eigenvalues a
            Expect.equal values (Array.sortDescending values) "descending"
            close (Array.sum values) (a.trace().item<float>()) "trace"
            close (values |> Array.sumBy (fun x -> x * x)) (a.square().sum().item<float>()) "Frobenius"

        testCase "effective rank counts equal eigenvalues"
        <| fun () ->
            close (KernelMeasures.effectiveRank (Array.create 9 0.3)) 9.0 "all equal"
            close (KernelMeasures.effectiveRank [| 4; 4; 4; 0; -1e-9 |]) 3.0 "three, the rest nothing"
            close (KernelMeasures.effectiveRank [| 7; 0; 0 |]) 1.0 "one"
            Expect.equal (KernelMeasures.effectiveRank [| 0; 0 |]) 0.0 "none"
            let two = KernelMeasures.effectiveRank [| 3; 1 |]
            close two (exp (-0.75 * log 0.75 - 0.25 * log 0.25)) "by the formula"
    ]
