namespace NtkPipeline.Runtime

open System.IO
open System.Text.Json
open FsToolkit.ErrorHandling
open NtkPipeline.Core

/// How a model's texts are cut into pieces, as far as its folder says so.
type TokeniserProfile = {
    /// Capitals and accents are left as they are, as for a cased BERT.
    KeepsCase: bool
    /// The most tokens that the tokeniser or the model's positions allow.
    MaxTokens: int option
}

/// A model's folder says it where Hugging Face's transformers do: `tokenizer_config.json` (do_lower_case, strip_accents,
/// tokenize_chinese_chars, model_max_length, its tokens), `tokenizer.json` (its normaliser and its model), `config.json`
/// (max_position_embeddings) and sentence-transformers' `sentence_bert_config.json` (do_lower_case).
[<RequireQualifiedAccess>]
module TokeniserProfile =

    /// What a normaliser does to a text's letters.
    type private Normaliser = { LowerCase: bool option; StripAccents: bool option; Ideographs: bool option }

    let private silent = { LowerCase = None; StripAccents = None; Ideographs = None }

    let private flags path lower accents ideographs (json: JsonElement) =
        FolderJson.flag path lower json
        |> Result.bind (fun lower ->
            FolderJson.flag path accents json
            |> Result.bind (fun accents ->
                FolderJson.flag path ideographs json
                |> Result.map (fun ideographs -> {
                    LowerCase = lower
                    StripAccents = accents
                    Ideographs = ideographs
                })))

    /// What is BERT's own, and the only one known here.
    let private tokens = [
        "unk_token", "[UNK]"
        "cls_token", "[CLS]"
        "sep_token", "[SEP]"
        "pad_token", "[PAD]"
        "mask_token", "[MASK]"
        "continuing_subword_prefix", "##"
        "wordpieces_prefix", "##"
    ]

    /// A text, or a token that is written with its properties, as its text; anything else as it stands.
    let private word (value: JsonElement) : string =
        match value.ValueKind with
        | JsonValueKind.String -> string value
        | _ -> FolderJson.text "content" value |> Option.defaultValue (value.GetRawText())

    /// Refuses what an object says otherwise; what it does not say is as it is wanted. `place` stands before its keys.
    let private expect path (place: string) (wanted: (string * string) list) (json: JsonElement) =
        let other (key, known) =
            FolderJson.property key json
            |> Option.map word
            |> Option.filter (fun found -> found <> known)
            |> Option.map (fun found -> key, known, found)

        match List.tryPick other wanted with
        | Some(key, known, found) ->
            FolderJson.refuse
                path
                $"%s{place}%s{key} is '%s{PlainLine.ofWords found}', and only %s{known} is known here"
        | None -> Ok()

    let private expectModel (path: string) (json: JsonElement) =
        FolderJson.property "model" json
        |> Option.map (expect path "model." (("type", "WordPiece") :: tokens))
        |> Option.defaultValue (Ok())

    let private normaliser (path: string) (json: JsonElement) =
        match FolderJson.property "normalizer" json with
        | Some normaliser when FolderJson.text "type" normaliser = Some "BertNormalizer" ->
            flags path "lowercase" "strip_accents" "handle_chinese_chars" normaliser
        | Some normaliser ->
            let name = FolderJson.text "type" normaliser |> Option.defaultValue "one without a name"

            FolderJson.refuse
                path
                $"its normaliser is %s{PlainLine.ofWords name}, and BertNormalizer is known here"
        | None ->
            FolderJson.refuse
                path
                "its normalizer is null or missing, so texts stay as they are; only BertNormalizer is known here"

    /// Whether capitals stay. BERT strips accents where it lower-cases, unless it is told otherwise, which is not known here.
    let private keepsCase (path: string) (found: Normaliser) =
        let lower = Option.defaultValue true found.LowerCase

        if found.StripAccents.IsSome && found.StripAccents <> Some lower then
            FolderJson.refuse
                path
                "it lower-cases and keeps accents, or the other way round; only both or neither are known here"
        elif found.Ideographs = Some false then
            FolderJson.refuse path "it leaves Chinese characters together, which is not known here"
        else
            Ok(not lower)

    /// A whole number that is a limit; transformers write 10³⁰ for none.
    let private limit name (json: JsonElement) =
        FolderJson.property name json
        |> Option.bind (fun value ->
            match value.ValueKind = JsonValueKind.Number && fst (value.TryGetInt32()) with
            | true when value.GetInt32() >= 3 -> Some(value.GetInt32())
            | _ -> None)

    /// What sentence-transformers does to a text before the tokeniser has it. An uncased one does the same again.
    let private refuseLowered (path: string) (keepsCase: bool) (lowered: bool option) =
        if keepsCase && lowered = Some true then
            FolderJson.refuse
                path
                "do_lower_case is true and its tokeniser is cased, so texts lose their capitals and keep their accents, which is not known here"
        else
            Ok()

    /// What a model's folder says; of two files that say how letters are treated, `tokenizer_config.json` counts.
    let read (folder: string) : Result<TokeniserProfile, PipelineError> =
        let config = Path.Combine(folder, "tokenizer_config.json")
        let tokeniser = Path.Combine(folder, "tokenizer.json")
        let model = Path.Combine(folder, "config.json")
        let before = Path.Combine(folder, "sentence_bert_config.json")

        let configured (json: JsonElement) =
            expect config "" tokens json
            |> Result.bind (fun () ->
                flags config "do_lower_case" "strip_accents" "tokenize_chinese_chars" json)
            |> Result.map (fun found -> found, limit "model_max_length" json)

        let normalised (json: JsonElement) =
            expectModel tokeniser json |> Result.bind (fun () -> normaliser tokeniser json)

        result {
            let! configured = FolderJson.ofObject config configured
            let! normalised = FolderJson.ofObject tokeniser normalised

            let path, letters =
                match configured, normalised with
                | Some(found, _), _ when found.LowerCase.IsSome -> config, found
                | _, Some found -> tokeniser, found
                | Some(found, _), None -> config, found
                | None, None -> config, silent

            let! keepsCase = keepsCase path letters
            let! lowered = FolderJson.ofObject before (FolderJson.flag before "do_lower_case")
            do! refuseLowered before keepsCase (Option.flatten lowered)
            let! positions = FolderJson.ofObject model (limit "max_position_embeddings" >> Ok)
            let limits = [ Option.bind snd configured; Option.flatten positions ] |> List.choose id

            return {
                KeepsCase = keepsCase
                MaxTokens = if limits.IsEmpty then None else Some(List.min limits)
            }
        }
