namespace NtkPipeline.Runtime

open System.IO
open System.Text.Json
open FsToolkit.ErrorHandling
open NtkPipeline.Core

/// What a model was trained for, and its graph does not say.
type EncoderProfile = {
    Pooling: Pooling
    /// The most tokens of a text, [CLS] and [SEP] included; what comes after them is not seen.
    MaxTokens: int
    /// The folder says how to pool.
    IsStated: bool
}

/// A model's folder says it in `encoder.json`, {"pooling": "mean" or "cls", "maxTokens": 256}, or where sentence-transformers
/// does: `modules.json`, `1_Pooling/config.json` and `sentence_bert_config.json`; a limit that is not there, `TokeniserProfile`.
/// What `encoder.json` says goes before the others; what it does not say is theirs to say, and to be refused for.
[<RequireQualifiedAccess>]
module EncoderProfile =

    let fileName = "encoder.json"

    let miniLm: EncoderProfile = { Pooling = Pooling.Mean; MaxTokens = WordPiece.limit; IsStated = true }
    let arctic: EncoderProfile = { Pooling = Pooling.Cls; MaxTokens = 512; IsStated = true }

    /// Of a folder that says nothing: what sentence-transformers assumes too.
    let private assumed = { miniLm with IsStated = false }

    /// The bounds of `maxTokens`.
    let private least, most = 3, 8192

    let private refuse = FolderJson.refuse
    let private property = FolderJson.property

    let private pooling path (name: string) =
        match name with
        | "mean" -> Ok Pooling.Mean
        | "cls" -> Ok Pooling.Cls
        | other -> refuse path $"pooling '%s{PlainLine.ofWords other}' is not known here; mean and cls are"

    let private tokens path name (json: JsonElement) =
        match property name json with
        | None -> Ok None
        | Some value ->
            match value.ValueKind = JsonValueKind.Number && value.TryGetInt32() |> fst, value with
            | true, value when value.GetInt32() >= least && value.GetInt32() <= most ->
                Ok(Some(value.GetInt32()))
            | _ ->
                refuse
                    path
                    $"%s{name} is %s{PlainLine.ofWords (value.GetRawText())}, and a whole number from %d{least} to %d{most} is wanted"

    /// The pooling, and the most tokens if they are stated.
    let private ours path (json: JsonElement) =
        match
            json.EnumerateObject() |> Seq.tryFind (fun p -> p.Name <> "pooling" && p.Name <> "maxTokens")
        with
        | Some unknown ->
            refuse path $"'%s{PlainLine.ofWords unknown.Name}' is unknown; it may say pooling and maxTokens"
        | None ->
            match property "pooling" json with
            | Some name when name.ValueKind = JsonValueKind.String ->
                pooling path (string name)
                |> Result.bind (fun pooling ->
                    tokens path "maxTokens" json |> Result.map (fun limit -> pooling, limit))
            | _ -> refuse path "it does not say pooling, \"mean\" or \"cls\""

    /// The pooling of sentence-transformers' file: one name, or a flag for each.
    let private theirs path (json: JsonElement) =
        let prefix = "pooling_mode_"

        let chosen =
            match property "pooling_mode" json with
            | Some name -> [ string name ]
            | None -> [
                for p in json.EnumerateObject() do
                    if p.Name.StartsWith prefix && p.Value.ValueKind = JsonValueKind.True then
                        match p.Name[prefix.Length ..] with
                        | "cls_token" -> "cls"
                        | "mean_tokens" -> "mean"
                        | other -> other
              ]

        pooling path (String.concat " + " chosen)

    /// The parts of sentence-transformers' `modules.json`: where its pooling lies. Parts behind the pooling but the norm are not known here.
    let private poolingFolder path (json: JsonElement) =
        let part (item: JsonElement) =
            let kind = FolderJson.text "type" item |> Option.defaultValue "a part without a type"
            kind[kind.LastIndexOf '.' + 1 ..], FolderJson.text "path" item |> Option.defaultValue ""

        let parts = [
            for item in json.EnumerateArray() do
                if item.ValueKind = JsonValueKind.Object then
                    part item
        ]

        match
            parts
            |> List.tryFind (fun (kind, _) ->
                not (List.contains kind [ "Transformer"; "Pooling"; "Normalize" ]))
        with
        | Some(kind, _) ->
            refuse
                path
                $"its part %s{PlainLine.ofWords kind} is not known here; Transformer, Pooling and Normalize are"
        | None -> Ok(parts |> List.tryFind (fun (kind, _) -> kind = "Pooling") |> Option.map snd)

    /// Words that sentence-transformers puts before every text, where the folder asks for that.
    let private refusePrompt path (json: JsonElement) =
        let words =
            FolderJson.text "default_prompt_name" json
            |> Option.bind (fun name ->
                FolderJson.property "prompts" json |> Option.bind (FolderJson.text name))

        match words with
        | Some words when words <> "" ->
            refuse
                path
                $"it puts '%s{PlainLine.ofWords words}' before every text, which is not done here; write it into the texts and set default_prompt_name to null"
        | _ -> Ok()

    /// What a model's folder says.
    let read (folder: string) : Result<EncoderProfile, PipelineError> =
        let own = Path.Combine(folder, fileName)
        let modules = Path.Combine(folder, "modules.json")
        let prompts = Path.Combine(folder, "config_sentence_transformers.json")
        let limited = Path.Combine(folder, "sentence_bert_config.json")

        result {
            let! stated = FolderJson.ofObject own (ours own)
            let! place = FolderJson.ofList modules (poolingFolder modules)
            let! _ = FolderJson.ofObject prompts (refusePrompt prompts)
            let place = place |> Option.flatten |> Option.defaultValue "1_Pooling"
            let pooled = Path.Combine(folder, place, "config.json")

            let! pooling =
                match stated with
                | Some(pooling, _) -> Ok(Some pooling)
                | None -> FolderJson.ofObject pooled (theirs pooled)

            let! limit =
                match Option.bind snd stated with
                | Some limit -> Ok(Some limit)
                | None ->
                    FolderJson.ofObject limited (tokens limited "max_seq_length") |> Result.map Option.flatten

            let! tokeniser = TokeniserProfile.read folder

            return {
                Pooling = Option.defaultValue assumed.Pooling pooling
                MaxTokens =
                    limit
                    |> Option.orElse (tokeniser.MaxTokens |> Option.map (min most))
                    |> Option.defaultValue assumed.MaxTokens
                IsStated = pooling.IsSome
            }
        }

    /// As `ntk --json` and people read it: "mean", "cls".
    let poolingName (profile: EncoderProfile) : string =
        match profile.Pooling with
        | Pooling.Mean -> "mean"
        | Pooling.Cls -> "cls"

    /// What to tell a person whose folder does not say how to pool.
    let remark (folder: string) : string option =
        match read folder with
        | Ok profile when not profile.IsStated ->
            Some
                $"%s{folder} does not say how its vectors are pooled, so their mean over at most %d{profile.MaxTokens} tokens is taken; write {{\"pooling\": \"mean\"}} or {{\"pooling\": \"cls\"}} into its %s{fileName}"
        | _ -> None

    /// Puts it into a folder that does not say it yet.
    let write (folder: string) (profile: EncoderProfile) : Result<unit, PipelineError> =
        let path = Path.Combine(folder, fileName)

        if File.Exists path then
            Ok()
        else
            SourceFile.writeText
                path
                $"{{ \"pooling\": \"%s{poolingName profile}\", \"maxTokens\": %d{profile.MaxTokens} }}\n"
