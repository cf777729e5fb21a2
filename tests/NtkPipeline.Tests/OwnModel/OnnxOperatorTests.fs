module NtkPipeline.Tests.OnnxOperatorTests

open Expecto
open TorchSharp
open NtkPipeline.Core
open NtkPipeline.Tests.OwnNetworks
open NtkPipeline.Tests.OnnxCases

type private F = torch.nn.functional

let private cases: Case list = [
    "Softmax over an inner axis",
    13,
    [ node "Softmax" [ "v" ] "y" [ one "axis" 1L ] ],
    [],
    [ 3L; 4L ],
    (fun x -> x.softmax 1L)
    "Softmax before version 13 is over all axes from one on",
    11,
    [ node "Softmax" [ "v" ] "y" [ one "axis" 1L ] ],
    [],
    [ 3L; 4L ],
    fun x -> x.flatten(1L).softmax(1L).reshape x.shape
    "LogSoftmax", 13, [ node "LogSoftmax" [ "v" ] "y" [] ], [], [ 3L; 4L ], (fun x -> x.log_softmax -1L)
    "Gelu by tanh",
    20,
    [ node "Gelu" [ "v" ] "y" [ "approximate", OnnxAttribute.Text "tanh" ] ],
    [],
    [ 5L ],
    fun x -> F.gelu (x, Modules.GELU.Approximate.tanh)
    "gelu as it is written out",
    17,
    [
        node "Div" [ "v"; "r" ] "d" []
        node "Erf" [ "d" ] "e" []
        node "Add" [ "e"; "i" ] "a" []
        node "Mul" [ "v"; "a" ] "m" []
        node "Mul" [ "m"; "h" ] "y" []
    ],
    [ scalar "r" (sqrt 2.0); scalar "i" 1.0; scalar "h" 0.5 ],
    [ 5L ],
    fun x -> F.gelu x
    "activations one after another",
    17,
    [
        node "LeakyRelu" [ "v" ] "a" [ "alpha", OnnxAttribute.Real 0.25f ]
        node "Elu" [ "a" ] "b" [ "alpha", OnnxAttribute.Real 0.5f ]
        node "Softplus" [ "b" ] "c" []
        node "HardSwish" [ "c" ] "d" []
        node "PRelu" [ "d"; "g" ] "e" []
        node "Clip" [ "e"; "low"; "" ] "y" []
    ],
    [ made "g" [ 5L ]; scalar "low" 0.05 ],
    [ 5L ],
    fun x ->
        let h = F.elu (F.leaky_relu (x, 0.25), 0.5) |> fun x -> F.hardswish (F.softplus x)
        torch.maximum (h.relu () - (-h).relu() * asTensor (made "g" [ 5L ]), torch.tensor 0.05)
    "shapes: as an exporter reckons with them",
    13,
    [
        node "Shape" [ "v" ] "s" []
        node "Gather" [ "s"; "zero" ] "n" [ one "axis" 0L ]
        node "Unsqueeze" [ "n"; "axis" ] "u" []
        node "Concat" [ "u"; "rest" ] "to" [ one "axis" 0L ]
        node "Reshape" [ "v"; "to" ] "r" []
        node "Transpose" [ "r" ] "y" [ list "perm" [ 0L; 2L; 1L ] ]
    ],
    [
        { wholes "zero" [ 0L ] with Sizes = [] }
        wholes "axis" [ 0L ]
        wholes "rest" [ 2L; -1L ]
    ],
    [ 3L; 4L ],
    fun x -> x.reshape(x.shape[0], 2L, -1L).transpose(1, 2)
    "Slice, Split, Squeeze and Expand",
    13,
    [
        node "Slice" [ "v"; "from"; "until"; "axes"; "steps" ] "a" []
        {
            node "Split" [ "a" ] "left" [ one "axis" 2L ] with
                Outputs = [ "left"; "right" ]
        }
        node "Sub" [ "left"; "right" ] "d" []
        node "Squeeze" [ "d"; "axes" ] "q" []
        node "Expand" [ "q"; "wide" ] "y" []
    ],
    [
        wholes "from" [ -4L ]
        wholes "until" [ 100L ]
        wholes "axes" [ 2L ]
        wholes "steps" [ 3L ]
        wholes "wide" [ 2L; 1L; 3L ]
    ],
    [ 3L; 5L ],
    fun x -> (x.narrow (2, 1L, 1L) - x.narrow (2, 4L, 1L)).squeeze(2L).expand(2L, 1L, 3L)
    "ReduceMean and ReduceSum, their axes as an attribute or an input",
    13,
    [
        node "ReduceMean" [ "v" ] "a" [ list "axes" [ -1L ]; one "keepdims" 0L ]
        node "ReduceSum" [ "a"; "axes" ] "y" []
    ],
    [ wholes "axes" [ 1L ] ],
    [ 3L; 5L ],
    fun x -> x.mean([| 2L |]).sum([| 1L |], true)
    "Gemm with factors",
    13,
    [
        node "Gemm" [ "v"; "g"; "s" ] "y" [
            "alpha", OnnxAttribute.Real 0.5f
            "beta", OnnxAttribute.Real 2.0f
        ]
    ],
    [ made "g" [ 3L; 4L ]; made "s" [ 4L ] ],
    [ 3L ],
    fun x -> x.mm (asTensor (made "g" [ 3L; 4L ])) * 0.5 + asTensor (made "s" [ 4L ]) * 2.0
]

let tests = testList "ONNX operators" (List.map test cases)
