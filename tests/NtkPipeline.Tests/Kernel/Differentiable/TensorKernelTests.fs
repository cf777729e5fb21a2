module NtkPipeline.Tests.TensorKernelTests

open System
open Expecto
open TorchSharp
open NtkPipeline.Core
open NtkPipeline.Tests.Networks

/// Activations that can be learned with.
let private closed = Activations.examples |> List.filter (TensorDual.check >> Result.isOk)

let private pairs (count: int) = [|
    for i in 0 .. count - 1 do
        for j in i .. count - 1 do
            i, j
|]

let private polar (x: Matrix<float>) =
    let first, second = pairs x.Rows |> Array.unzip
    PolarRows.pairs (UnitRows.ofMatrix x) first second

let private values kind network (x: Matrix<float>) (h: float[]) =
    TensorKernel.values kind network x.Columns (polar x) 0 (Tensors.ofArray64 h) |> Tensors.toArray64

let private start network = TensorKernel.parameters network |> Array.map snd

/// Rows with every hard pair, and a zero row.
let private hard = Matrix.stack rows (Matrix.ofRows 4 [| Array.zeroCreate 4 |])

let tests =
    testList "kernels as tensors" [
        for activation in closed do
            let phi = Activation.print activation

            testCase $"are the definition's, also of equal, parallel, antiparallel and zero rows: %s{phi}"
            <| fun () ->
                for text in shapes phi do
                    let network = parse text

                    for kind in KernelKind.all do
                        let expected = Expect.wantOk (KernelKind.gram64 kind network hard None) text
                        let found = values kind network hard (start network)

                        Array.iter2
                            (fun (i, j) value ->
                                let scale = sqrt (abs expected[i, i] * abs expected[j, j])
                                // Rows 1, 4 and 5 are nearly one direction, where E[uv] holds half the digits of the angle.
                                let tolerance =
                                    if j = 5 && (i = 1 || i = 2 || i = 3 || i = 4) then 1e-7 else 1e-12

                                let gap = abs (value - expected[i, j])

                                Expect.isLessThanOrEqual
                                    gap
                                    (tolerance * max scale 1e-300)
                                    $"%s{text} at %d{i}, %d{j}")
                            (pairs hard.Rows)
                            found

            testCase $"have the derivatives of central differences by every σ_w and σ_b: %s{phi}"
            <| fun () ->
                // Every shape for one, and for the others those with biases, a residual and a layer-norm.
                let texts =
                    if activation = Relu.activation then
                        shapes phi
                    else
                        [ (shapes phi)[1]; (shapes phi)[3] ]

                for text in texts do
                    let network = parse text
                    let h = start network
                    let f h = TensorKernel.values KernelKind.Ntk network 4 (polar hard) 0 h

                    for k in 0 .. h.Length - 1 do
                        let along = Array.init h.Length (fun m -> if m = k then 1.0 else 0.0)

                        let found =
                            Differentiate.jacobianv f (Tensors.ofArray64 h) (Tensors.ofArray64 along)
                            |> Tensors.toArray64

                        let at step =
                            values KernelKind.Ntk network hard (Array.map2 (fun x d -> x + step * d) h along)
                        // Fourth order: (8(f₁ − f₋₁) − (f₂ − f₋₂))/12 s.
                        let s = 1e-3

                        let far, near =
                            Array.map2 (-) (at (2.0 * s)) (at (-2.0 * s)), Array.map2 (-) (at s) (at -s)

                        let differences =
                            Array.map2 (fun near far -> (8.0 * near - far) / (12.0 * s)) near far

                        let scale = differences |> Array.map abs |> Array.max |> max 1e-3

                        pairs hard.Rows
                        |> Array.iteri (fun p (i, j) ->
                            // Differences of nearly parallel pairs see the noise of E[uv].
                            let tolerance = if j = 5 && i >= 1 && i <= 4 then 1e-3 else 1e-6
                            let gap = abs (found[p] - differences[p])

                            Expect.isTrue
                                (gap <= tolerance * scale)
                                $"%s{text}, parameter %d{k}, pair %d{i}, %d{j}: %g{found[p]}, %g{differences[p]}")

        testCase "activations without a closed form are refused with the reason"
        <| fun () ->
            for text in
                [
                    "dense 4 | tanh | dense 1"
                    "dense 4 | relu | residual(dense 4 | silu | dense 4) | dense 1"
                ] do
                let reason = Expect.wantError (TensorKernel.check (parse text)) text
                Expect.stringContains reason "no closed form" text

        testCase "a network and its parameters are one another's inverse"
        <| fun () ->
            let network =
                parse "dense 4 w=1.5 b=0.2 | relu | residual(dense 4 w=0.3 | erf | dense 4 b=2) | dense 1"

            Expect.equal
                (TensorKernel.withParameters (start network) network |> Result.map NetworkText.print)
                (Ok(NetworkText.print network))
                "the same"

            Expect.equal (TensorKernel.parameters network |> Array.map fst |> Array.length) 6 "σ_w and σ_b"
            let doubled = TensorKernel.withParameters (start network |> Array.map ((+) (log 2.0))) network

            for (_, _, before), (_, _, after) in
                List.zip
                    (Network.denseLayers 1 network)
                    (Network.denseLayers 1 (Expect.wantOk doubled "a network")) do
                Expect.floatClose Accuracy.veryHigh after.WeightScale (2.0 * before.WeightScale) "σ_w doubled"

                Expect.floatClose
                    Accuracy.veryHigh
                    after.BiasScale
                    (2.0 * before.BiasScale)
                    "σ_b doubled, or still none"

            Expect.isError
                (TensorKernel.withParameters (start network |> Array.map ((+) 20.0)) network)
                "σ out of range"
    ]
