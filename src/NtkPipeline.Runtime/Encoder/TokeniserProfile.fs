namespace NtkPipeline.Runtime

open System.IO
open System.Text.Json
open NtkPipeline.Core

/// How a model's texts are cut into pieces, as far as its folder says so.
type TokeniserProfile = {
    /// Capitals and accents are left as they are, as for a cased BERT.
    KeepsCase: bool
    /// The most tokens that the tokeniser or the model's positions allow.
    MaxTokens: int option
}

/// A model's folder says it where Hugging Face's transformers do: `tokenizer_config.json` (do_lower_case, strip_accents,
/// tokenize_chinese_chars, model_max_length), `tokenizer.json` (its normaliser) and `config.json` (max_position_embeddings).
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

    let private normaliser (path: string) (json: JsonElement) =
        match FolderJson.property "normalizer" json with
        | Some normaliser when FolderJson.text "type" normaliser = Some "BertNormalizer" ->
            flags path "lowercase" "strip_accents" "handle_chinese_chars" normaliser
        | Some normaliser ->
            let name = FolderJson.text "type" normaliser |> Option.defaultValue "one without a name"

            FolderJson.refuse
                path
                $"its normaliser is %s{PlainLine.ofWords name}, and BertNormalizer is known here"
        | None -> Ok silent

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

    /// What a model's folder says; of two files that say how letters are treated, `tokenizer_config.json` counts.
    let read (folder: string) : Result<TokeniserProfile, PipelineError> =
        let config = Path.Combine(folder, "tokenizer_config.json")
        let tokeniser = Path.Combine(folder, "tokenizer.json")
        let model = Path.Combine(folder, "config.json")

        let configured (json: JsonElement) =
            flags config "do_lower_case" "strip_accents" "tokenize_chinese_chars" json
            |> Result.map (fun found -> found, limit "model_max_length" json)

        FolderJson.ofObject config configured
        |> Result.bind (fun configured ->
            FolderJson.ofObject tokeniser (normaliser tokeniser)
            |> Result.bind (fun normalised ->
                let path, letters =
                    match configured, normalised with
                    | Some(found, _), _ when found.LowerCase.IsSome -> config, found
                    | _, Some found -> tokeniser, found
                    | Some(found, _), None -> config, found
                    | None, None -> config, silent

                keepsCase path letters
                |> Result.bind (fun keepsCase ->
                    FolderJson.ofObject model (limit "max_position_embeddings" >> Ok)
                    |> Result.map (fun positions ->
                        let limits =
                            [ Option.bind snd configured; Option.flatten positions ] |> List.choose id

                        {
                            KeepsCase = keepsCase
                            MaxTokens = if limits.IsEmpty then None else Some(List.min limits)
                        }))))
