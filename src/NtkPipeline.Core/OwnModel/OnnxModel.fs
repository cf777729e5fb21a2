namespace NtkPipeline.Core

open System.Collections.Generic
open FsToolkit.ErrorHandling
open TorchSharp

/// Models of ONNX files, computed node by node by LibTorch. Refusals are clauses that follow the file's name.
[<RequireQualifiedAccess>]
module OnnxModel =

    let private numbers (tensor: OnnxTensor) : Result<System.Array * torch.ScalarType, string> =
        let boxed kind (values: Result<'t[], string>) =
            values |> Result.map (fun values -> values :> System.Array, kind)

        match tensor.Element, tensor.Content with
        | 1, _ -> OnnxTensor.reals tensor |> boxed torch.float32
        | 7, _ -> OnnxTensor.wholes tensor |> boxed torch.int64
        | 11, OnnxContent.Bytes bytes -> OnnxTensor.copyOf<float> tensor bytes 8 |> boxed torch.float64
        | 6, OnnxContent.Bytes bytes -> OnnxTensor.copyOf<int> tensor bytes 4 |> boxed torch.int32
        | 9, OnnxContent.Bytes bytes ->
            OnnxTensor.copyOf<byte> tensor bytes 1 |> Result.map (Array.map ((<>) 0uy)) |> boxed torch.bool
        | (6 | 9), OnnxContent.Wholes wholes ->
            OnnxTensor.counted tensor wholes |> boxed (if tensor.Element = 6 then torch.int32 else torch.bool)
        | _, OnnxContent.Elsewhere _ -> OnnxTensor.reals tensor |> boxed torch.float32
        | element, _ ->
            Error
                $"its tensor '%s{PlainLine.ofWords tensor.Name}' is %s{OnnxTensor.typeName element}; float32, float64, int32, int64 and bool are computed with here"

    let private made
        (kind: torch.ScalarType)
        (sizes: int64 list)
        (values: System.Array, stored: torch.ScalarType)
        =
        use scope = torch.NewDisposeScope()
        let shape = Array.ofList sizes

        let found =
            if values.Length = 0 then
                torch.zeros (shape, dtype = stored)
            else
                match values with
                | :? (int64[]) -> torch.frombuffer(values, torch.int64).``to``(stored).clone()
                | _ -> torch.frombuffer(values, stored).clone()

        let isReal = stored = torch.float32 || stored = torch.float64
        scope.Detach((if isReal then found.``to`` kind else found).reshape(shape).clone())

    /// A tensor of a file, outside every scope; real numbers in the type that is computed in.
    let private tensor (kind: torch.ScalarType) (tensor: OnnxTensor) : Result<torch.Tensor, string> =
        let named = $"its tensor '%s{PlainLine.ofWords tensor.Name}'"

        if tensor.Sizes |> List.exists (fun size -> size < 0L) then
            Error $"%s{named} has an axis of fewer than no places"
        else
            numbers tensor
            |> Result.bind (fun found ->
                // Of no numbers, the sizes beside a 0 may be any.
                OwnModel.attempt (fun () -> made kind tensor.Sizes found)
                |> Result.mapError (fun _ -> $"%s{named} has axes that no tensor has"))

    let private all (items: Result<'a, string> list) : Result<'a list, string> =
        (items, Ok [])
        ||> List.foldBack (fun item found ->
            Result.bind (fun rest -> item |> Result.map (fun one -> one :: rest)) found)

    let private only (what: string) (names: string list) =
        match names with
        | [ one ] -> Ok one
        | [] -> Error $"its graph has no %s{what}"
        | several ->
            let named = several |> List.truncate 8 |> List.map PlainLine.ofWords |> String.concat ", "
            Error $"its graph has %d{several.Length} %s{what}s (%s{named}), and one is wanted"

    /// What rows become as the graph's input.
    let private asInput
        (kind: torch.ScalarType)
        (said: OnnxInput option)
        : Result<torch.Tensor -> torch.Tensor, string> =
        match said |> Option.map _.Element |> Option.defaultValue 0 with
        | 0
        | 1
        | 11 -> Ok(fun x -> x.``to`` kind)
        | 6
        | 7 as whole ->
            let target = if whole = 6 then torch.int32 else torch.int64

            Ok(fun x ->
                if x.ne(x.round ()).any().item<bool>() then
                    raise (ModelStop "it takes whole numbers, and the rows hold others")

                x.``to`` target)
        | other ->
            Error
                $"its input is %s{OnnxTensor.typeName other}; float32, float64, int32 and int64 are given here"

    let private run
        (graph: OnnxGraph)
        kind
        (kept: (string * torch.Tensor) list)
        input
        output
        (given: torch.Tensor)
        =
        let values = Dictionary<string, torch.Tensor>()

        for name, value in kept do
            values[name] <- value

        values[input] <- given

        let find name =
            match values.TryGetValue name with
            | true, value -> Some value
            | false, _ -> None

        for node in graph.Nodes do
            let outputs =
                OnnxOperators.compute {
                    Node = node
                    Opset = graph.Opset
                    Type = kind
                    Values = node.Inputs |> List.map (fun name -> if name = "" then None else find name)
                }

            for name, value in Seq.zip node.Outputs outputs do
                values[name] <- value

        match find output with
        | Some value -> value
        | None -> raise (ModelStop $"its output '%s{PlainLine.ofWords output}' is made by no node")

    /// The type that a file's parameters are of.
    let private typeOf (parameters: OnnxTensor list) =
        match parameters |> List.map _.Element |> List.distinct with
        | [ 1 ] -> Ok torch.float32
        | [ 11 ] -> Ok torch.float64
        | [] ->
            Error
                "it has no parameters: no tensor of real numbers is a weight, bias, scale or table of its operators"
        | others ->
            let names = others |> List.map OnnxTensor.typeName |> String.concat ", "
            Error $"its parameters are %s{names}; all float32 or all float64 are computed here"

    /// The model of a file's bytes, computed in `asked` (none: in what its parameters are). Which tensors are parameters: see
    /// `OnnxParameters`. Refused are damage, operators that are not known, more than one input or output, and types other than
    /// float32 and float64.
    let read (asked: torch.ScalarType option) (bytes: byte[]) : Result<OwnModel, string> =
        result {
            let! graph = OnnxGraph.read bytes
            do! OnnxOperators.check graph.Nodes

            let! input =
                graph.Inputs
                |> List.filter (fun name -> not (Map.containsKey name graph.Tensors))
                |> only "input"

            let! output = only "output" graph.Outputs
            let parameters = OnnxParameters.find graph
            let! stored = typeOf parameters
            let kind = defaultArg asked stored
            let said = Map.tryFind input graph.InputTypes
            let! give = asInput kind said
            let names = parameters |> List.map _.Name |> Set.ofList

            let! kept =
                graph.Tensors
                |> Map.toList
                |> List.map (fun (name, value) -> tensor kind value |> Result.map (fun found -> name, found))
                |> all

            let leaves =
                kept
                |> List.filter (fun (name, _) -> names.Contains name)
                |> List.map (fun (name, value) -> name, value.requires_grad_ true)
                |> Map.ofList

            return {
                Format = "ONNX"
                Type = kind
                RowShape =
                    said
                    |> Option.bind _.Axes
                    |> Option.bind (function
                        | _ :: row -> Some(row |> List.map (Option.defaultValue -1L))
                        | [] -> None)
                Parameters = parameters |> List.map (fun p -> { Name = p.Name; Leaf = leaves[p.Name] })
                Apply = give >> run graph kind kept input output
            }
        }
