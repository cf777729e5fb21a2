namespace NtkPipeline.Core

open TorchSharp

/// One node as it is computed: its inputs, and what its attributes say. What is missing or not known raises a `ModelStop`.
[<NoEquality; NoComparison>]
type internal OnnxCall = {
    Node: OnnxNode
    Opset: int
    /// What real numbers are computed in.
    Type: torch.ScalarType
    /// None where an input is left out.
    Values: torch.Tensor option list
}

[<RequireQualifiedAccess>]
module internal OnnxCall =

    let stop (clause: string) : 'a = raise (ModelStop clause)

    let optional (place: int) (call: OnnxCall) : torch.Tensor option =
        List.tryItem place call.Values |> Option.flatten

    let input (place: int) (call: OnnxCall) : torch.Tensor =
        match optional place call with
        | Some value -> value
        | None -> stop $"it lacks its input %d{place}"

    let whole (name: string) (otherwise: int64) (call: OnnxCall) : int64 =
        match Map.tryFind name call.Node.Attributes with
        | Some(OnnxAttribute.Whole value) -> value
        | Some _ -> stop $"its %s{name} is no whole number"
        | None -> otherwise

    let real (name: string) (otherwise: float) (call: OnnxCall) : float =
        match Map.tryFind name call.Node.Attributes with
        | Some(OnnxAttribute.Real value) -> float value
        | Some _ -> stop $"its %s{name} is no number"
        | None -> otherwise

    let text (name: string) (otherwise: string) (call: OnnxCall) : string =
        match Map.tryFind name call.Node.Attributes with
        | Some(OnnxAttribute.Text value) -> value
        | Some _ -> stop $"its %s{name} is no text"
        | None -> otherwise

    let wholes (name: string) (call: OnnxCall) : int64 list option =
        match Map.tryFind name call.Node.Attributes with
        | Some(OnnxAttribute.Wholes values) -> Some values
        | Some _ -> stop $"its %s{name} are no whole numbers"
        | None -> None

    /// The whole numbers that a tensor holds.
    let numbersOf (value: torch.Tensor) : int64 list =
        use _ = torch.NewDisposeScope()

        if value.is_floating_point () then
            stop "whole numbers are wanted where it has real ones"

        value.``to``(torch.int64).reshape(-1L).data<int64>().ToArray() |> List.ofArray

    /// Whole numbers that older operators have as an attribute and newer ones as an input.
    let either (name: string) (place: int) (call: OnnxCall) : int64 list option =
        match wholes name call, optional place call with
        | Some values, _ -> Some values
        | None, Some value -> Some(numbersOf value)
        | None, None -> None

    /// An axis of a value with so many, counted from its end where it is negative.
    let axis (rank: int) (axis: int64) : int64 =
        let found = if axis < 0L then axis + int64 rank else axis

        if found < 0L || found >= int64 (max rank 1) then
            stop $"it has no axis %d{axis}"
        else
            found

    /// The same for all of a list, in rising order.
    let axes (rank: int) (list: int64 list) : int64 list =
        list |> List.map (axis rank) |> List.distinct |> List.sort

    /// LibTorch's type for ONNX's; all real numbers are of the type that is computed in.
    let typeOf (call: OnnxCall) (element: int64) : torch.ScalarType =
        match element with
        | 1L
        | 10L
        | 11L
        | 16L -> call.Type
        | 2L -> torch.uint8
        | 3L -> torch.int8
        | 6L -> torch.int32
        | 7L -> torch.int64
        | 9L -> torch.bool
        | other -> stop $"it makes numbers of %s{OnnxTensor.typeName (int other)}"
