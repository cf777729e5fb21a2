namespace NtkPipeline.Runtime

open System
open System.Globalization
open System.IO

/// Numbers of an ONNX graph that lie in another file.
type internal ExternalPart = {
    /// The file, as the graph names it.
    Location: string
    /// How many bytes the file has at least, if it holds them all.
    Ends: int64
}

/// What an ONNX file says of other files. The numbers that it holds itself are stepped over, so that none of them is in memory. The
/// fields' numbers are those of onnx.proto.
[<RequireQualifiedAccess>]
module internal ExternalTensors =

    /// The messages that lead to tensors.
    [<RequireQualifiedAccess>]
    type private Kind =
        | Model
        | Function
        | Graph
        | Node
        | Attribute
        | Sparse
        | Tensor

    type private Tensor = {
        Entries: Map<string, string>
        IsElsewhere: bool
        Numbers: float
        Element: int64
    }

    let private entry (file: Stream) (ends: int64) : string * string =
        ProtoStream.fold
            file
            ends
            (fun (key, value) field part ->
                match field, part with
                | 1, ProtoField.Block stop -> ProtoStream.text file stop, value
                | 2, ProtoField.Block stop -> key, ProtoStream.text file stop
                | _ -> key, value)
            ("", "")

    let rec private product (file: Stream) (ends: int64) (before: float) : float =
        if file.Position < ends then
            product file ends (before * float (int64 (ProtoStream.varint file)))
        else
            before

    let private tensor (file: Stream) (ends: int64) : Tensor =
        ProtoStream.fold
            file
            ends
            (fun (found: Tensor) field part ->
                match field, part with
                | 1, ProtoField.Whole size -> { found with Numbers = found.Numbers * float size }
                | 1, ProtoField.Block stop -> { found with Numbers = product file stop found.Numbers }
                | 2, ProtoField.Whole element -> { found with Element = element }
                | 13, ProtoField.Block stop ->
                    let key, value = entry file stop
                    { found with Entries = Map.add key value found.Entries }
                | 14, ProtoField.Whole place -> { found with IsElsewhere = (place = 1L) }
                | _ -> found)
            { Entries = Map.empty; IsElsewhere = false; Numbers = 1.0; Element = 0L }

    /// Bytes of a number of an ONNX type; 0 of what has no whole ones.
    let private width element =
        match element with
        | 2L
        | 3L
        | 9L -> 1.0
        | 4L
        | 5L
        | 10L
        | 16L -> 2.0
        | 1L
        | 6L
        | 12L -> 4.0
        | 7L
        | 11L
        | 13L -> 8.0
        | _ -> 0.0

    /// Where the tensor's numbers lie, if that is another file: the length that is stated, or else what its sizes ask for.
    let private partOf (tensor: Tensor) : ExternalPart option =
        let whole key =
            match Map.tryFind key tensor.Entries with
            | None -> None
            | Some text ->
                match Int64.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture) with
                | true, count -> Some(float count)
                | _ -> None

        let length = whole "length" |> Option.defaultValue (width tensor.Element * max 0.0 tensor.Numbers)
        let offset = whole "offset" |> Option.defaultValue 0.0

        if tensor.IsElsewhere then
            Some {
                Location = Map.tryFind "location" tensor.Entries |> Option.defaultValue ""
                Ends = int64 (min 9e18 (offset + length))
            }
        else
            None

    /// The fields of a message that are followed.
    let private followed (kind: Kind) : (int * Kind) list =
        match kind with
        | Kind.Model -> [ 7, Kind.Graph; 25, Kind.Function ]
        | Kind.Function -> [ 7, Kind.Node; 11, Kind.Attribute ]
        | Kind.Graph -> [ 1, Kind.Node; 5, Kind.Tensor; 15, Kind.Sparse ]
        | Kind.Node -> [ 5, Kind.Attribute ]
        | Kind.Attribute -> [
            5, Kind.Tensor
            6, Kind.Graph
            10, Kind.Tensor
            11, Kind.Graph
            22, Kind.Sparse
            23, Kind.Sparse
          ]
        | Kind.Sparse -> [ 1, Kind.Tensor; 2, Kind.Tensor ]
        | Kind.Tensor -> []

    /// Protobuf's own limit of messages within messages.
    let private deepest = 100

    let rec private walk
        (file: Stream)
        (kind: Kind)
        (depth: int)
        (ends: int64)
        (found: ExternalPart list)
        : ExternalPart list =
        if depth > deepest then
            ProtoStream.damaged ()
        elif kind = Kind.Tensor then
            Option.toList (partOf (tensor file ends)) @ found
        else
            let inside = followed kind

            ProtoStream.fold
                file
                ends
                (fun found field part ->
                    match part, List.tryFind (fun (number, _) -> number = field) inside with
                    | ProtoField.Block stop, Some(_, inner) -> walk file inner (depth + 1) stop found
                    | _ -> found)
                found

    /// Every part, in no order. None of what is no ONNX model, or not the whole of one: whoever opens that refuses it.
    let read (file: Stream) : ExternalPart list =
        try
            walk file Kind.Model 0 file.Length []
        with :? InvalidDataException -> []
