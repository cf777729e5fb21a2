namespace NtkPipeline.Core

open System
open System.IO
open System.IO.Compression

/// A tuned encoder with its head as NumPy's .npz, one float32 array a parameter under Hugging Face's name, dense weights as (out, in).
[<RequireQualifiedAccess>]
module EncoderArchive =

    /// The entry that stands first in every such file.
    let first: string = $"%s{EncoderShape.words}.npy"

    let private part (archive: ZipArchive) (name: string, sizes: int64[]) (values: float32[]) =
        let entry = archive.CreateEntry($"%s{name}.npy", CompressionLevel.NoCompression)
        entry.LastWriteTime <- DateTimeOffset(1980, 1, 1, 0, 0, 0, TimeSpan.Zero)
        use stream = entry.Open()

        match sizes with
        | [| rows; columns |] -> Npy.write stream (Matrix.create (int rows) (int columns) values)
        | _ -> Npy.writeVector stream values

    /// What `f` of a state is computed from: the tuned encoder's parameters and the head's; of the linearised network, the pretrained ones,
    /// and what is added to each as "delta." and its name.
    let arrays (weights: EncoderWeights) (state: TuningState) : ((string * int64[]) * float32[]) list =
        let layout = TuningLayout.parameters TuningMethod.Full weights.Shape

        let values (encoder: EncoderWeights) (head: LinearHead) =
            layout
            |> List.map (fun (name, sizes) ->
                (name, sizes),
                if name = TuningLayout.headWeights then head.Weights
                elif name = TuningLayout.headBias then [| head.Bias |]
                else encoder.Values[name])

        match state.Method with
        | TuningMethod.Full
        | TuningMethod.Lora _ -> values (TunedEncoder.weights weights state) (TunedEncoder.head weights state)
        | TuningMethod.Linearised ->
            let moved = TunedEncoder.moved weights.Shape state

            values weights state.Head
            @ (layout |> List.map (fun (name, sizes) -> ($"delta.%s{name}", sizes), moved[name]))

    let write (weights: EncoderWeights) (state: TuningState) (stream: Stream) : unit =
        use archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen = true)

        for named, values in arrays weights state do
            part archive named values
