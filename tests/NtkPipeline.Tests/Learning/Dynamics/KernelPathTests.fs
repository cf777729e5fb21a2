module NtkPipeline.Tests.KernelPathTests

open Expecto
open TorchSharp
open NtkPipeline.Core

let private n, watched = 12, 9
let private xs = KernelSamples.points (n + watched)
let private kernel = KernelSamples.roughKernelOf xs xs |> Matrix.map float32
let private targets = KernelSamples.targets xs[.. n - 1]
let private steps = [ 0; 1; 2; 5; 10; 40 ]

let private path momentum =
    Expect.wantOk
        (KernelPath.create kernel targets (1.5, momentum) steps 4 |> Result.mapError _.Sentence)
        "it should work"

/// The same, step by step.
let private stepwise momentum =
    use _ = torch.NewDisposeScope()
    let f = torch.zeros (int64 (n + watched), dtype = torch.float64)
    let rows = torch.arange (int64 n)

    let descent = {
        Rate = 1.5
        Kernel = (Tensors.ofMatrix32 kernel).``to`` torch.float64
        Targets = Tensors.ofArray64 targets
        Outputs = f
        Momentum = HeavyBall.ofBeta momentum f
    }

    [|
        for before, after in List.pairwise (0 :: steps) do
            FunctionDescent.run (Seq.replicate (after - before) rows) descent
            (Tensors.toArray64 f)[n..]
    |]

let tests =
    testList "KernelPath" [
        testCase "the closed form is what descent does step by step, with momentum and without"
        <| fun () ->
            for momentum in [ 0.0; 0.7 ] do
                let found, expected = path momentum, stepwise momentum

                for k in 0 .. steps.Length - 1 do
                    KernelSamples.wantClose
                        1e-10
                        "outputs"
                        ((Matrix.row k found.Outputs).ToArray())
                        expected[k]

        testCase "every coordinate in the eigenbasis moves on its own, never back, and to its target"
        <| fun () ->
            let found = path 0.0
            Expect.equal found.Eigenvalues.Length 4 "as many as asked"

            for k in 0..3 do
                let along = Array.init steps.Length (fun t -> found.Learnt[t, k] / found.Targets[k])
                let factor = 1.0 - 1.5 * found.Eigenvalues[k] / float n

                for step, share in Seq.zip steps along do
                    Expect.floatClose Accuracy.high share (1.0 - factor ** float step) "its own factor a step"

                if factor > 0.0 then
                    Expect.isTrue (Array.pairwise along |> Array.forall (fun (a, b) -> a <= b)) "never back"

        testCase "eigenfunctions and coordinates make up the path, and are read off it"
        <| fun () ->
            let all =
                Expect.wantOk
                    (KernelPath.create kernel targets (1.5, 0.0) steps 8 |> Result.mapError _.Sentence)
                    "it works"

            // A path that these eight functions make up, known exactly.
            use _ = torch.NewDisposeScope()
            let known = Tensors.ofMatrix64 all.Learnt
            let outputs = known.mm ((Tensors.ofMatrix64 all.Functions).t()) |> Tensors.toMatrix64
            let found = KernelPath.coordinates all outputs
            KernelSamples.wantClose 1e-8 "coordinates" found.Values all.Learnt.Values

            let whole =
                Expect.wantOk
                    (KernelPath.create kernel targets (1.5, 0.0) steps n |> Result.mapError _.Sentence)
                    "it works"

            let made = (Tensors.ofMatrix64 whole.Learnt).mm((Tensors.ofMatrix64 whole.Functions).t())
            KernelSamples.wantClose 1e-9 "all of them" (Tensors.toArray64 made) whole.Outputs.Values

        testCase
            "the plane has two axes of length 1 across each other, and the path ends on their positive side"
        <| fun () ->
            let axes, share = path 0.0 |> KernelPath.plane |> Option.get
            let row k = (Matrix.row k axes).ToArray()
            let inner a b = Array.fold2 (fun sum x y -> sum + x * y) 0.0 a b

            KernelSamples.wantClose 1e-12 "orthonormal" [|
                inner (row 0) (row 0)
                inner (row 1) (row 1)
                inner (row 0) (row 1)
            |] [| 1.0; 1.0; 0.0 |]

            Expect.isTrue (share > 0.5 && share <= 1.0) "a share"
            let last = (Matrix.row (steps.Length - 1) (path 0.0).Outputs).ToArray()
            Expect.isTrue (inner (row 0) last >= 0.0 && inner (row 1) last >= 0.0) "signs"

            let still = {
                path 0.0 with
                    Outputs = Matrix.create 6 watched (Array.zeroCreate (6 * watched))
            }

            Expect.isNone (KernelPath.plane still) "a path that does not move"
    ]
