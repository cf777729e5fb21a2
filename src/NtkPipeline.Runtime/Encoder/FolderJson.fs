namespace NtkPipeline.Runtime

open System.IO
open System.Text.Json
open NtkPipeline.Core

/// The JSON files of a model's folder: what they say, or a refusal that names the file.
[<RequireQualifiedAccess>]
module internal FolderJson =

    let refuse (path: string) (reason: string) : Result<'a, PipelineError> =
        Error(DataRefused $"%s{path}: %s{reason}.")

    let private ofKind
        (kind: JsonValueKind)
        (name: string)
        (path: string)
        (read: JsonElement -> Result<'a, PipelineError>)
        =
        if not (File.Exists path) then
            Ok None
        else
            SourceFile.readText path
            |> Result.bind (fun text ->
                try
                    use json = JsonDocument.Parse text

                    if json.RootElement.ValueKind <> kind then
                        refuse path $"it is no JSON %s{name}"
                    elif not (JsonWords.areUnicode json) then
                        refuse path "it holds half of a surrogate pair, which is no character"
                    else
                        read json.RootElement |> Result.map Some
                with :? JsonException ->
                    refuse path "it is no JSON")

    /// What a file's JSON object says; nothing of a file that is not there.
    let ofObject
        (path: string)
        (read: JsonElement -> Result<'a, PipelineError>)
        : Result<'a option, PipelineError> =
        ofKind JsonValueKind.Object "object" path read

    /// What a file's JSON list says; nothing of a file that is not there.
    let ofList
        (path: string)
        (read: JsonElement -> Result<'a, PipelineError>)
        : Result<'a option, PipelineError> =
        ofKind JsonValueKind.Array "list" path read

    /// A property that is there and not null; what is no object has none.
    let property (name: string) (json: JsonElement) : JsonElement option =
        match json.ValueKind with
        | JsonValueKind.Object ->
            match json.TryGetProperty name with
            | true, value when value.ValueKind <> JsonValueKind.Null -> Some value
            | _ -> None
        | _ -> None

    /// A text of an object.
    let text (name: string) (json: JsonElement) : string option =
        property name json
        |> Option.filter (fun value -> value.ValueKind = JsonValueKind.String)
        |> Option.bind (fun value -> value.GetString() |> Option.ofObj)

    /// True or false; anything else is refused.
    let flag (path: string) (name: string) (json: JsonElement) : Result<bool option, PipelineError> =
        match property name json with
        | None -> Ok None
        | Some value when value.ValueKind = JsonValueKind.True || value.ValueKind = JsonValueKind.False ->
            Ok(Some(value.ValueKind = JsonValueKind.True))
        | Some value ->
            refuse path $"%s{name} is %s{PlainLine.ofWords (value.GetRawText())}, and true or false is wanted"
