/// ONNX models written from nodes and tensors, field by field of onnx.proto.
module NtkPipeline.Tests.OnnxFile

open System
open System.Text
open NtkPipeline.Core

let private varint (value: uint64) : byte[] = [|
    let mutable left = value

    while left >= 128UL do
        byte (left &&& 127UL ||| 128UL)
        left <- left >>> 7

    byte left
|]

let private whole field (value: int64) = Array.append (varint (uint64 (field <<< 3))) (varint (uint64 value))

let private block field (content: byte[]) =
    Array.concat [ varint (uint64 (field <<< 3 ||| 2)); varint (uint64 content.Length); content ]

let private text field (value: string) = block field (Encoding.UTF8.GetBytes value)

let private tensor (tensor: OnnxTensor) : byte[] =
    Array.concat [
        yield! tensor.Sizes |> List.map (whole 1)
        whole 2 (int64 tensor.Element)
        text 8 tensor.Name
        match tensor.Content with
        | OnnxContent.Bytes bytes -> block 9 (bytes.ToArray())
        | OnnxContent.Reals reals -> block 4 (reals |> Array.collect BitConverter.GetBytes)
        | OnnxContent.Wholes wholes -> block 7 (wholes |> Array.collect (uint64 >> varint))
        | OnnxContent.Elsewhere file ->
            block 13 (Array.append (text 1 "location") (text 2 file))
            whole 14 1L
    ]

let private attribute (name: string) (value: OnnxAttribute) =
    Array.concat [
        text 1 name
        match value with
        | OnnxAttribute.Real real ->
            Array.append (varint (uint64 (2 <<< 3 ||| 5))) (BitConverter.GetBytes real)
            whole 20 1L
        | OnnxAttribute.Whole number ->
            whole 3 number
            whole 20 2L
        | OnnxAttribute.Text words ->
            text 4 words
            whole 20 3L
        | OnnxAttribute.Tensor value ->
            block 5 (tensor value)
            whole 20 4L
        | OnnxAttribute.Wholes numbers ->
            yield! numbers |> List.map (whole 8)
            whole 20 7L
        | OnnxAttribute.Other -> whole 20 5L
    ]

let private node (node: OnnxNode) =
    let domain, operator =
        match node.Operator.LastIndexOf '.' with
        | -1 -> "", node.Operator
        | dot -> node.Operator[.. dot - 1], node.Operator[dot + 1 ..]

    Array.concat [
        yield! node.Inputs |> List.map (text 1)
        yield! node.Outputs |> List.map (text 2)
        text 3 node.Name
        text 4 operator
        for name, value in Map.toList node.Attributes do
            block 5 (attribute name value)
        if domain <> "" then
            text 7 domain
    ]

/// A value of an element type and its axes, of which some are left open, with a name.
let private value (name: string) element (axes: Choice<int64, string> list) =
    let axis =
        function
        | Choice1Of2 size -> whole 1 size
        | Choice2Of2 name -> text 2 name

    let shape = axes |> List.map (axis >> block 1) |> Array.concat
    Array.append (text 1 name) (block 2 (block 1 (Array.append (whole 1 (int64 element)) (block 2 shape))))

let private model (opset: int) inputs outputs (nodes: OnnxNode list) (tensors: OnnxTensor list) : byte[] =
    let graph =
        Array.concat [
            yield! nodes |> List.map (node >> block 1)
            text 2 "graph"
            yield! tensors |> List.map (tensor >> block 5)
            yield! inputs |> List.map (block 11)
            yield! outputs |> List.map (block 12)
        ]

    Array.concat [ whole 1 8L; block 7 graph; block 8 (whole 2 (int64 opset)) ]

/// The bytes of a model with int64 inputs of rank 2 and a float32 output of rank 3.
let bytes
    (opset: int)
    (inputs: string list)
    (output: string)
    (nodes: OnnxNode list)
    (tensors: OnnxTensor list)
    : byte[] =
    let free (name: string) element axes =
        value name element [ for axis in 1..axes -> Choice2Of2 $"%s{name}%d{axis}" ]

    model opset [ for name in inputs -> free name 7 2 ] [ free output 1 3 ] nodes tensors

/// The bytes of a model of rows: each input is batch × row, of this element type; an axis of 0 is left open.
let ofRows
    (opset: int)
    (element: int)
    (inputs: (string * int64 list) list)
    (outputs: string list)
    (nodes: OnnxNode list)
    (tensors: OnnxTensor list)
    : byte[] =
    let axes (row: int64 list) =
        Choice2Of2 "batch"
        :: (row |> List.mapi (fun k size -> if size = 0L then Choice2Of2 $"axis%d{k}" else Choice1Of2 size))

    model
        opset
        [ for name, row in inputs -> value name element (axes row) ]
        [ for name in outputs -> value name element [] ]
        nodes
        tensors
