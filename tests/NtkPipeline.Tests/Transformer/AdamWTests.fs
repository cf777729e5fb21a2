module NtkPipeline.Tests.AdamWTests

open System
open Expecto
open TorchSharp
open NtkPipeline.Core

/// More numbers than are moved at a time.
let private length = 70_000L

let private normal (precision: torch.ScalarType) seed =
    use generator = new torch.Generator(uint64 (seed: int))
    torch.randn ([| length |], dtype = precision, generator = generator)

let private row (values: torch.Tensor) anchor = {
    Values = values.clone ()
    First = torch.zeros_like values
    Second = torch.zeros_like values
    Anchor = anchor
}

let private gap (a: torch.Tensor) (b: torch.Tensor) = (a - b).abs().max().``to``(torch.float64).item<float>()

/// The paper's recurrences for one number, in the order in which they stand there.
let private byHand rate decay anchor (gradients: float[]) start =
    ((start, 0.0, 0.0), Array.indexed gradients)
    ||> Array.fold (fun (p, m, v) (i, g) ->
        let k = float (i + 1)
        let m = 0.9 * m + 0.1 * g
        let v = 0.999 * v + 0.001 * g * g
        let m', v' = m / (1.0 - 0.9 ** k), v / (1.0 - 0.999 ** k)
        p - rate * m' / (sqrt v' + 1e-8) - rate * decay * (anchor + p), m, v)

let tests =
    testList "AdamW" [
        testCase "its steps are the paper's recurrences, number by number, anchors and shares included"
        <| fun () ->
            use _ = torch.NewDisposeScope()
            let values, anchor = normal torch.float64 1, normal torch.float64 2
            let gradients = [| for k in 1..4 -> normal torch.float64 (10 + k) |]

            for anchored in [ false; true ] do
                let row = row values (if anchored then Some anchor else None)

                gradients |> Array.iteri (fun i g -> AdamW.step 0.01 0.3 (i + 1) 0.5 row g)

                for i in [ 0L; 7L; 65_535L; 65_536L; length - 1L ] do
                    let shares = gradients |> Array.map (fun g -> 0.5 * g[i].item<float>())
                    let a = if anchored then anchor[i].item<float>() else 0.0
                    let p, m, v = byHand 0.01 0.3 a shares (values[i].item<float>())
                    Expect.isLessThan (abs (p - row.Values[i].item<float>())) 1e-12 $"p of %d{i}"
                    Expect.isLessThan (abs (m - row.First[i].item<float>())) 1e-15 $"m of %d{i}"
                    Expect.isLessThan (abs (v - row.Second[i].item<float>())) 1e-15 $"v of %d{i}"

        testCase "it moves as LibTorch's AdamW does"
        <| fun () ->
            use _ = torch.NewDisposeScope()

            for precision, most in [ torch.float64, 1e-10; torch.float32, 1e-6 ] do
                let values = normal precision 1
                let own = row values None
                use parameter = new Modules.Parameter(values.clone ())
                let theirs = torch.optim.AdamW([| parameter |], 1e-3, weight_decay = 0.05)

                for k in 1..6 do
                    let gradient = normal precision (20 + k)
                    parameter.grad <- gradient.clone ()
                    theirs.step () |> ignore
                    AdamW.step 1e-3 0.05 k 1.0 own gradient

                let size = values.abs().max().``to``(torch.float64).item<float>()
                Expect.isLessThan (gap own.Values (parameter.detach ()) / size) most $"%O{precision}"

        testCase "a number that has no gradient only decays"
        <| fun () ->
            use _ = torch.NewDisposeScope()
            let values = normal torch.float64 1
            let row = row values None

            for k in 1..3 do
                AdamW.step 0.1 0.5 k 1.0 row (torch.zeros_like values)

            Expect.isLessThan (gap row.Values (values * (Math.Pow(0.95, 3.0)).ToScalar())) 1e-15 "0.95³ of it"
    ]
