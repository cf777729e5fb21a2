namespace NtkPipeline.Core

open System
open System.Collections.Generic
open System.Text.Json

/// Where a setting's value came from.
type SettingSource =
    | ByDefault
    | FromFile of path: string
    | FromCommandLine

/// Settings as text: JSON (comments and trailing commas allowed), `key=value`, and the merged map.
[<RequireQualifiedAccess>]
module ConfigText =

    let private documentOptions =
        JsonDocumentOptions(
            CommentHandling = JsonCommentHandling.Skip,
            AllowTrailingCommas = true,
            MaxDepth = 8
        )

    let private scalar (element: JsonElement) =
        match element.ValueKind with
        | JsonValueKind.String -> element.GetString() |> Option.ofObj
        | JsonValueKind.True -> Some "true"
        | JsonValueKind.False -> Some "false"
        | JsonValueKind.Number -> Some(element.GetRawText())
        | _ -> None

    let rec private flatten (prefix: string) (element: JsonElement) : Result<string * string, string> list =
        match element.ValueKind with
        | JsonValueKind.Object -> [
            for property in element.EnumerateObject() do
                let key = if prefix = "" then property.Name else $"%s{prefix}.%s{property.Name}"

                if property.Name <> "$schema" then
                    yield! flatten key property.Value
          ]
        | JsonValueKind.Array ->
            let items = [ for item in element.EnumerateArray() -> scalar item ]

            if List.forall Option.isSome items then
                [ Ok(prefix, items |> List.choose id |> String.concat ", ") ]
            else
                [ Error $"%s{prefix}: a list may hold numbers, texts, true and false" ]
        | _ ->
            match scalar element with
            | Some text -> [ Ok(prefix, text) ]
            | None -> [ Error $"%s{prefix}: null is not a value; leave the key out for its default" ]

    let private collect (results: Result<'a, string> list) : Result<'a list, string list> =
        match
            results
            |> List.choose (function
                | Error e -> Some e
                | Ok _ -> None)
        with
        | [] ->
            Ok(
                results
                |> List.choose (function
                    | Ok value -> Some value
                    | Error _ -> None)
            )
        | errors -> Error errors

    let private duplicates (pairs: (string * string) list) =
        pairs
        |> List.countBy fst
        |> List.filter (fun (_, count) -> count > 1)
        |> List.map (fun (key, count) -> $"%s{key}: it is set %d{count} times")

    /// Of a settings file.
    let mostCharacters: int = 1_000_000

    let private parse (file: string) (text: string) : Result<(string * string) list, string list> =
        try
            use document = JsonDocument.Parse(text, documentOptions)

            if document.RootElement.ValueKind <> JsonValueKind.Object then
                Error [ $"%s{file}: settings are one JSON object" ]
            elif not (JsonWords.areUnicode document) then
                Error [ $"%s{file}: it holds half of a surrogate pair, which is no character" ]
            else
                flatten "" document.RootElement
                |> collect
                |> Result.bind (fun pairs ->
                    match duplicates pairs with
                    | [] -> Ok pairs
                    | errors -> Error errors)
                |> Result.mapError (List.map (fun reason -> $"%s{file}: %s{reason}"))
        with :? JsonException as e ->
            let line =
                e.LineNumber
                |> Option.ofNullable
                |> Option.map (fun n -> $", line %d{n + 1L}")
                |> Option.defaultValue ""

            Error [ $"%s{file}%s{line}: it is not JSON" ]

    /// (key, value) pairs of a settings file; nested objects give dotted keys. Errors name the file.
    let ofJson (file: string) (text: string) : Result<(string * string) list, string list> =
        if text.Length <= mostCharacters then
            parse file text
        else
            Error [
                $"%s{file}: it has %d{text.Length} characters, and settings of %d{mostCharacters} are the most"
            ]

    /// (key, value) pairs of `key=value` texts; a key that comes twice would have no effect once.
    let ofAssignments (assignments: string list) : Result<(string * string) list, string list> =
        assignments
        |> List.map (fun text ->
            match text.IndexOf '=' with
            | k when k > 0 -> Ok(text[.. k - 1].Trim(), text[k + 1 ..].Trim())
            | _ -> Error $"--set '%s{PlainLine.ofWords text}': write key=value")
        |> collect
        // As everywhere on a command line, the last one counts.
        |> Result.map (List.rev >> List.distinctBy fst >> List.rev)

    let private unknown (settings: Setting list) (key: string) =
        if key.Length > Nearest.mostLetters then
            Error $"%s{key[.. Nearest.mostLetters - 1]}…: there is no such setting"
        else
            let hint = Nearest.hint (settings |> List.map _.Key) key
            Error $"%s{key}: there is no such setting%s{hint}"

    let private overlay
        (settings: Setting list)
        (known: Map<string, Setting>)
        (layers: (SettingSource * (string * string) list) list)
        : Result<Map<string, string * SettingSource>, string list> =
        [
            for source, pairs in layers do
                for key, text in pairs do
                    match Map.tryFind key known with
                    | None -> unknown settings key
                    | Some setting ->
                        Setting.check setting text |> Result.map (fun value -> key, (value, source))
        ]
        |> collect
        |> Result.map (fun changes ->
            let defaults =
                settings |> List.map (fun setting -> setting.Key, (setting.Default, ByDefault)) |> Map.ofList

            changes |> List.fold (fun merged (key, value) -> Map.add key value merged) defaults)

    /// More unknown keys than these are not named one by one.
    let private mostUnknown = 100

    /// Defaults, overlaid by each layer in turn. Every mistake of every layer is reported.
    let merge
        (settings: Setting list)
        (layers: (SettingSource * (string * string) list) list)
        : Result<Map<string, string * SettingSource>, string list> =
        let known = settings |> List.map (fun setting -> setting.Key, setting) |> Map.ofList

        let unknown =
            layers
            |> List.sumBy (fun (_, pairs) ->
                pairs |> List.filter (fun (key, _) -> not (Map.containsKey key known)) |> List.length)

        if unknown <= mostUnknown then
            overlay settings known layers
        else
            Error [
                $"%d{unknown} keys are no settings; `ntk config show` lists those that there are"
            ]
