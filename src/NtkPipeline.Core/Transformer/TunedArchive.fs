namespace NtkPipeline.Core

open System
open System.IO
open System.IO.Compression

/// What `EncoderArchive` has written, beside the encoder that it was made of.
[<NoEquality; NoComparison>]
type TunedArchive = {
    /// θ of a tuned encoder; of a linearised one θ₀.
    Encoder: EncoderWeights
    /// w and b; of a linearised one those that training began with.
    Head: LinearHead
    /// Δ of a linearised encoder and its head, in the order of `TuningLayout.parameters`; none of another.
    Delta: float32[] option
}

/// Reading `EncoderArchive`'s files: names and shapes must be those of the encoder.
[<RequireQualifiedAccess>]
module TunedArchive =

    let private delta = "delta."

    let private layout (encoder: EncoderWeights) = TuningLayout.parameters TuningMethod.Full encoder.Shape

    let private shown (sizes: int64[]) = sizes |> Array.map string |> String.concat " × "

    let private values (entry: ZipArchiveEntry) (name: string) (sizes: int64[]) : Result<float32[], string> =
        let wrong reason = Error $"its array '%s{name}' %s{reason}"

        let layout =
            use stream = entry.Open()
            Npy.readLayout stream

        match layout with
        | Error reason -> wrong $"cannot be read: %s{reason}"
        | Ok layout when layout.Sizes |> List.map int64 |> Array.ofList <> sizes ->
            wrong
                $"is %s{layout.Sizes |> List.map int64 |> Array.ofList |> shown}, and the encoder's is %s{shown sizes}"
        | Ok _ when not (ZipChecksum.isSound entry) -> wrong "is damaged: its checksum is another"
        | Ok _ ->
            use stream = entry.Open()

            match Npy.read32 stream with
            | Error reason -> wrong $"cannot be read: %s{reason}"
            | Ok array when array.Values |> Array.exists (Single.IsFinite >> not) ->
                wrong "holds a number that is not finite"
            | Ok array -> Ok array.Values

    /// The arrays of a layout, each by its name behind a prefix.
    let private part
        (entries: Map<string, ZipArchiveEntry>)
        (prefix: string)
        (layout: (string * int64[]) list)
        =
        (Ok Map.empty, layout)
        ||> List.fold (fun read (name, sizes) ->
            read
            |> Result.bind (fun read ->
                match entries.TryFind(prefix + name) with
                | None -> Error $"it has no array '%s{prefix}%s{name}', which the encoder has"
                | Some entry ->
                    values entry (prefix + name) sizes
                    |> Result.map (fun values -> Map.add name values read)))

    let private ofParts (encoder: EncoderWeights) (own: Map<string, float32[]>) added : TunedArchive = {
        Encoder = { encoder with Values = encoder.Values |> Map.map (fun name _ -> own[name]) }
        Head = {
            Weights = own[TuningLayout.headWeights]
            Bias = own[TuningLayout.headBias][0]
        }
        Delta =
            added
            |> Option.map (fun (added: Map<string, float32[]>) ->
                layout encoder |> List.map (fun (name, _) -> added[name]) |> Array.concat)
    }

    let private ofEntries (encoder: EncoderWeights) (entries: Map<string, ZipArchiveEntry>) =
        let layout = layout encoder
        let isLinearised = entries |> Map.exists (fun name _ -> name.StartsWith delta)

        let known =
            [
                for name, _ in layout do
                    name

                    if isLinearised then
                        delta + name
            ]
            |> Set.ofList

        match entries |> Map.tryFindKey (fun name _ -> not (known.Contains name)) with
        | Some name -> Error $"its array '%s{PlainLine.within 80 name}' is none of this encoder's parameters"
        | None ->
            part entries "" layout
            |> Result.bind (fun own ->
                if isLinearised then
                    part entries delta layout |> Result.map (Some >> ofParts encoder own)
                else
                    Ok(ofParts encoder own None))

    /// A file of `EncoderArchive.write` that was made of an encoder of these shapes. The error is a clause that follows the file's name and
    /// names the array that is missing, unknown, of another shape, or not finite.
    let read (encoder: EncoderWeights) (stream: Stream) : Result<TunedArchive, string> =
        try
            use archive = new ZipArchive(stream, ZipArchiveMode.Read, leaveOpen = true)

            let named = [
                for entry in archive.Entries do
                    (if entry.FullName.EndsWith ".npy" then
                         entry.FullName[.. entry.FullName.Length - 5]
                     else
                         entry.FullName),
                    entry
            ]

            match named |> List.countBy fst |> List.tryFind (fun (_, count) -> count > 1) with
            | Some(name, _) -> Error $"it holds the array '%s{PlainLine.within 80 name}' twice"
            | None -> ofEntries encoder (Map.ofList named)
        with :? InvalidDataException ->
            Error "it is no archive of NumPy's (.npz), or a damaged one"

    /// The state of a training that is at its end, whose `FineTune.outputs` by `Encoder` are those of the archive's function.
    let state (archive: TunedArchive) : TuningState =
        let method, row =
            match archive.Delta with
            | Some row -> TuningMethod.Linearised, row
            | None ->
                TuningMethod.Full,
                layout archive.Encoder
                |> List.map (fun (name, _) ->
                    if name = TuningLayout.headWeights then archive.Head.Weights
                    elif name = TuningLayout.headBias then [| archive.Head.Bias |]
                    else archive.Encoder.Values[name])
                |> Array.concat

        let none = Matrix.create 0 row.Length [||]

        {
            Method = method
            Epoch = 0
            Steps = 0
            Head = archive.Head
            Parameters = Matrix.create 1 row.Length row
            First = none
            Second = none
            Losses = [||]
        }

    /// The encoder, for what asks for φ; refused, as a clause: a linearised one, whose function f₀(x) + J(x)Δ is not w·φ(x) + b of any
    /// encoder.
    let encoder (archive: TunedArchive) : Result<EncoderWeights, string> =
        match archive.Delta with
        | None -> Ok archive.Encoder
        | Some _ ->
            Error
                "it is of a linearised encoder, whose function f₀(x) + J(x)Δ is of no encoder's vectors; `ntk embed --outputs` computes it, and --method full or lora of `ntk finetune` writes an encoder"
