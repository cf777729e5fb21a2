module NtkPipeline.Tests.KernelProductTests

open System
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.Networks

/// Rows of norm √columns, more than a tile of them; then some that are hard: a copy, a multiple, an antiparallel one, zeros.
let private hard (isCommon: bool) count =
    let random = Random 5
    let normal () = MathNet.Numerics.Distributions.Normal.Sample(random, 0.0, 1.0)

    let common (row: float[]) =
        let norm = sqrt (Array.sumBy (fun x -> x * x) row)
        row |> Array.map (fun x -> x * sqrt (float row.Length) / norm)

    let rows = Array.init count (fun _ -> Array.init 7 (fun _ -> normal ()))
    let rows = if isCommon then rows |> Array.map common else rows
    rows[count - 1] <- rows[3]
    rows[count - 2] <- rows[4] |> Array.map (~-)
    rows[count - 3] <- rows[5] |> Array.map ((*) 2.0)
    rows[count - 4] <- Array.zeroCreate 7
    // What float32 holds, so that both precisions see the same inputs.
    rows |> Array.map (Array.map (float32 >> float)) |> Matrix.ofRows 7

let private networks = [
    "dense 9 | relu | dense 1"
    "dense 9 w=1.3 b=0.2 | erf | dense 9 | relu | dense 1 b=0.1"
]

let private vectors count columns =
    let random = Random 6
    Matrix.init count columns (fun _ _ -> random.NextDouble() - 0.5)

let private naive (k: int -> int -> float) rows (v: Matrix<float>) =
    Matrix.init v.Rows rows (fun c i -> Seq.sum (seq { for j in 0 .. v.Columns - 1 -> k i j * v[c, j] }))

let private wantNear message (found: Matrix<float>) (expected: Matrix<float>) =
    Expect.equal (found.Rows, found.Columns) (expected.Rows, expected.Columns) message
    let scale = expected.Values |> Array.maxBy abs |> abs
    let gap = Array.map2 (fun a b -> abs (a - b)) found.Values expected.Values |> Array.max
    Expect.isLessThanOrEqual gap (1e-13 * scale) message

let private create isSingle network x =
    Expect.wantOk (KernelSource.create KernelKind.Ntk (parse network) isSingle x) network

let tests =
    testList "kernel products by tiles" [
        for network in networks do
            for isCommon in [ true; false ] do
                testCase
                    $"are those of the whole matrix, in both precisions: %s{network}, one norm: %b{isCommon}"
                <| fun () ->
                    let x, z = hard isCommon 230, hard isCommon 101
                    let v, w = vectors 3 230, vectors 3 101
                    let wide (m: Matrix<float32>) i j = float m[i, j]
                    let net = parse network

                    for isSingle in [ true; false ] do
                        let source, xs = create isSingle network x
                        let zs = KernelRows.ofMatrix z
                        let narrow = Matrix.map float32

                        let own, cross =
                            if source.Plan.IsSome then
                                let own = Expect.wantOk (Gram.ntk net (narrow x) None) "float32"
                                let cross = Expect.wantOk (Gram.ntk net (narrow x) (Some(narrow z))) "float32"
                                wide own, wide cross
                            else
                                let own = Expect.wantOk (Gram.ntk64 net x None) "float64"
                                let cross = Expect.wantOk (Gram.ntk64 net x (Some z)) "float64"
                                (fun i j -> own[i, j]), (fun i j -> cross[i, j])

                        let tiles = UnheldKernel.symmetric source xs
                        wantNear "the rows with themselves" (KernelProduct.multiply tiles v) (naive own 230 v)

                        wantNear
                            "with other rows"
                            (KernelProduct.multiply (UnheldKernel.between source xs zs) w)
                            (naive cross 230 w)

                        wantNear
                            "whole"
                            (UnheldKernel.whole (UnheldKernel.between source xs zs))
                            (Matrix.init 230 101 cross)

        testCase "a table serves rows of one norm, and any rows of a homogeneous network"
        <| fun () ->
            let byTable network isCommon = (create true network (hard isCommon 230) |> fst).Plan.IsSome
            Expect.isTrue (byTable networks[0] false) "relu without bias"
            Expect.isTrue (byTable networks[1] true) "one norm but for a few rows"
            Expect.isFalse (byTable networks[1] false) "biases and many norms"

        testCase "a vector's product does not depend on its company, to the bit"
        <| fun () ->
            let source, xs = create true networks[0] (hard true 230)
            let tiles, v = UnheldKernel.symmetric source xs, vectors 4 230
            let together = KernelProduct.multiply tiles v

            for c in 0..3 do
                let alone = KernelProduct.multiply tiles (Matrix.gatherRows [| c |] v)
                Expect.equal alone.Values ((Matrix.row c together).ToArray()) "the same bits"

        testCase "what is not finite or too large is refused with the row"
        <| fun () ->
            let x = hard true 20
            x.Values[8] <- nan

            KernelSource.create KernelKind.Ntk (parse networks[0]) true x
            |> KernelSamples.wantRefusal [ "NaN"; "row 1, column 1" ]

            x.Values[8] <- 1e30

            KernelSource.create KernelKind.Ntk (parse networks[0]) true x
            |> KernelSamples.wantRefusal [ "row 1"; "scale the inputs down" ]
    ]
