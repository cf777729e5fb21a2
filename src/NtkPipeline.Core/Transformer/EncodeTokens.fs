namespace NtkPipeline.Core

open TorchSharp

/// Tokenised texts → a vector for each token, by an encoder's parameters.
[<RequireQualifiedAccess>]
module EncodeTokens =

    /// The rows of the encoder's word embeddings with these ids, ids × width.
    let words (weights: EncoderWeights) (ids: int[]) : Result<Matrix<float32>, PipelineError> =
        let shape = weights.Shape

        match ids |> Array.tryFind (fun id -> id < 0 || id >= shape.Words) with
        | Some id -> Error(DataRefused $"Token %d{id} is none of the encoder's %d{shape.Words}.")
        | None ->
            let table = Matrix.create shape.Words shape.Width weights.Values[EncoderShape.words]
            Ok(Matrix.gatherRows ids table)

    let private ofBatch device (weights: EncoderWeights) layers (texts: int[][]) : float32[] =
        use _ = torch.NewDisposeScope()

        TokenBatch.create torch.ScalarType.Float32 device texts
        |> BertEncoder.inferStates weights.Shape layers
        |> Tensors.toArray32

    let private encode device (weights: EncoderWeights) (progress: int -> unit) (texts: int[][]) =
        use _ = torch.NewDisposeScope()
        use _ = torch.no_grad ()
        let width = weights.Shape.Width
        let starts = texts |> Array.map _.Length |> Array.scan (+) 0
        let values = Array.zeroCreate<float32>(Array.last starts * width)

        let layers =
            BertEncoder.tensors torch.ScalarType.Float32 device weights |> BertEncoder.layers weights.Shape

        TokenBatches.plan (texts |> Array.map _.Length)
        |> TorchThreads.sideBySide device (fun places ->
            use _ = torch.no_grad ()
            let states = places |> Array.map (fun i -> texts[i]) |> ofBatch device weights layers
            let padded = states.Length / places.Length

            places
            |> Array.iteri (fun k i ->
                Array.blit states (k * padded) values (starts[i] * width) (texts[i].Length * width))

            progress places.Length)
        |> ignore

        Matrix.create (Array.last starts) width values

    /// The last hidden state of every token of texts given by their token ids, text after text: tokens × width. A text's rows depend on
    /// the other texts by float32's rounding alone. `progress` is told how many more texts are done, by several threads. Refused: what
    /// `EncodeTexts.check` refuses, a device that is not here, and numbers that are not finite (`NumbersRefused`).
    let states
        (device: Device)
        (weights: EncoderWeights)
        (progress: int -> unit)
        (texts: int[][])
        : Result<Matrix<float32>, PipelineError> =
        EncodeTexts.check weights.Shape texts
        |> Result.bind (fun () -> Device.resolve device)
        |> Result.bind (fun device ->
            let rows = encode device weights progress texts

            match Matrix.firstNonFinite32 rows with
            | Some(i, j) ->
                Error(NumbersRefused $"Entry %d{j} of token %d{i}'s encoding is not a finite number.")
            | None -> Ok rows)
