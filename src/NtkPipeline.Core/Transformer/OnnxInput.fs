namespace NtkPipeline.Core

open System

/// What an ONNX graph says of an input.
type OnnxInput = {
    /// As of a tensor.
    Element: int
    /// One for each axis, none where it is left open; none of all where the number of axes is.
    Axes: int64 option list option
}

[<RequireQualifiedAccess>]
module internal OnnxInput =

    let private one (fields: (int * ProtoValue) list) number =
        ProtoFields.blocks number fields |> List.tryLast |> Option.map ProtoFields.read

    let private axis (dimension: ArraySegment<byte>) =
        ProtoFields.wholes 1 (ProtoFields.read dimension)
        |> Array.tryLast
        |> Option.filter (fun n -> n > 0L)

    /// Of a ValueInfoProto: its name, and what its type says of a tensor.
    let ofMessage (message: ArraySegment<byte>) : (string * OnnxInput) option =
        let fields = ProtoFields.read message

        one fields 2
        |> Option.bind (fun kind -> one kind 1)
        |> Option.map (fun tensor ->
            ProtoFields.textOf 1 fields,
            {
                Element = ProtoFields.wholes 1 tensor |> Array.tryLast |> Option.defaultValue 0L |> int
                Axes = one tensor 2 |> Option.map (fun shape -> ProtoFields.blocks 1 shape |> List.map axis)
            })

    /// The version of ONNX's own operators that a model's fields say; 0 where they say none.
    let opset (fields: (int * ProtoValue) list) : int =
        ProtoFields.blocks 8 fields
        |> List.map ProtoFields.read
        |> List.filter (fun imported -> List.contains (ProtoFields.textOf 1 imported) [ ""; "ai.onnx" ])
        |> List.collect (ProtoFields.wholes 2 >> List.ofArray)
        |> List.tryLast
        |> Option.defaultValue 0L
        |> int
