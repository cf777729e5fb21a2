module NtkPipeline.Tests.AnalyticNtkTests

open System
open System.Globalization
open System.IO
open System.Text.Json
open Expecto
open NtkPipeline.Core

let private document =
    lazy (JsonDocument.Parse(File.ReadAllText(Clone.path "tests/NtkPipeline.Tests/fixtures/kernels.json")))

let private matrix (element: JsonElement) : Matrix<float> =
    let rows = [|
        for row in element.EnumerateArray() -> [| for x in row.EnumerateArray() -> x.GetDouble() |]
    |]

    Matrix.ofRows rows[0].Length rows

/// Relative to the entry, but for what rounds away beside √(K_xx K_zz).
let private expectNear (tolerance: float) (what: string) (actual: Matrix<float>) (expected: Matrix<float>) =
    for i in 0 .. expected.Rows - 1 do
        for j in 0 .. expected.Columns - 1 do
            let scale = sqrt (abs (expected[i, i] * expected[j, j]))
            let allowed = tolerance * abs expected[i, j] + 1e-15 * scale
            let gap = abs (actual[i, j] - expected[i, j])

            if not (gap <= allowed) then
                failtest
                    $"%s{what} (%d{i}, %d{j}): %.17g{actual[i, j]} is not %.17g{expected[i, j]} (relative %g{gap / abs expected[i, j]})"

let private reproduced (section: string) =
    testCase $"%s{section}: the reference values, also of parallel and antiparallel pairs"
    <| fun () ->
        for entry in document.Value.RootElement.GetProperty(section).EnumerateArray() do
            let text = nonNull (entry.GetProperty("network").GetString())
            let network = Networks.parse text
            let inputs = matrix (entry.GetProperty "inputs")
            let nngp = Expect.wantOk (Gram.nngp64 network inputs None) text
            let ntk = Expect.wantOk (Gram.ntk64 network inputs None) text
            expectNear 1e-12 $"K of %s{text}" nngp (matrix (entry.GetProperty "nngp"))
            expectNear 1e-12 $"Θ of %s{text}" ntk (matrix (entry.GetProperty "ntk"))

let tests =
    testList "AnalyticNtk" [
        reproduced "kernels"
        reproduced "composed"
        reproduced "quadrature"
        reproduced "edge"

        testCase
            "a grid of activations, σ_w, σ_b, depths, residual and layer-norm: each entry to 1e-10 of itself"
        <| fun () ->
            let lines = File.ReadAllLines(Clone.path "tests/NtkPipeline.Tests/fixtures/kernel-grid.tsv")

            let numbers (text: string) =
                text.Split ' ' |> Array.map (fun x -> Double.Parse(x, CultureInfo.InvariantCulture))

            let inputs = lines[1].Replace("# rows: ", "").Split "; " |> Array.map numbers |> Matrix.ofRows 3

            for line in lines[2..] do
                let fields = line.Split '\t'
                let values = fields[1..] |> Array.map numbers
                let at i j = values[max i j * (max i j + 1) / 2 + min i j]
                let expected entry = Matrix.init inputs.Rows inputs.Rows (fun i j -> (at i j)[entry])
                let network = Networks.parse fields[0]
                let nngp = Expect.wantOk (Gram.nngp64 network inputs None) fields[0]
                let ntk = Expect.wantOk (Gram.ntk64 network inputs None) fields[0]
                expectNear 1e-10 $"K of %s{fields[0]}" nngp (expected 0)
                expectNear 1e-10 $"Θ of %s{fields[0]}" ntk (expected 1)

        testCase "the base kernel's diagonal is ‖x‖²/d"
        <| fun () ->
            let network = Network.oneHidden Relu.activation Width.one
            let theta = Expect.wantOk (Gram.ntk64 network Networks.rows None) "finite"

            for i in 0 .. theta.Rows - 1 do
                let square = Seq.sum (seq { for j in 0..3 -> pown Networks.rows[i, j] 2 })
                Expect.floatClose Accuracy.veryHigh theta[i, i] (square / 4.0) $"row %d{i}"

        testCase "an output scale multiplies both kernels by its square; centring makes K 0 and leaves Θ"
        <| fun () ->
            let text = "dense 8 b=0.2 | erf | dense 3 b=0.1"
            let kernel gram text = Expect.wantOk (gram (Networks.parse text) Networks.rows None) text
            let k, theta = kernel Gram.nngp64 text, kernel Gram.ntk64 text
            let scaled (m: Matrix<float>) = Matrix.map (fun v -> 6.25 * v) m
            expectNear 1e-15 "K" (kernel Gram.nngp64 (text + " | scale(2.5)")) (scaled k)
            expectNear 1e-15 "Θ" (kernel Gram.ntk64 (text + " | scale(2.5)")) (scaled theta)

            expectNear
                1e-15
                "Θ, centred"
                (kernel Gram.ntk64 (text + " | scale(2.5) | centred"))
                (scaled theta)

            let zero = kernel Gram.nngp64 (text + " | centred")
            Expect.all zero.Values (fun v -> v = 0.0) "K, centred"

        testCase "fifty layers deep, equal rows stay equal and nothing is lost"
        <| fun () ->
            let network = Networks.parse "repeat(50, dense 8 w=1.4142135623730951 | relu) | dense 1"
            let k = Expect.wantOk (Gram.nngp64 network Networks.rows None) "finite"
            let theta = Expect.wantOk (Gram.ntk64 network Networks.rows None) "finite"
            Expect.isLessThan (abs (k[1, 4] / k[1, 1] - 1.0)) 1e-14 "K of equal rows"
            Expect.isLessThan (abs (k[1, 2] / sqrt k[1, 1] / sqrt k[2, 2] - 1.0)) 1e-14 "K of parallel rows"
            Expect.isLessThan (abs (theta[1, 4] / theta[1, 1] - 1.0)) 1e-12 "Θ of equal rows"
            // Each of the 51 layers with parameters adds K to Θ(x, x).
            Expect.isLessThan (abs (theta[1, 1] / (51.0 * k[1, 1]) - 1.0)) 1e-12 "Θ(x, x)"
    ]
