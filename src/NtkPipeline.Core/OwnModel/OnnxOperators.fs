namespace NtkPipeline.Core

open TorchSharp

/// The operators of ONNX that are known here, by name. Source: onnx.ai, "ONNX Operators", versions 7 to 22.
[<RequireQualifiedAccess>]
module internal OnnxOperators =

    let private single (f: OnnxCall -> torch.Tensor) (call: OnnxCall) = [ f call ]

    let private table: Map<string, OnnxCall -> torch.Tensor list> =
        [ OnnxPointwise.all'; OnnxShapes.all; OnnxSums.all; OnnxWindows.all ]
        |> List.concat
        |> List.map (fun (name, f) -> name, single f)
        |> List.append [ "Split", OnnxShapes.split ]
        |> Map.ofList

    /// Their names, in order.
    let names: string list =
        List.sort ("Constant" :: "Dropout" :: "Identity" :: (table |> Map.toList |> List.map fst))

    /// Why a graph's nodes cannot be computed: those of operators that are not known are named.
    let check (nodes: OnnxNode list) : Result<unit, string> =
        match nodes |> List.filter (fun node -> not (Map.containsKey node.Operator table)) with
        | [] -> Ok()
        | first :: _ as unknown ->
            let others = unknown |> List.map (fun node -> PlainLine.ofWords node.Operator) |> List.distinct
            let named = List.truncate 8 others |> String.concat ", "
            let are = if others.Length = 1 then "operator is" else "operators are"
            let known = String.concat ", " names

            Error
                $"its %s{are} not known here: %s{named} (first at node '%s{PlainLine.ofWords first.Name}'); known are %s{known}"

    /// The outputs of one node; what it cannot compute raises a `ModelStop` that names it.
    let compute (call: OnnxCall) : torch.Tensor list =
        match Map.tryFind call.Node.Operator table with
        | None -> OnnxCall.stop $"its operator %s{PlainLine.ofWords call.Node.Operator} is not known here"
        | Some operator ->
            match OwnModel.attempt (fun () -> operator call) with
            | Ok outputs -> outputs
            | Error clause ->
                OnnxCall.stop
                    $"its node '%s{PlainLine.ofWords call.Node.Name}' (%s{call.Node.Operator}): %s{clause}"
