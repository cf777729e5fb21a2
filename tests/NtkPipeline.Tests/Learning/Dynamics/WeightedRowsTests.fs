module NtkPipeline.Tests.WeightedRowsTests

open System
open Expecto
open TorchSharp
open NtkPipeline.Core
open NtkPipeline.Tests

/// The sum as it is defined, one rounded product after another.
let private written (matrix: Matrix<float32>) (rows: int64[]) (weights: float32[]) =
    Array.init matrix.Columns (fun j ->
        let mutable sum = 0.0f

        for k in 0 .. rows.Length - 1 do
            let product = weights[k] * matrix[int rows[k], j]
            sum <- sum + product

        sum)

let private bits (values: float32[]) = values |> Array.map BitConverter.SingleToInt32Bits

let tests =
    testList "WeightedRows" [
        for rows, columns, chosen in
            [
                5, 1, 3
                9, 7, 9
                40, 37, 6
                40, 64, 5
                300, 901, 254
                300, 1024, 256
                300, 1031, 1
                8, 16, 0
            ] do
            testCase $"%d{chosen} of %d{rows} rows, %d{columns} columns: the defined sum, bit for bit"
            <| fun () ->
                use _ = torch.NewDisposeScope()
                let matrix = (SmallStack.normal 1L [ rows; columns ]).float()
                let weights = (SmallStack.normal 2L [ chosen ]).float()
                let numbers = [| for k in 0 .. chosen - 1 -> int64 (7 * k % rows) |]
                let index = torch.tensor (numbers, dtype = torch.int64)
                let ours = WeightedRows.sum matrix index weights
                let entries = Tensors.toArray32 weights
                let expected = written (Tensors.toMatrix32 matrix) numbers entries
                Expect.equal (bits (Tensors.toArray32 ours)) (bits expected) "in place"

                // A view with strides, and another precision, are gathered.
                let turned = matrix.t().contiguous().t()
                Expect.isFalse (columns > 1 && turned.is_contiguous ()) "it has strides"
                let others = WeightedRows.sum turned index weights
                let exact = WeightedRows.sum (matrix.double ()) index (weights.double ())
                Expect.equal (List.ofArray exact.shape) [ int64 columns ] "one a column"
                Expect.isLessThan (SmallStack.furthest (others.double ()) exact) 1e-4 "gathered"
                Expect.isLessThan (SmallStack.furthest (ours.double ()) exact) 1e-4 "in float64"

        testCase "a row that is not there is refused"
        <| fun () ->
            use _ = torch.NewDisposeScope()
            let matrix = (SmallStack.normal 1L [ 4; 3 ]).float()
            let row = torch.tensor ([| 4L |], dtype = torch.int64)
            let sum () = WeightedRows.sum matrix row (torch.ones 1L) |> ignore
            Expect.throws sum "past the end"
    ]
