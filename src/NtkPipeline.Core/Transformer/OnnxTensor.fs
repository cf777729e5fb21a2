namespace NtkPipeline.Core

open System

/// Where the numbers of a tensor stand.
[<RequireQualifiedAccess; NoComparison>]
type OnnxContent =
    /// In the file, little-endian, row by row.
    | Bytes of ArraySegment<byte>
    | Reals of float32[]
    | Wholes of int64[]
    /// In another file, which the graph names.
    | Elsewhere of file: string

/// Numbers that an ONNX graph holds: an initialiser or a constant.
[<NoComparison>]
type OnnxTensor = {
    Name: string
    Sizes: int64 list
    /// ONNX's number for the type: 1 is float32, 7 int64, 10 float16, 16 bfloat16.
    Element: int
    Content: OnnxContent
}

/// Refusals are clauses that follow a file's name.
[<RequireQualifiedAccess>]
module OnnxTensor =

    let float32Type, int64Type, float64Type = 1, 7, 11

    let typeName (element: int) : string =
        match element with
        | 1 -> "float32"
        | 2 -> "uint8"
        | 3 -> "int8"
        | 6 -> "int32"
        | 7 -> "int64"
        | 9 -> "bool"
        | 10 -> "float16"
        | 11 -> "float64"
        | 16 -> "bfloat16"
        | other -> $"ONNX's type %d{other}"

    /// Whether its numbers, if not raw bytes, stand where int32 ones do: int8, uint8, int16, uint16, int32 and truth values.
    let private isSmallWhole element = List.contains element [ 2; 3; 4; 5; 6; 9 ]

    let internal ofMessage (message: ArraySegment<byte>) : OnnxTensor =
        let fields = ProtoFields.read message
        let element = ProtoFields.wholes 2 fields |> Array.tryLast |> Option.defaultValue 0L |> int

        let content =
            match ProtoFields.wholes 14 fields |> Array.tryLast, ProtoFields.blocks 9 fields with
            | Some 1L, _ ->
                let entries = ProtoFields.blocks 13 fields |> List.map ProtoFields.read

                entries
                |> List.tryFind (fun entry -> ProtoFields.textOf 1 entry = "location")
                |> Option.map (ProtoFields.textOf 2)
                |> Option.defaultValue "?"
                |> OnnxContent.Elsewhere
            | _, [ bytes ] -> OnnxContent.Bytes bytes
            | _, _ ->
                match ProtoFields.wholes 7 fields, ProtoFields.blocks 10 fields with
                // Packed float64 numbers are what raw bytes are.
                | [||], [ doubles ] when element = float64Type -> OnnxContent.Bytes doubles
                | [||], _ when isSmallWhole element -> OnnxContent.Wholes(ProtoFields.wholes 5 fields)
                | [||], _ -> OnnxContent.Reals(ProtoFields.reals 4 fields)
                | wholes, _ -> OnnxContent.Wholes wholes

        {
            Name = ProtoFields.textOf 8 fields
            Sizes = ProtoFields.wholes 1 fields |> List.ofArray
            Element = element
            Content = content
        }

    /// How many numbers the sizes say: as a float, since damage may say anything.
    let private wanted (tensor: OnnxTensor) = tensor.Sizes |> List.fold (fun n size -> n * float size) 1.0

    let internal copyOf<'t> (tensor: OnnxTensor) (bytes: ArraySegment<byte>) size =
        if float bytes.Count <> float size * wanted tensor then
            Error
                $"its tensor '%s{tensor.Name}' holds %d{bytes.Count} bytes, and %g{float size * wanted tensor} are wanted"
        else
            let values = Array.zeroCreate<'t>(bytes.Count / size)
            Buffer.BlockCopy(nonNull bytes.Array, bytes.Offset, values, 0, bytes.Count)
            Ok values

    let internal counted (tensor: OnnxTensor) (values: 't[]) =
        if float values.Length = wanted tensor then
            Ok values
        else
            Error
                $"its tensor '%s{tensor.Name}' holds %d{values.Length} numbers, and %g{wanted tensor} are wanted"

    let private refuse (tensor: OnnxTensor) (wanted: int) =
        match tensor.Content with
        | OnnxContent.Elsewhere file ->
            Error
                $"the numbers of its tensor '%s{tensor.Name}' lie in another file, %s{file}, which is not read"
        | OnnxContent.Bytes _
        | OnnxContent.Reals _
        | OnnxContent.Wholes _ ->
            Error $"its tensor '%s{tensor.Name}' is %s{typeName tensor.Element}, not %s{typeName wanted}"

    /// The numbers of a float32 tensor, copied.
    let reals (tensor: OnnxTensor) : Result<float32[], string> =
        match tensor.Content with
        | OnnxContent.Bytes bytes when tensor.Element = float32Type -> copyOf<float32> tensor bytes 4
        | OnnxContent.Reals reals when tensor.Element = float32Type -> counted tensor reals
        | OnnxContent.Bytes _
        | OnnxContent.Reals _
        | OnnxContent.Wholes _
        | OnnxContent.Elsewhere _ -> refuse tensor float32Type

    /// The numbers of an int64 tensor, copied.
    let wholes (tensor: OnnxTensor) : Result<int64[], string> =
        match tensor.Content with
        | OnnxContent.Bytes bytes when tensor.Element = int64Type -> copyOf<int64> tensor bytes 8
        | OnnxContent.Wholes wholes when tensor.Element = int64Type -> counted tensor wholes
        | OnnxContent.Bytes _
        | OnnxContent.Reals _
        | OnnxContent.Wholes _
        | OnnxContent.Elsewhere _ -> refuse tensor int64Type
