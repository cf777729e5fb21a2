module NtkPipeline.Tests.OnnxWindowTests

open Expecto
open TorchSharp
open NtkPipeline.Core
open NtkPipeline.Tests.OwnNetworks
open NtkPipeline.Tests.OnnxCases

type private F = torch.nn.functional

let private filter, filters1, filters3 =
    made "f" [ 4L; 2L; 3L; 2L ], made "f" [ 4L; 3L; 2L ], made "f" [ 2L; 1L; 2L; 2L; 2L ]

let private cases: Case list = [
    "Conv with steps, gaps and uneven filling",
    17,
    [
        node "Conv" [ "v"; "f" ] "y" [
            list "strides" [ 2L; 1L ]
            list "dilations" [ 1L; 2L ]
            list "pads" [ 1L; 0L; 0L; 2L ]
        ]
    ],
    [ filter ],
    [ 2L; 6L; 7L ],
    fun x ->
        let x = F.pad (x, [| 0L; 2L; 1L; 0L |])
        F.conv2d (x, asTensor filter, strides = [| 2L; 1L |], dilation = [| 1L; 2L |])
    "Conv of one axis in groups, as large as before",
    17,
    [
        node "Conv" [ "v"; "f" ] "y" [ one "group" 2L; "auto_pad", OnnxAttribute.Text "SAME_UPPER" ]
    ],
    [ filters1 ],
    [ 6L; 5L ],
    fun x -> F.conv1d (F.pad (x, [| 0L; 1L |]), asTensor filters1, groups = 2L)
    "Conv of three axes",
    17,
    [ node "Conv" [ "v"; "f" ] "y" [] ],
    [ filters3 ],
    [ 1L; 3L; 3L; 3L ],
    fun x -> F.conv3d (x, asTensor filters3)
    "MaxPool with filling",
    17,
    [
        node "MaxPool" [ "v" ] "y" [
            list "kernel_shape" [ 3L; 2L ]
            list "strides" [ 2L; 2L ]
            list "pads" [ 1L; 1L; 1L; 1L ]
        ]
    ],
    [],
    [ 2L; 5L; 6L ],
    fun x -> F.max_pool2d (x, [| 3L; 2L |], [| 2L; 2L |], [| 1L; 1L |])
    "AveragePool that counts what is there",
    17,
    [
        node "AveragePool" [ "v" ] "y" [ list "kernel_shape" [ 3L; 3L ]; list "pads" [ 1L; 1L; 1L; 1L ] ]
    ],
    [],
    [ 2L; 5L; 6L ],
    fun x -> F.avg_pool2d (x, [| 3L; 3L |], [| 1L; 1L |], [| 1L; 1L |], count_include_pad = false)
    "AveragePool that counts what is filled in",
    17,
    [
        node "AveragePool" [ "v" ] "y" [
            list "kernel_shape" [ 2L; 2L ]
            list "pads" [ 1L; 1L; 1L; 1L ]
            one "count_include_pad" 1L
        ]
    ],
    [],
    [ 2L; 5L; 6L ],
    fun x -> F.avg_pool2d (x, [| 2L; 2L |], [| 1L; 1L |], [| 1L; 1L |], count_include_pad = true)
    "GlobalAveragePool",
    17,
    [ node "GlobalAveragePool" [ "v" ] "y" [] ],
    [],
    [ 2L; 5L; 6L ],
    (fun x -> x.mean ([| 2L; 3L |], true))
    "LayerNormalization over two axes",
    17,
    [
        node "LayerNormalization" [ "v"; "g"; "s" ] "y" [ one "axis" -2L; "epsilon", OnnxAttribute.Real 0.5f ]
    ],
    [ made "g" [ 3L; 4L ]; made "s" [ 3L; 4L ] ],
    [ 2L; 3L; 4L ],
    fun x ->
        F.layer_norm (x, [| 3L; 4L |], asTensor (made "g" [ 3L; 4L ]), asTensor (made "s" [ 3L; 4L ]), 0.5)
    "InstanceNormalization",
    17,
    [
        node "InstanceNormalization" [ "v"; "g"; "s" ] "y" [ "epsilon", OnnxAttribute.Real 0.5f ]
    ],
    [ made "g" [ 2L ]; made "s" [ 2L ] ],
    [ 2L; 3L; 4L ],
    fun x ->
        F.instance_norm (x, null, null, asTensor (made "g" [ 2L ]), asTensor (made "s" [ 2L ]), eps = 0.5)
]

let tests = testList "ONNX convolutions, pooling and norms" (List.map test cases)
