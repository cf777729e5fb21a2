module NtkPipeline.Tests.TangentKernelTests

open System
open Expecto
open NtkPipeline.Core

let private parts = TangentPart.all SmallEncoder.shape

/// Random rows of as many columns as there are parts, times three.
let private rows seed count : TangentRows = {
    Columns = TangentColumns.layOut (parts |> List.map (fun part -> part, 3))
    Scale = 2.0
    Values =
        Matrices.normal seed count (3 * parts.Length) |> Matrix.map (fun x -> Half.op_Explicit (float32 x))
}

let private product (x: TangentRows list) (z: TangentRows list) =
    let values (sets: TangentRows list) =
        sets |> List.map (TangentRows.toMatrix >> Matrix.map float) |> List.reduce Matrix.stack

    let x, z = values x, values z

    Matrix.init x.Rows z.Rows (fun i j -> Seq.sum (seq { for k in 0 .. x.Columns - 1 -> x[i, k] * z[j, k] }))

let private close (found: Matrix<float32>) (expected: Matrix<float>) =
    Expect.isLessThan (TangentWitness.relativeGap (Matrix.map float found) expected) 1e-5 "kernel"

let tests =
    testList "TangentKernel" [
        testCase "rows in several sets, past a tile, have the inner products of all rows"
        <| fun () ->
            let x, z = [ rows 1 700; rows 2 500; rows 3 3 ], [ rows 4 20 ]
            close (TangentKernel.symmetric x) (product x x)
            close (TangentKernel.between x z) (product x z)
            let own = TangentKernel.symmetric x
            Expect.equal (Matrix.init 1203 1203 (fun i j -> own[j, i])) own "symmetric to the bit"
            let leading = TangentKernel.leading 900 x
            Expect.equal (leading.Rows, leading.Columns) (1203, 900) "all rows by the first"
            let all = product x x
            close leading (Matrix.init 1203 900 (fun i j -> all[i, j]))

        testCase "a kernel is the sum of its parts', and its diagonal is that of each of its rows with itself"
        <| fun () ->
            let x = [ rows 1 20; rows 2 10 ]
            let whole = product x x

            let ofPart part =
                x |> List.map (TangentRows.select ((=) part)) |> TangentKernel.symmetric |> Matrix.map float

            let sum =
                parts
                |> List.map ofPart
                |> List.reduce (fun a b -> Matrix.create 30 30 (Array.map2 (+) a.Values b.Values))

            close (Matrix.map float32 sum) whole

            let diagonalOf isWanted = x |> List.map (TangentRows.select isWanted) |> TangentKernel.diagonal

            for what, kernel, diagonal in
                [
                    "whole", whole, diagonalOf (fun _ -> true)
                    for part in parts do
                        TangentPart.print part, ofPart part, diagonalOf ((=) part)
                ] do
                let expected = Array.init 30 (fun i -> kernel[i, i])
                let largest = Array.max expected

                Array.iter2
                    (fun found k -> Expect.isLessThan (abs (found - k) / largest) 1e-6 what)
                    diagonal
                    expected

        testCase "rows of other heads or sketches have no common kernel"
        <| fun () ->
            Expect.throwsT<ArgumentException>
                (fun () -> TangentKernel.symmetric [ rows 1 3; { rows 1 3 with Scale = 4.0 } ] |> ignore)
                "another head"

        testCase "parts are read back by their names"
        <| fun () ->
            for part in parts do
                Expect.equal (TangentPart.parse (TangentPart.print part)) (Ok part) "round trip"

            for text in [ "layer -1: query"; "layer 1"; "words"; "embeddings: what" ] do
                Expect.isError (TangentPart.parse text) text
    ]
