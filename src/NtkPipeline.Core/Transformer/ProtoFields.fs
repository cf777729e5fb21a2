namespace NtkPipeline.Core

open System
open System.IO
open System.Text
open Google.Protobuf

/// What a field of a protobuf message holds, undecoded.
[<RequireQualifiedAccess; NoComparison>]
type internal ProtoValue =
    | Whole of int64
    | Bits32 of uint32
    | Bits64 of uint64
    /// A text, a message or packed numbers, where they stand in the file.
    | Block of ArraySegment<byte>

/// Protobuf messages whose types are not compiled in: fields by number, nothing copied.
[<RequireQualifiedAccess>]
module internal ProtoFields =

    let private streamOf (part: ArraySegment<byte>) =
        new CodedInputStream(nonNull part.Array, part.Offset, part.Count)

    /// The part that stands at the stream's position behind its own length.
    let private block (message: ArraySegment<byte>) (input: CodedInputStream) =
        let start = int input.Position
        input.SkipLastField()
        let whole = ArraySegment(nonNull message.Array, start, int input.Position - start)
        use length = streamOf whole
        let count = length.ReadLength()
        whole.Slice(whole.Count - count)

    /// Of one message: far more than any model's graph has, and few enough for memory and time.
    let private mostFields = 200_000

    /// A message's fields in their order. Damage is an `InvalidProtocolBufferException`, more of them than a graph
    /// has an `InvalidDataException`.
    let read (message: ArraySegment<byte>) : (int * ProtoValue) list =
        use input = streamOf message
        let mutable count = 0

        [
            while not input.IsAtEnd do
                count <- count + 1

                if count > mostFields then
                    raise (InvalidDataException $"more than %d{mostFields} fields in one message")

                let tag = input.ReadTag()

                WireFormat.GetTagFieldNumber tag,
                match WireFormat.GetTagWireType tag with
                | WireFormat.WireType.Varint -> ProtoValue.Whole(input.ReadInt64())
                | WireFormat.WireType.Fixed32 -> ProtoValue.Bits32(input.ReadFixed32())
                | WireFormat.WireType.Fixed64 -> ProtoValue.Bits64(input.ReadFixed64())
                | WireFormat.WireType.LengthDelimited -> ProtoValue.Block(block message input)
                | _ ->
                    // A group, of which ONNX has none.
                    input.SkipLastField()
                    ProtoValue.Block ArraySegment.Empty
        ]

    /// The texts, messages or packed numbers of the fields of this number.
    let blocks (number: int) (fields: (int * ProtoValue) list) : ArraySegment<byte> list =
        fields
        |> List.choose (fun (field, value) ->
            match value with
            | ProtoValue.Block part when field = number -> Some part
            | ProtoValue.Block _
            | ProtoValue.Whole _
            | ProtoValue.Bits32 _
            | ProtoValue.Bits64 _ -> None)

    let text (part: ArraySegment<byte>) : string = Encoding.UTF8.GetString part

    let texts (number: int) (fields: (int * ProtoValue) list) : string list =
        blocks number fields |> List.map text

    /// The last text of this number, or "".
    let textOf (number: int) (fields: (int * ProtoValue) list) : string =
        texts number fields |> List.tryLast |> Option.defaultValue ""

    /// The whole numbers of the fields of this number, packed or not. A number takes a byte at least, and eight when it is read.
    let wholes (number: int) (fields: (int * ProtoValue) list) : int64[] =
        let found = ResizeArray<int64>()

        for field, value in fields do
            match value with
            | ProtoValue.Whole whole when field = number -> found.Add whole
            | ProtoValue.Block part when field = number ->
                use input = streamOf part
                found.EnsureCapacity(found.Count + part.Count / 8) |> ignore

                while not input.IsAtEnd do
                    found.Add(input.ReadInt64())
            | ProtoValue.Whole _
            | ProtoValue.Block _
            | ProtoValue.Bits32 _
            | ProtoValue.Bits64 _ -> ()

        found.ToArray()

    /// The float32 numbers of the fields of this number, packed or not.
    let reals (number: int) (fields: (int * ProtoValue) list) : float32[] =
        fields
        |> List.filter (fun (field, _) -> field = number)
        |> List.map (fun (_, value) ->
            match value with
            | ProtoValue.Bits32 bits -> [| BitConverter.UInt32BitsToSingle bits |]
            | ProtoValue.Block part ->
                Array.init (part.Count / 4) (fun k -> BitConverter.ToSingle(part.Slice(4 * k, 4)))
            | ProtoValue.Whole _
            | ProtoValue.Bits64 _ -> [||])
        |> Array.concat
