/// Small ONNX models made by hand, for tests of what is no sentence encoder.
module NtkPipeline.Tests.HandMadeOnnx

open System.Text

let rec private varint (value: uint64) : byte list =
    if value < 128UL then
        [ byte value ]
    else
        byte (value &&& 127UL ||| 128UL) :: varint (value >>> 7)

let private number field (value: int) = varint (uint64 (field <<< 3)) @ varint (uint64 value)

let private message field (content: byte list) =
    varint (uint64 (field <<< 3 ||| 2)) @ varint (uint64 content.Length) @ content

let private text field (value: string) = message field (List.ofArray (Encoding.UTF8.GetBytes value))

/// A named tensor of an element type (1 float32, 7 int64) and so many free axes.
let private tensor field name element axes =
    let shape = [ for axis in 1..axes -> message 1 (text 2 $"%s{name}%d{axis}") ] |> List.concat
    message field (text 1 name @ message 2 (message 1 (number 1 element @ message 2 shape)))

let private node inputs outputs operator attributes =
    [
        yield! inputs |> List.collect (text 1)
        yield! outputs |> List.collect (text 2)
        yield! text 4 operator
        yield! attributes
    ]
    |> message 1

/// A model with inputs of rank 2 and an element type (6 int32, 7 int64), whose output is the sum of them as float32, with a
/// further axis at a place if one is given.
let sumOf (element: int) (axis: int option) (inputs: string list) : byte[] =
    let casts =
        inputs
        |> List.collect (fun input ->
            node [ input ] [ $"%s{input}-float" ] "Cast" (message 5 (text 1 "to" @ number 3 1 @ number 20 2)))

    let summed =
        node [ for input in inputs -> $"%s{input}-float" ] [ if axis.IsSome then "sum" else "out" ] "Sum" []

    let unsqueezed =
        match axis with
        | Some axis ->
            node [ "sum" ] [ "out" ] "Unsqueeze" (message 5 (text 1 "axes" @ number 8 axis @ number 20 7))
        | None -> []

    let graph = [
        yield! casts
        yield! summed
        yield! unsqueezed
        yield! text 2 "graph"
        yield! inputs |> List.collect (fun input -> tensor 11 input element 2)
        yield! tensor 12 "out" 1 (if axis.IsSome then 3 else 2)
    ]

    Array.ofList (number 1 6 @ message 7 graph @ message 8 (number 2 11))

/// A model with int64 inputs of rank 2, whose output is the sum of them as float32; of rank 3 if `vectors`, else of rank 2.
let sum (inputs: string list) (vectors: bool) : byte[] = sumOf 7 (if vectors then Some 2 else None) inputs
