namespace NtkPipeline.Core

open TorchSharp

/// Tokenised texts → φ, one row a text, by an encoder's parameters.
[<RequireQualifiedAccess>]
module EncodeTexts =

    /// Why a text cannot be encoded, as one sentence: `DataRefused` with the text's place, counted from 0.
    let check (shape: EncoderShape) (texts: int[][]) : Result<unit, PipelineError> =
        let refuse i reason = Error(DataRefused $"Text %d{i} cannot be encoded: %s{reason}.")

        let fault (ids: int[]) =
            match ids |> Array.tryFind (fun id -> id < 0 || id >= shape.Words) with
            | _ when ids.Length = 0 -> Some "it has no token"
            | _ when TokenBatches.paddedLength ids.Length > shape.Positions ->
                Some $"it has %d{ids.Length} tokens, and the encoder has %d{shape.Positions} positions"
            | Some id -> Some $"its token %d{id} is none of the encoder's %d{shape.Words}"
            | None -> None

        match texts |> Array.tryFindIndex (fault >> Option.isSome) with
        | None -> Ok()
        | Some i -> refuse i (fault texts[i] |> Option.defaultValue "")

    let private ofBatch device (weights: EncoderWeights) layers (texts: int[][]) : float32[] =
        use _ = torch.NewDisposeScope()

        TokenBatch.create torch.ScalarType.Float32 device texts
        |> BertEncoder.infer weights.Pooling weights.Shape layers
        |> Tensors.toArray32

    let private encode device (weights: EncoderWeights) (progress: int -> unit) (texts: int[][]) =
        use _ = torch.NewDisposeScope()
        use _ = torch.no_grad ()
        let width = weights.Shape.Width
        let values = Array.zeroCreate<float32>(texts.Length * width)

        let layers =
            BertEncoder.tensors torch.ScalarType.Float32 device weights |> BertEncoder.layers weights.Shape

        TokenBatches.plan (texts |> Array.map _.Length)
        |> TorchThreads.sideBySide device (fun places ->
            use _ = torch.no_grad ()
            let rows = places |> Array.map (fun i -> texts[i]) |> ofBatch device weights layers
            places |> Array.iteri (fun k i -> System.Array.Copy(rows, k * width, values, i * width, width))
            progress places.Length)
        |> ignore

        Matrix.create texts.Length width values

    /// φ of texts given by their token ids: texts × width, pooled and not normalised, in the texts' order; a row depends on the other texts
    /// by float32's rounding alone. `progress` is told how many more texts are done, by several threads. Refused: what `check` refuses, a device that is not
    /// here, and numbers that are not finite (`NumbersRefused`).
    let pooled
        (device: Device)
        (weights: EncoderWeights)
        (progress: int -> unit)
        (texts: int[][])
        : Result<Matrix<float32>, PipelineError> =
        check weights.Shape texts
        |> Result.bind (fun () -> Device.resolve device)
        |> Result.bind (fun device ->
            let rows = encode device weights progress texts

            match Matrix.firstNonFinite32 rows with
            | Some(i, j) ->
                Error(NumbersRefused $"Entry %d{j} of text %d{i}'s encoding is not a finite number.")
            | None -> Ok rows)
