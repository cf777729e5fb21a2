namespace NtkPipeline.Runtime

open System.IO
open System.Text.Json
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
/// does: `1_Pooling/config.json` and `sentence_bert_config.json`.
[<RequireQualifiedAccess>]
module EncoderProfile =

    let fileName = "encoder.json"

    let miniLm: EncoderProfile = { Pooling = Pooling.Mean; MaxTokens = WordPiece.limit; IsStated = true }
    let arctic: EncoderProfile = { Pooling = Pooling.Cls; MaxTokens = 512; IsStated = true }

    /// Of a folder that says nothing: what sentence-transformers assumes too.
    let private assumed = { miniLm with IsStated = false }

    /// The bounds of `maxTokens`.
    let private least, most = 3, 8192

    let private refuse (path: string) reason = Error(DataRefused $"%s{path}: %s{reason}.")

    /// What a file's JSON object says; nothing of a file that is not there.
    let private ofObject (path: string) (read: JsonElement -> Result<'a, PipelineError>) =
        if not (File.Exists path) then
            Ok None
        else
            SourceFile.readBytes path
            |> Result.bind (fun bytes ->
                try
                    use json = JsonDocument.Parse(System.ReadOnlyMemory bytes)

                    if json.RootElement.ValueKind = JsonValueKind.Object then
                        read json.RootElement |> Result.map Some
                    else
                        refuse path "it is no JSON object"
                with :? JsonException ->
                    refuse path "it is no JSON")

    let private property (name: string) (json: JsonElement) =
        match json.TryGetProperty name with
        | true, value when value.ValueKind <> JsonValueKind.Null -> Some value
        | _ -> None

    let private pooling path (name: string) =
        match name with
        | "mean" -> Ok Pooling.Mean
        | "cls" -> Ok Pooling.Cls
        | other -> refuse path $"pooling '%s{other}' is not known here; mean and cls are"

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
                    $"%s{name} is %s{value.GetRawText()}, and a whole number from %d{least} to %d{most} is wanted"

    let private ours path (json: JsonElement) =
        match
            json.EnumerateObject() |> Seq.tryFind (fun p -> p.Name <> "pooling" && p.Name <> "maxTokens")
        with
        | Some unknown -> refuse path $"'%s{unknown.Name}' is unknown; it may say pooling and maxTokens"
        | None ->
            match property "pooling" json with
            | Some name when name.ValueKind = JsonValueKind.String ->
                pooling path (string name)
                |> Result.bind (fun pooling ->
                    tokens path "maxTokens" json
                    |> Result.map (fun limit -> {
                        Pooling = pooling
                        MaxTokens = Option.defaultValue assumed.MaxTokens limit
                        IsStated = true
                    }))
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

    /// What a model's folder says.
    let read (folder: string) : Result<EncoderProfile, PipelineError> =
        let own = Path.Combine(folder, fileName)
        let pooled = Path.Combine(folder, "1_Pooling", "config.json")
        let limited = Path.Combine(folder, "sentence_bert_config.json")

        ofObject own (ours own)
        |> Result.bind (fun stated ->
            match stated with
            | Some profile -> Ok profile
            | None ->
                ofObject pooled (theirs pooled)
                |> Result.bind (fun pooling ->
                    ofObject limited (tokens limited "max_seq_length")
                    |> Result.map (fun limit -> {
                        Pooling = Option.defaultValue assumed.Pooling pooling
                        MaxTokens = limit |> Option.flatten |> Option.defaultValue assumed.MaxTokens
                        IsStated = pooling.IsSome
                    })))

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
