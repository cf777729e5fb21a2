/// The parts of an encoder as nodes of a graph, each in the form that the graph has.
module NtkPipeline.Tests.OnnxParts

open NtkPipeline.Core

/// The width of a head.
let private size (g: OnnxBuilder) = int64 (g.Shape.Width / g.Shape.Heads)

/// The columns that a dense layer takes.
let private widthOf (g: OnnxBuilder) (name: string) =
    EncoderShape.dense g.Shape |> List.find (fun (other, _) -> other = name) |> snd |> snd |> int64

let dense (g: OnnxBuilder) name x =
    let bias, columns = g.Parameter(name + ".bias"), widthOf g name

    if g.Form.IsGemm then
        let flat = g.Node("Reshape", [ x; g.Wholes [ -1L; columns ] ])

        let y =
            g.Node(
                "Gemm",
                [ flat; g.Parameter(name + ".weight"); bias ],
                [ "transB", OnnxAttribute.Whole 1L ]
            )

        let like = g.Node("Shape", [ x ])
        let texts = g.Node("Slice", [ like; g.Wholes [ 0L ]; g.Wholes [ 2L ] ])

        g.Node(
            "Reshape",
            [
                y
                g.Node("Concat", [ texts; g.Wholes [ -1L ] ], [ "axis", OnnxAttribute.Whole 0L ])
            ]
        )
    elif g.Form.IsTransposed then
        g.Add(g.Node("MatMul", [ x; g.Transpose([ 1L; 0L ], g.Parameter(name + ".weight")) ]), bias)
    else
        g.Add(g.Node("MatMul", [ x; g.Matrix(name + ".weight") ]), bias)

let private mean (g: OnnxBuilder) x =
    if g.Form.Opset >= 18 then
        g.Node("ReduceMean", [ x; g.Wholes [ -1L ] ])
    else
        g.Node("ReduceMean", [ x ], [ "axes", OnnxAttribute.Wholes [ -1L ] ])

let norm (g: OnnxBuilder) name x =
    let gain, shift = g.Parameter(name + ".weight"), g.Parameter(name + ".bias")

    if g.Form.IsWhole then
        g.Node(
            "LayerNormalization",
            [ x; gain; shift ],
            [
                "axis", OnnxAttribute.Whole -1L
                "epsilon", OnnxAttribute.Real(float32 g.Shape.Epsilon)
            ]
        )
    else
        let centred = g.Node("Sub", [ x; mean g x ])
        let variance = mean g (g.Node("Pow", [ centred; g.Scalar 2.0 ]))
        let sigma = g.Node("Sqrt", [ g.Node("Add", [ variance; g.Scalar g.Shape.Epsilon ]) ])
        g.Node("Add", [ g.Node("Mul", [ g.Node("Div", [ centred; sigma ]); gain ]); shift ])

let gelu (g: OnnxBuilder) x =
    if g.Form.IsWhole then
        g.Node("Gelu", [ x ])
    else
        let erf = g.Node("Erf", [ g.Node("Div", [ x; g.Scalar(sqrt 2.0) ]) ])
        g.Node("Mul", [ g.Node("Mul", [ x; g.Node("Add", [ erf; g.Scalar 1.0 ]) ]); g.Scalar 0.5 ])

/// What is added to the scores of tokens that only fill up.
let gap (g: OnnxBuilder) =
    let mask = g.Node("Unsqueeze", [ "attention_mask"; g.Wholes [ 1L; 2L ] ])
    let real = g.Node("Cast", [ mask ], [ "to", OnnxAttribute.Whole 1L ])
    g.Node("Mul", [ g.Node("Sub", [ g.Scalar 1.0; real ]); g.Scalar -10000.0 ])

let private byHead (g: OnnxBuilder) x =
    g.Node(
        "Reshape",
        [
            x
            g.Wholes [ 0L; 0L; int64 g.Shape.Heads; (if g.Form.IsWhole then -1L else size g) ]
        ]
    )

let private scaled (g: OnnxBuilder) x =
    if g.Form.IsEachScaled then
        g.Node("Mul", [ x; g.Scalar(sqrt (sqrt (1.0 / float (size g)))) ])
    else
        x

let attend (g: OnnxBuilder) gap q k v =
    let q, v = g.Transpose([ 0L; 2L; 1L; 3L ], byHead g q), g.Transpose([ 0L; 2L; 1L; 3L ], byHead g v)

    let k =
        if g.Form.IsEachScaled then
            g.Transpose([ 0L; 1L; 3L; 2L ], g.Transpose([ 0L; 2L; 1L; 3L ], byHead g k))
        else
            g.Transpose([ 0L; 2L; 3L; 1L ], byHead g k)

    let products = g.Node("MatMul", [ scaled g q; scaled g k ])

    let scores =
        if g.Form.IsEachScaled then
            products
        else
            g.Node("Div", [ products; g.Scalar(sqrt (float (size g))) ])

    let softmax = g.Node("Softmax", [ g.Add(scores, gap) ], [ "axis", OnnxAttribute.Whole -1L ])

    g.Node(
        "Reshape",
        [
            g.Transpose([ 0L; 2L; 1L; 3L ], g.Node("MatMul", [ softmax; v ]))
            g.Wholes [ 0L; 0L; int64 g.Shape.Width ]
        ]
    )
