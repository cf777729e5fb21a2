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

let private ofGraph (graph: byte list) : byte[] =
    Array.ofList (number 1 6 @ message 7 graph @ message 8 (number 2 11))

/// The model of `sumOf`, to whose sum the tensors of these names are added, which its graph holds as these fields.
let private summing (element: int) (axis: int option) inputs (names: string list) (tensors: byte list) =
    let casts =
        inputs
        |> List.collect (fun input ->
            node [ input ] [ $"%s{input}-float" ] "Cast" (message 5 (text 1 "to" @ number 3 1 @ number 20 2)))

    let summands = [ for input in inputs -> $"%s{input}-float" ] @ names
    let summed = node summands [ if axis.IsSome then "sum" else "out" ] "Sum" []

    let unsqueezed =
        match axis with
        | Some axis ->
            node [ "sum" ] [ "out" ] "Unsqueeze" (message 5 (text 1 "axes" @ number 8 axis @ number 20 7))
        | None -> []

    ofGraph [
        yield! casts
        yield! summed
        yield! unsqueezed
        yield! text 2 "graph"
        yield! tensors
        yield! inputs |> List.collect (fun input -> tensor 11 input element 2)
        yield! tensor 12 "out" 1 (if axis.IsSome then 3 else 2)
    ]

/// A model with inputs of rank 2 and an element type (6 int32, 7 int64), whose output is the sum of them as float32, with a
/// further axis at a place if one is given.
let sumOf (element: int) (axis: int option) (inputs: string list) : byte[] = summing element axis inputs [] []

/// A model with int64 inputs of rank 2, whose output is the sum of them as float32; of rank 3 if `vectors`, else of rank 2.
let sum (inputs: string list) (vectors: bool) : byte[] = sumOf 7 (if vectors then Some 2 else None) inputs

/// A float32 tensor of one number that lies in another file, of which more may be said.
let private outside (location: string) (said: (string * string) list) : byte list = [
    yield! number 1 1
    yield! number 2 1
    yield! text 8 "w"
    for key, value in ("location", location) :: said do
        yield! message 13 (text 1 key @ text 2 value)
    yield! number 14 1
]

/// An encoder whose vectors are a token's id, 1, and the number that stands in a file from its ninth byte on.
let sumWith (location: string) : byte[] =
    outside location [ "offset", "8"; "length", "4" ]
    |> message 5
    |> summing 7 (Some 2) [ "input_ids"; "attention_mask" ] [ "w" ]

/// A graph, of no use else, with a constant that lies in a file.
let constant (location: string) : byte[] =
    message 5 (text 1 "value" @ message 5 (outside location []) @ number 20 4)
    |> node [] [ "w" ] "Constant"
    |> ofGraph

/// A graph, of no use else, with a graph in it whose initialiser lies in a file.
let branch (location: string) : byte[] =
    message 5 (text 1 "then_branch" @ message 6 (message 5 (outside location [])) @ number 20 5)
    |> node [ "if" ] [ "w" ] "If"
    |> ofGraph
