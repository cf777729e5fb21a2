module NtkPipeline.Tests.ExpandTests

open System
open System.IO
open Expecto
open TorchSharp
open NtkPipeline.Core
open NtkPipeline.Tests.Matrices
open NtkPipeline.Tests.Ntk

/// A call on x.npy that writes f.npy.
let expand (folder: string) text (order: int) extra =
    [
        "expand"
        "--network"
        text
        "--order"
        string order
        "--x"
        Path.Combine(folder, "x.npy")
    ]
    @ [ "--out"; Path.Combine(folder, "f.npy") ]
    @ extra

/// Column `column` of rows × columns values.
let private column (columns: int) (column: int) (values: float[]) = [|
    for row in 0 .. values.Length / columns - 1 -> values[row * columns + column]
|]

let private near message (actual: float[]) (expected: float[]) =
    for a, e in Array.zip actual expected do
        Expect.isLessThan (abs (a - e)) (1e-12 * (1.0 + abs e)) message

/// θ₀ of the network with this seed, and f there and at θ₀ + step, by the forward pass alone.
let private plain (text: string) (seed: uint64) (rows: Matrix<float>) (step: float[]) =
    use _ = torch.NewDisposeScope()
    let network = Networks.parse text
    let origin = Forward.draw network rows.Columns (Seed.root seed) torch.float64
    let x = Tensors.ofMatrix64 rows
    let next = ref 0

    let moved (t: torch.Tensor) =
        let size = int (t.numel ())
        let part = Array.sub step next.Value size
        next.Value <- next.Value + size
        t + (Tensors.ofArray64 part).reshape t.shape

    let theta =
        origin
        |> Array.map (fun layer ->
            let w = moved layer.W
            { W = w; B = Option.map moved layer.B })

    let linear = (EmpiricalNtk.jacobian network origin x).mv(Tensors.ofArray64 step) |> Tensors.toArray64

    let f theta = Forward.applyFrom network origin theta x |> Tensors.toArray64
    f origin, f theta, linear

let tests =
    testList "expand" [
        testCase "order k's error falls with the power k + 1 of the step"
        <| inFolder (fun folder ->
            KernelFiles.write folder "x" (random 1 5 3) |> ignore

            let errors scale =
                expand folder "dense 9 b=0.3 | erf | dense 7 | tanh | dense 2" 3 [
                    "--step-scale"
                    scale
                    "--seed"
                    "4"
                ]
                |> KernelFiles.wantJson
                |> KernelFiles.get "errors"
                |> KernelFiles.items
                |> Array.map (KernelFiles.real "rms")

            let far, nearer = errors "0.2", errors "0.1"

            for order in 0..3 do
                let power = Math.Log2(far[order] / nearer[order])
                Expect.isLessThan (abs (power - float (order + 1))) 0.3 $"order %d{order}")

        testCase
            "the columns are f at the step's end, f at its start, the linearised network, …, whatever the rows"
        <| inFolder (fun folder ->
            let text, rows = "dense 4 b=0.3 | erf | dense 1 w=1.5 b=0.2", random 2 300 3
            KernelFiles.write folder "x" rows |> ignore
            let step = (random 3 1 21).Values
            let file = KernelFiles.writeVector folder "step" step
            let json = expand folder text 2 [ "--step"; file; "--seed"; "8" ] |> KernelFiles.wantJson
            let values = KernelFiles.values (Path.Combine(folder, "f.npy"))
            let start, moved, linear = plain text 8UL rows step
            Expect.equal (KernelFiles.shape (Path.Combine(folder, "f.npy"))) "300, 4" "rows × (order + 2)"
            near "f(θ₀ + step)" (column 4 0 values) moved
            near "order 0" (column 4 1 values) start
            near "order 1" (column 4 2 values) (Array.map2 (+) start linear)
            Expect.equal (KernelFiles.real "parameters" json) 21.0 "4·3 + 4 + 4 + 1"
            Expect.isLessThan (KernelFiles.real "linearisedGap" json) 1e-13 "two ways to order 1"
            let away = Array.map2 (fun a b -> abs (a - b)) (column 4 3 values) moved
            let told = KernelFiles.get "errors" json |> KernelFiles.items |> Array.last

            Expect.floatClose
                Accuracy.high
                (KernelFiles.real "largest" told)
                (Array.max away)
                "sup of order 2"

            Expect.floatClose
                Accuracy.high
                (KernelFiles.real "rms" told)
                (away |> Array.averageBy (fun e -> e * e) |> sqrt)
                "rms of order 2")

        testCase "a network that is a polynomial in its parameters is its expansion of that order"
        <| inFolder (fun folder ->
            KernelFiles.write folder "x" (random 1 5 3) |> ignore

            for text, degree in
                [
                    "dense 6 b=0.4 | identity | dense 2", 2
                    "dense 6 | monomial(2) | dense 1", 3
                    "dense 1", 1
                    "dense 4 | dense 3 | dense 1 | scale(3) | centred", 3
                ] do
                let errors =
                    expand folder text (degree + 1) [ "--step-scale"; "2" ]
                    |> KernelFiles.wantJson
                    |> KernelFiles.get "errors"
                    |> KernelFiles.items
                    |> Array.map (KernelFiles.real "largest")

                Expect.isGreaterThan errors[degree - 1] 1e-3 $"%s{text}: not before"
                Expect.isLessThan errors[degree] 1e-12 $"%s{text}: exact"
                Expect.isLessThan errors[degree + 1] 1e-12 $"%s{text}: and no more follows"

            Expect.isTrue
                (KernelFiles.shape (Path.Combine(folder, "f.npy")) = "5, 6")
                "one output has no axis of its own"

            expand folder "dense 3 | erf | dense 2" 1 [ "--step-scale"; "2" ] |> wantDone |> ignore
            Expect.equal (KernelFiles.shape (Path.Combine(folder, "f.npy"))) "5, 3, 2" "two have one")

        testCase "the same seed gives the same bytes, another one other bytes; a random step has its length"
        <| inFolder (fun folder ->
            KernelFiles.write folder "x" (random 1 5 3) |> ignore

            let run seed =
                let answer =
                    expand folder "dense 6 | relu | dense 1" 2 [ "--step-scale"; "0.5"; "--seed"; seed ]
                    |> KernelFiles.wantJson

                Expect.floatClose Accuracy.high (KernelFiles.real "stepNorm" answer) 0.5 "its length"
                File.ReadAllBytes(Path.Combine(folder, "f.npy"))

            Expect.equal (run "3") (run "3") "again"
            Expect.notEqual (run "3") (run "4") "another")
    ]
