namespace NtkPipeline.Core

open TorchSharp

/// Operators that move numbers and change none, and those that reckon with shapes.
[<RequireQualifiedAccess>]
module internal OnnxShapes =

    let private ofWholes (values: int64 list) : torch.Tensor =
        if values.IsEmpty then
            torch.zeros ([| 0L |], dtype = torch.int64)
        else
            torch.frombuffer(Array.ofList values, torch.int64).clone()

    let private shapeOf (call: OnnxCall) =
        let shape = List.ofArray (OnnxCall.input 0 call).shape
        let count = int64 shape.Length
        let place at = if at < 0L then max 0L (at + count) else min at count
        let start, finish = place (OnnxCall.whole "start" 0L call), place (OnnxCall.whole "end" count call)
        ofWholes (shape |> List.skip (int start) |> List.truncate (int (max 0L (finish - start))))

    /// A size of 0 is the old one's of that axis, −1 what is left.
    let private reshape (call: OnnxCall) =
        let x = OnnxCall.input 0 call
        let sizes = OnnxCall.either "shape" 1 call |> Option.defaultValue []
        let copies = OnnxCall.whole "allowzero" 0L call = 0L

        let copied axis size =
            if size <> 0L || not copies then size
            elif axis < x.shape.Length then x.shape[axis]
            else OnnxCall.stop "its shape copies an axis that is not there"

        x.reshape (sizes |> List.mapi copied |> Array.ofList)

    let private flatten (call: OnnxCall) =
        let x = OnnxCall.input 0 call
        let rank = x.shape.Length
        let axis = OnnxCall.whole "axis" 1L call
        let axis = if axis = int64 rank then rank else int (OnnxCall.axis rank axis)
        let rows = Array.fold (*) 1L x.shape[.. axis - 1]
        x.reshape (rows, Array.fold (*) 1L x.shape[axis..])

    let private transpose (call: OnnxCall) =
        let x = OnnxCall.input 0 call
        let reversed = [ for k in x.shape.Length - 1 .. -1 .. 0 -> int64 k ]
        x.permute (OnnxCall.wholes "perm" call |> Option.defaultValue reversed |> Array.ofList)

    let private squeeze (call: OnnxCall) =
        let x = OnnxCall.input 0 call

        match OnnxCall.either "axes" 1 call with
        | None -> x.squeeze ()
        | Some list ->
            let axes = OnnxCall.axes x.shape.Length list

            match axes |> List.tryFind (fun axis -> x.shape[int axis] <> 1L) with
            | Some axis ->
                OnnxCall.stop $"its axis %d{axis} has %d{x.shape[int axis]} places, and 1 can be taken away"
            | None -> (x, List.rev axes) ||> List.fold (fun x axis -> x.squeeze axis)

    let private unsqueeze (call: OnnxCall) =
        let x = OnnxCall.input 0 call
        let list = OnnxCall.either "axes" 1 call |> Option.defaultValue []

        (x, OnnxCall.axes (x.shape.Length + list.Length) list)
        ||> List.fold (fun x axis -> x.unsqueeze axis)

    let private concat (call: OnnxCall) =
        let parts = call.Values |> List.mapi (fun place _ -> OnnxCall.input place call)

        if parts.IsEmpty then
            OnnxCall.stop "it has no input"

        torch.cat (Array.ofList parts, OnnxCall.axis parts.Head.shape.Length (OnnxCall.whole "axis" 0L call))

    /// Rows of an embedding's table, or single numbers of a shape.
    let private gather (call: OnnxCall) =
        let x, places = OnnxCall.input 0 call, OnnxCall.input 1 call
        let axis = OnnxCall.axis x.shape.Length (OnnxCall.whole "axis" 0L call)
        let size = x.shape[int axis]
        let places = places.``to`` torch.int64
        let wrapped = torch.where (places.lt (0L.ToScalar()), places.add (size.ToScalar()), places)

        if
            wrapped.numel () > 0L && (wrapped.min().item<int64>() < 0L || wrapped.max().item<int64>() >= size)
        then
            OnnxCall.stop $"it looks up a place that is not among %d{size}"

        let shape = Array.concat [ x.shape[.. int axis - 1]; places.shape; x.shape[int axis + 1 ..] ]
        x.index_select(axis, wrapped.reshape -1L).reshape shape

    let private slice (call: OnnxCall) =
        let x = OnnxCall.input 0 call
        let list name place = OnnxCall.either name place call

        match list "starts" 1, list "ends" 2 with
        | Some starts, Some ends when starts.Length = ends.Length ->
            let axes = list "axes" 3 |> Option.defaultValue [ for k in 0 .. starts.Length - 1 -> int64 k ]
            let steps = list "steps" 4 |> Option.defaultValue [ for _ in starts -> 1L ]

            if
                axes.Length <> starts.Length
                || steps.Length <> starts.Length
                || List.exists (fun step -> step < 1L) steps
            then
                OnnxCall.stop "its axes and steps do not go with its starts, or a step is not above 0"

            (x, List.zip (List.zip starts ends) (List.zip axes steps))
            ||> List.fold (fun x ((start, finish), (axis, step)) ->
                let axis = OnnxCall.axis x.shape.Length axis
                let size = x.shape[int axis]
                let place at = if at < 0L then max 0L (at + size) else min at size
                x.slice (axis, place start, max (place start) (place finish), step))
        | _ -> OnnxCall.stop "it lacks starts and as many ends"

    let private expand (call: OnnxCall) =
        let x = OnnxCall.input 0 call
        let shape = OnnxCall.numbersOf (OnnxCall.input 1 call) |> Array.ofList
        x.mul (torch.ones (shape, dtype = x.dtype))

    let private filled (call: OnnxCall) =
        let shape = OnnxCall.numbersOf (OnnxCall.input 0 call) |> Array.ofList

        match Map.tryFind "value" call.Node.Attributes with
        | None -> torch.zeros (shape, dtype = call.Type)
        | Some(OnnxAttribute.Tensor value) ->
            match OnnxTensor.reals value, OnnxTensor.wholes value with
            | Ok [| number |], _ -> torch.full (shape, (float number).ToScalar(), dtype = call.Type)
            | _, Ok [| number |] -> torch.full (shape, number.ToScalar(), dtype = torch.int64)
            | _ -> OnnxCall.stop "its value is no single float32 or int64 number"
        | Some _ -> OnnxCall.stop "its value is no tensor"

    /// Parts along an axis, as many as the node has outputs.
    let split (call: OnnxCall) : torch.Tensor list =
        let x, count = OnnxCall.input 0 call, call.Node.Outputs.Length
        let axis = OnnxCall.axis x.shape.Length (OnnxCall.whole "axis" 0L call)
        let each = (x.shape[int axis] + int64 count - 1L) / int64 count

        let sizes =
            OnnxCall.either "split" 1 call
            |> Option.defaultValue [
                for k in 0 .. count - 1 -> max 0L (min each (x.shape[int axis] - int64 k * each))
            ]

        if List.sum sizes <> x.shape[int axis] || List.exists (fun size -> size < 0L) sizes then
            OnnxCall.stop $"its parts are not %d{x.shape[int axis]} together"

        List.zip (List.scan (+) 0L sizes |> List.take sizes.Length) sizes
        |> List.map (fun (start, size) -> x.narrow (axis, start, size))

    let all: (string * (OnnxCall -> torch.Tensor)) list = [
        "Shape", shapeOf
        "Reshape", reshape
        "Flatten", flatten
        "Transpose", transpose
        "Squeeze", squeeze
        "Unsqueeze", unsqueeze
        "Concat", concat
        "Gather", gather
        "Slice", slice
        "Expand", expand
        "ConstantOfShape", filled
    ]
