module NtkPipeline.Tests.OwnConvolutionTests

open Expecto
open TorchSharp
open NtkPipeline.Core
open NtkPipeline.Tests.Matrices
open NtkPipeline.Tests.OwnNetworks
open NtkPipeline.Tests.TorchScriptFile

let private sizes = [
    "filter", [ 4L; 2L; 3L; 3L ]
    "shift", [ 4L ]
    "gain", [ 4L ]
    "move", [ 4L ]
    "w", [ 3L; 16L ]
    "b", [ 3L ]
]

let private values =
    sizes
    |> List.mapi (fun k (_, sizes) ->
        let count = int (List.fold (*) 1L sizes)
        [| for i in 1..count -> float (float32 (0.4 * sin (float (7 * k + 3 * i)))) |])

let private mean, variance = [| 0.1; -0.2; 0.3; 0.0 |], [| 1.5; 0.5; 2.0; 1.0 |]

/// 2 × 6 × 6 → convolution, batch-norm at its running values, relu, pooling to 4 × 2 × 2, dense layer of three outputs.
let private network (p: torch.Tensor[]) (x: torch.Tensor) =
    let x = x.reshape (-1L, 2L, 6L, 6L)
    let h = torch.nn.functional.conv2d (x, p[0], p[1], strides = [| 1L; 1L |], padding = [| 0L; 0L |])
    let running (values: float[]) = torch.tensor (values, dtype = x.dtype)

    let h =
        torch.nn.functional.batch_norm (
            h,
            running mean,
            running variance,
            p[2],
            p[3],
            training = false,
            eps = 1e-3
        )

    let h = torch.nn.functional.max_pool2d (h.relu (), [| 2L; 2L |], [| 2L; 2L |])
    h.flatten(1L).mm(p[4].t()).add p[5]

let private torchScript isDouble =
    let buffer name values = { trained name [ 4L ] values with IsBuffer = true; IsTrained = false }

    write
        isDouble
        ((sizes, values)
         ||> List.map2 (fun (name, sizes) values -> trained name sizes values)
         |> List.append [ buffer "mean" mean; buffer "variance" variance ])
        [
            "h = torch.conv2d(x, self.filter, self.shift, [1, 1], [0, 0], [1, 1], 1)"
            "h = torch.batch_norm(h, self.gain, self.move, self.mean, self.variance, False, 0.1, 0.001, False)"
            "h = torch.max_pool2d(torch.relu(h), [2, 2], [2, 2], [0, 0], [1, 1], False)"
            "return torch.linear(torch.flatten(h, 1, -1), self.w, self.b)"
        ]

let private onnx isDouble =
    OnnxFile.ofRows
        17
        (if isDouble then 11 else 1)
        [ "image", [ 2L; 6L; 6L ] ]
        [ "y" ]
        [
            node "Conv" [ "image"; "filter"; "shift" ] "c" [ "kernel_shape", OnnxAttribute.Wholes [ 3L; 3L ] ]
            node "BatchNormalization" [ "c"; "gain"; "move"; "mean"; "variance" ] "n" [
                "epsilon", OnnxAttribute.Real 0.001f
            ]
            node "Relu" [ "n" ] "r" []
            node "MaxPool" [ "r" ] "p" [
                "kernel_shape", OnnxAttribute.Wholes [ 2L; 2L ]
                "strides", OnnxAttribute.Wholes [ 2L; 2L ]
            ]
            node "Flatten" [ "p" ] "f" [ "axis", OnnxAttribute.Whole 1L ]
            node "Gemm" [ "f"; "w"; "b" ] "y" [ "transB", OnnxAttribute.Whole 1L ]
        ]
        ((sizes, values)
         ||> List.map2 (fun (name, sizes) values -> real isDouble name sizes values)
         |> List.append [ real isDouble "mean" [ 4L ] mean; real isDouble "variance" [ 4L ] variance ])

let private oracle (x: Matrix<float>) (z: Matrix<float>) =
    use _ = torch.NewDisposeScope()

    let parameters =
        (sizes, values)
        ||> List.map2 (fun (_, sizes) (values: float[]) -> torch.tensor(values).reshape(Array.ofList sizes))
        |> Array.ofList

    definition network parameters (Tensors.ofMatrix64 x) (Tensors.ofMatrix64 z)

let private shape = Some [ 2L; 6L; 6L ]

let tests =
    testList "kernel of a convolutional model's file" [
        testCase "as TorchScript and ONNX, in float64 and float32, it is the AD oracle's"
        <| fun () ->
            let rounded seed rows = Matrix.map (float32 >> float) (random seed rows 72)
            let x, z = rounded 1 7, rounded 2 5
            let single (m: Matrix<float>) = Matrix.map float32 m

            for outputs in [ Trace; Diagonal; Full ] do
                let expected = inForm outputs 3 (oracle x x)
                let between = inForm outputs 3 (oracle x z)

                let double shape bytes z =
                    Expect.wantOk (kernel Precision.double None shape outputs 1e9 bytes x z) "double"

                let inSingle shape bytes z =
                    Expect.wantOk
                        (kernel Precision.single None shape outputs 1e9 bytes (single x) (Option.map single z))
                        "single"

                // 0.001 of the batch-norm is a float32 number in an ONNX file.
                near 1e-9 expected (double shape (torchScript true) None)
                near 1e-9 between (double shape (torchScript true) (Some z))
                near 1e-7 expected (double None (onnx true) None)
                near 1e-5 expected (inSingle shape (torchScript false) None)
                near 1e-5 between (inSingle None (onnx false) (Some z))

        testCase "rows that do not fit are refused by their shape"
        <| fun () ->
            let said shape bytes columns =
                (Expect.wantError
                    (kernel Precision.double None shape Trace 1e9 bytes (random 1 3 columns) None)
                    "refused")
                    .Sentence

            Expect.stringContains
                (said None (onnx true) 70)
                "it takes rows of 2 × 6 × 6, which are 72 numbers, and the rows have 70"
                "as the file says"

            Expect.stringContains
                (said (Some [ 2L; 5L ]) (onnx true) 72)
                "--input-shape 2 × 5 is 10 numbers"
                "asked"

            let unshaped = said None (torchScript true) 72

            Expect.stringContains
                unshaped
                "on the first row: it cannot be computed"
                "a program of its own shape"

            Expect.stringContains unshaped "conv2d" "in LibTorch's words"
    ]
