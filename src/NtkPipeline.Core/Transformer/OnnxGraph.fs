namespace NtkPipeline.Core

open System
open System.IO
open Google.Protobuf

[<RequireQualifiedAccess; NoComparison>]
type OnnxAttribute =
    | Real of float32
    | Whole of int64
    | Wholes of int64 list
    | Text of string
    | Tensor of OnnxTensor
    /// A graph, or what is of no use here.
    | Other

/// One operation of a graph: values by name in, values by name out.
[<NoComparison>]
type OnnxNode = {
    /// "MatMul", or "com.microsoft.Attention" of a domain that is not ONNX's own.
    Operator: string
    /// Its name, or its first output's where it has none.
    Name: string
    Inputs: string list
    Outputs: string list
    Attributes: Map<string, OnnxAttribute>
}

/// The graph of an ONNX model: every value is made once, before it is used, and copies (Identity, Dropout) are seen through.
[<NoEquality; NoComparison>]
type OnnxGraph = {
    Nodes: OnnxNode list
    /// The node that makes a value, by the value's name.
    Makers: Map<string, OnnxNode>
    /// Initialisers and constants by name.
    Tensors: Map<string, OnnxTensor>
    Inputs: string list
    /// What is said of inputs, by name.
    InputTypes: Map<string, OnnxInput>
    Outputs: string list
    /// The version of ONNX's own operators.
    Opset: int
}

/// The fields' numbers are those of onnx.proto.
[<RequireQualifiedAccess>]
module OnnxGraph =

    let private attribute (message: ArraySegment<byte>) =
        let fields = ProtoFields.read message

        ProtoFields.textOf 1 fields,
        match ProtoFields.wholes 20 fields |> Array.tryLast with
        | Some 1L ->
            ProtoFields.reals 2 fields |> Array.tryLast |> Option.defaultValue 0.0f |> OnnxAttribute.Real
        | Some 2L ->
            ProtoFields.wholes 3 fields |> Array.tryLast |> Option.defaultValue 0L |> OnnxAttribute.Whole
        | Some 3L -> OnnxAttribute.Text(ProtoFields.textOf 4 fields)
        | Some 4L ->
            match ProtoFields.blocks 5 fields with
            | [ tensor ] -> OnnxAttribute.Tensor(OnnxTensor.ofMessage tensor)
            | _ -> OnnxAttribute.Other
        | Some 7L -> ProtoFields.wholes 8 fields |> List.ofArray |> OnnxAttribute.Wholes
        | _ -> OnnxAttribute.Other

    let private node (message: ArraySegment<byte>) : OnnxNode =
        let fields = ProtoFields.read message
        let outputs = ProtoFields.texts 2 fields

        let domain =
            match ProtoFields.textOf 7 fields with
            | ""
            | "ai.onnx" -> ""
            | other -> other + "."

        {
            Operator = domain + ProtoFields.textOf 4 fields
            Name =
                match ProtoFields.textOf 3 fields with
                | "" -> List.tryHead outputs |> Option.defaultValue ""
                | name -> name
            Inputs = ProtoFields.texts 1 fields
            Outputs = outputs
            Attributes = ProtoFields.blocks 5 fields |> List.map attribute |> Map.ofList
        }

    /// The tensor that a node holds.
    let private constantOf (node: OnnxNode) (output: string) =
        let scalar element content = Some { Name = output; Sizes = []; Element = element; Content = content }

        match node.Operator, Map.toList node.Attributes with
        | "Constant", [ "value", OnnxAttribute.Tensor tensor ] -> Some { tensor with Name = output }
        | "Constant", [ "value_float", OnnxAttribute.Real real ] ->
            scalar OnnxTensor.float32Type (OnnxContent.Reals [| real |])
        | "Constant", [ "value_int", OnnxAttribute.Whole whole ] ->
            scalar OnnxTensor.int64Type (OnnxContent.Wholes [| whole |])
        | "Constant", [ "value_ints", OnnxAttribute.Wholes wholes ] ->
            Some {
                Name = output
                Sizes = [ wholes.Length ]
                Element = OnnxTensor.int64Type
                Content = OnnxContent.Wholes(Array.ofList wholes)
            }
        | _ -> None

    /// One node more, or why there cannot be one.
    let private add (inputs: Set<string>) (aliases: Map<string, string>, graph: OnnxGraph) (node: OnnxNode) =
        let through name = Map.tryFind name aliases |> Option.defaultValue name
        let node = { node with Inputs = List.map through node.Inputs }

        let isKnown name =
            name = ""
            || Set.contains name inputs
            || Map.containsKey name graph.Tensors
            || Map.containsKey name graph.Makers

        match
            node.Inputs |> List.tryFind (isKnown >> not),
            node.Outputs |> List.tryFind (fun name -> name <> "" && isKnown name)
        with
        | Some missing, _ ->
            Error
                $"its node '%s{PlainLine.ofWords node.Name}' takes '%s{PlainLine.ofWords missing}', which nothing makes before it"
        | None, Some twice -> Error $"its value '%s{PlainLine.ofWords twice}' is made twice"
        | None, None ->
            match node.Operator, node.Inputs, node.Outputs with
            | ("Identity" | "Dropout"), input :: _, output :: _ -> Ok(Map.add output input aliases, graph)
            | _ ->
                match node.Outputs |> List.tryExactlyOne |> Option.bind (constantOf node) with
                | Some tensor ->
                    Ok(aliases, { graph with Tensors = Map.add tensor.Name tensor graph.Tensors })
                | None ->
                    let makers =
                        (graph.Makers, node.Outputs) ||> List.fold (fun m name -> Map.add name node m)

                    Ok(aliases, { graph with Makers = makers; Nodes = node :: graph.Nodes })

    let private ofMessage (opset: int) (message: ArraySegment<byte>) =
        let fields = ProtoFields.read message

        let names number =
            ProtoFields.blocks number fields |> List.map (ProtoFields.read >> ProtoFields.textOf 1)

        let tensors = ProtoFields.blocks 5 fields |> List.map OnnxTensor.ofMessage

        let empty = {
            Nodes = []
            Makers = Map.empty
            Tensors = Map [ for tensor in tensors -> tensor.Name, tensor ]
            Inputs = names 11
            InputTypes = ProtoFields.blocks 11 fields |> List.choose OnnxInput.ofMessage |> Map.ofList
            Outputs = names 12
            Opset = opset
        }

        let inputs = Set.ofList empty.Inputs

        (Ok(Map.empty, empty), ProtoFields.blocks 1 fields |> List.map node)
        ||> List.fold (fun before node -> before |> Result.bind (fun before -> add inputs before node))
        |> Result.map (fun (aliases, graph) -> {
            graph with
                Nodes = List.rev graph.Nodes
                Outputs =
                    graph.Outputs
                    |> List.map (fun name -> Map.tryFind name aliases |> Option.defaultValue name)
        })

    /// The graph of a model's bytes, over which its tensors stand. Refused, with a clause that follows the file's name: bytes that are no
    /// ONNX model or not the whole of one, and graphs that use what they do not make.
    let read (bytes: byte[]) : Result<OnnxGraph, string> =
        let damaged = Error "it is no ONNX model, or not the whole of one"

        try
            let fields = ArraySegment bytes |> ProtoFields.read

            match ProtoFields.blocks 7 fields with
            | [ graph ] -> ofMessage (OnnxInput.opset fields) graph
            | _ -> damaged
        with
        | :? InvalidProtocolBufferException
        | :? InvalidDataException -> damaged
