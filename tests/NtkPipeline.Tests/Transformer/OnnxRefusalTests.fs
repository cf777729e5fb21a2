/// What is no BERT encoder, and how the refusal names the place.
module NtkPipeline.Tests.OnnxRefusalTests

open System
open Expecto
open NtkPipeline.Core

let private weights = SmallEncoder.weights 11

let private read bytes = OnnxWeights.read "here/model.onnx" Pooling.Cls bytes |> Result.mapError _.Sentence

/// Which operators stand in the graph before this one's place is counted.
let private nth (operator: string) (place: int) : OnnxNode -> bool =
    let mutable seen = 0

    fun node ->
        if node.Operator = operator then
            seen <- seen + 1

        node.Operator = operator && seen = place + 1

let private at operator place (change: OnnxNode -> OnnxNode) : OnnxNode -> OnnxNode =
    let isIt = nth operator place
    fun node -> if isIt node then change node else node

let private operator name (node: OnnxNode) = { node with Operator = name }
let private inputs change (node: OnnxNode) = { node with Inputs = change node.Inputs }

let private attribute name value (node: OnnxNode) = {
    node with
        Attributes = Map.add name value node.Attributes
}

let private isScalar (value: float) (tensor: OnnxTensor) =
    tensor.Sizes = [] && OnnxTensor.reals tensor = Ok [| float32 value |]

/// Every scalar of one value gets another.
let private scalars before after (tensor: OnnxTensor) =
    if isScalar before tensor then
        { tensor with Content = OnnxContent.Reals [| float32 after |] }
    else
        tensor

/// The first sizes of a Reshape by heads.
let private firstHeads (sizes: int64 list) : OnnxTensor -> OnnxTensor =
    let mutable isDone = false

    fun tensor ->
        if not isDone && OnnxTensor.wholes tensor = Ok [| 0L; 0L; 4L; 8L |] then
            isDone <- true
            { tensor with Content = OnnxContent.Wholes(Array.ofList sizes) }
        else
            tensor

let private named name change (tensor: OnnxTensor) = if tensor.Name = name then change tensor else tensor

/// What is done to nodes and to tensors, and what the refusal says of it.
let private spoilt
    : (string * OnnxForm.Form * (OnnxNode -> OnnxNode) * (OnnxTensor -> OnnxTensor) * string) list =
    let plain = OnnxForm.plain
    let whole = { plain with Opset = 20; IsWhole = true }
    let query = "onnx::MatMul_13"
    let half (tensor: OnnxTensor) = { tensor with Element = 10 }

    let notFinite (tensor: OnnxTensor) =
        let values = Expect.wantOk (OnnxTensor.reals tensor) "numbers"
        values[5] <- Single.NaN
        { tensor with Content = OnnxContent.Reals values }

    [
        "gelu by tanh", plain, at "Erf" 1 (operator "Tanh"), id, "is not x Φ(x) with the error function"
        "gelu's attribute",
        whole,
        at "Gelu" 0 (attribute "approximate" (OnnxAttribute.Text "tanh")),
        id,
        "'/Gelu-"
        "another activation", whole, at "Gelu" 1 (operator "Relu"), id, "(Relu) gives is not x Φ(x)"
        "no LayerNorm at the end",
        plain,
        at "Identity" 0 (operator "Tanh"),
        id,
        "(Tanh) gives is not that of a LayerNorm"
        "scores that are not scaled", plain, id, scalars (sqrt 8.0) 1.0, "has q·k times 1, not 1/√8"
        "a mask that hides nothing",
        plain,
        id,
        scalars -10000.0 -1.0,
        "large negative number where attention_mask is 0"
        "a mask of something else",
        plain,
        at "Cast" 0 (inputs (fun _ -> [ "token_type_ids" ])),
        id,
        "where attention_mask is 0"
        "softmax along another axis",
        plain,
        at "Softmax" 0 (attribute "axis" (OnnxAttribute.Whole 1L)),
        id,
        "is not attention"
        "heads of another size",
        plain,
        id,
        firstHeads [ 0L; 0L; 8L; 4L ],
        "has other heads than its values have"
        "heads that do not fit",
        plain,
        id,
        firstHeads [ 0L; 0L; 3L; 8L ],
        "is not q·k times a number, by heads"
        "a value that nothing makes",
        plain,
        at "Reshape" 1 (inputs (fun inputs -> [ inputs[0]; "eight" ])),
        id,
        "which nothing makes before it"
        "a value that is made twice",
        plain,
        at "Sqrt" 1 (fun node -> { node with Outputs = node.Inputs }),
        id,
        "is made twice"
        "positions from 1",
        plain,
        at "Slice" 0 (inputs (fun inputs -> [ inputs[0]; inputs[3]; inputs[2]; inputs[3] ])),
        id,
        "neither input_ids nor token_type_ids nor 0, 1, 2"
        "positions that depend on the text",
        plain,
        at "Slice" 0 (operator "CumSum"),
        id,
        "(CumSum) gives, which is neither input_ids"
        "a fourth table",
        plain,
        at "Add" 0 (inputs (fun inputs -> [ inputs[0]; inputs[0] ])),
        id,
        "three embeddings"
        "another table's axis",
        plain,
        at "Gather" 1 (attribute "axis" (OnnxAttribute.Whole 1L)),
        id,
        "is not rows of a table"
        "half precision", plain, id, named query half, $"its tensor '%s{query}' is float16, not float32"
        "numbers elsewhere",
        plain,
        id,
        named query (fun tensor -> { tensor with Content = OnnxContent.Elsewhere "model.onnx_data" }),
        "lie in another file, model.onnx_data"
        "a number that is none", plain, id, named query notFinite, "not finite"
        "fewer numbers than sizes",
        plain,
        id,
        named query (fun tensor -> { tensor with Content = OnnxContent.Reals [| 1.0f |] }),
        "holds 1 numbers, and 1024 are wanted"
        "fewer bytes than sizes",
        plain,
        id,
        named query (fun tensor -> { tensor with Content = OnnxContent.Bytes(ArraySegment [| 1uy |]) }),
        "holds 1 bytes, and 4096 are wanted"
        "sizes beyond all counting",
        plain,
        id,
        named query (fun tensor -> { tensor with Sizes = [ Int64.MaxValue; Int64.MaxValue ] }),
        "should be"
        "quantised", plain, at "MatMul" 0 (operator "MatMulInteger"), id, "it is quantised"
        "fused", plain, at "MatMul" 0 (operator "com.microsoft.FusedMatMul"), id, "ONNX Runtime's optimiser"
        "a weight that two layers share",
        plain,
        at "MatMul" 1 (inputs (fun inputs -> [ inputs[0]; query ])),
        id,
        $"2 dense layers share the weight '%s{query}'"
        "LayerNorms that differ",
        whole,
        at "LayerNormalization" 2 (attribute "epsilon" (OnnxAttribute.Real 1e-3f)),
        id,
        "different numbers to the variance"
    ]

let tests =
    testList "OnnxWeights' refusals" [
        for name, form, node, tensor, words in spoilt do
            testCase $"what is no BERT encoder is refused with its place: %s{name}"
            <| fun () ->
                let sentence = Expect.wantError (read (OnnxBert.changed form weights node tensor)) "refused"
                Expect.stringContains sentence words "what is wrong"
                Expect.stringStarts sentence "here/model.onnx: " "the file"
    ]
