/// BERT encoders as ONNX graphs, in the forms that exporters give them.
module NtkPipeline.Tests.OnnxBert

open NtkPipeline.Core
open NtkPipeline.Tests.OnnxForm

let private positions (g: OnnxBuilder) =
    let tokens = g.Node("Gather", [ g.Node("Shape", [ "input_ids" ]); g.Wholes [ 1L ] ])

    if g.Form.IsCounted then
        let one = g.Node("Reshape", [ tokens; g.Constant([ 0L ], 7, OnnxContent.Wholes [||]) ])
        let counted value = g.Constant([], 7, OnnxContent.Wholes [| value |])
        g.Node("Unsqueeze", [ g.Node("Range", [ counted 0L; one; counted 1L ]); g.Wholes [ 0L ] ])
    else
        let all =
            g.Constant(
                [ 1L; int64 g.Shape.Positions ],
                7,
                OnnxContent.Wholes [| 0L .. int64 g.Shape.Positions - 1L |]
            )

        g.Node("Slice", [ all; g.Wholes [ 0L ]; tokens; g.Wholes [ 1L ] ])

let private types (g: OnnxBuilder) =
    if g.Form.IsCounted then
        g.Node(
            "Expand",
            [
                g.Constant([ 1L; 1L ], 7, OnnxContent.Wholes [| 0L |])
                g.Node("Shape", [ "input_ids" ])
            ]
        )
    else
        "token_type_ids"

/// The nodes and tensors of an encoder, whose output is "last_hidden_state", and its inputs.
let graph (form: Form) (weights: EncoderWeights) : string list * OnnxNode list * OnnxTensor list =
    let g = OnnxBuilder(form, weights)
    let add a b = g.Add(a, b)
    let gap = OnnxParts.gap g
    let rows table index = g.Node("Gather", [ g.Parameter table; index ])

    let embedded =
        add
            (add (rows EncoderShape.words "input_ids") (rows EncoderShape.types (types g)))
            (rows EncoderShape.positions (positions g))

    let states =
        EncoderWalk.states g.Shape {
            Embedded = embedded
            Dense = OnnxParts.dense g
            Norm = OnnxParts.norm g
            Attend = OnnxParts.attend g gap
            Gelu = OnnxParts.gelu g
            Add = add
            Run = fun block x -> block x
        }

    let nodes =
        g.Nodes
        @ [
            {
                Operator = "Identity"
                Name = "last"
                Inputs = [ states ]
                Outputs = [ "last_hidden_state" ]
                Attributes = Map.empty
            }
        ]

    [
        "input_ids"
        "attention_mask"
        if not form.IsCounted then
            "token_type_ids"
    ],
    nodes,
    g.Tensors

/// A model's bytes, its nodes and tensors changed on the way.
let changed
    (form: Form)
    (weights: EncoderWeights)
    (node: OnnxNode -> OnnxNode)
    (tensor: OnnxTensor -> OnnxTensor)
    : byte[] =
    let inputs, nodes, tensors = graph form weights
    OnnxFile.bytes form.Opset inputs "last_hidden_state" (List.map node nodes) (List.map tensor tensors)

let bytes (form: Form) (weights: EncoderWeights) : byte[] = changed form weights id id
