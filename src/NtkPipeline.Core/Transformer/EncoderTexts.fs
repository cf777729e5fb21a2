namespace NtkPipeline.Core

/// Texts as an encoder reads them: token ids.
[<RequireQualifiedAccess>]
module EncoderTexts =

    /// Why the encoder cannot read a text, as the end of a sentence.
    let private refusal (shape: EncoderShape) (ids: int[]) =
        if ids.Length = 0 then
            Some "has no tokens"
        elif TokenBatches.paddedLength ids.Length > shape.Positions then
            Some $"has %d{ids.Length} tokens, and the encoder knows %d{shape.Positions} positions"
        elif ids |> Array.exists (fun id -> id < 0 || id >= shape.Words) then
            Some $"has a token that is none of the encoder's %d{shape.Words} words"
        else
            None

    /// Whether the encoder can read all of them; a refusal names the first that it cannot.
    let check (shape: EncoderShape) (texts: int[][]) : Result<unit, PipelineError> =
        texts
        |> Seq.indexed
        |> Seq.tryPick (fun (place, ids) -> refusal shape ids |> Option.map (fun reason -> place, reason))
        |> function
            | Some(place, reason) -> Error(DataRefused $"the encoder: text %d{place + 1} %s{reason}")
            | None -> Ok()
