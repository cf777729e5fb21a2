namespace NtkPipeline.Core

open System.Text.Json
open System.Text.Json.Nodes

/// The JSON schema of settings, for editors.
[<RequireQualifiedAccess>]
module SettingSchema =

    let private text (value: string) : JsonNode = nonNull (JsonValue.Create value)

    let private bounded (kind: string) (low: JsonNode) (high: JsonNode) : JsonNode =
        JsonObject(dict<string, JsonNode | null> [ "type", text kind; "minimum", low; "maximum", high ])

    let private oneOf (names: string list) : JsonNode =
        let values = JsonArray()
        names |> List.iter (text >> values.Add)
        JsonObject(dict<string, JsonNode | null> [ "enum", values ])

    let private listOf (item: JsonNode) : JsonNode =
        JsonObject(
            dict<string, JsonNode | null> [
                "type", text "array"
                "items", item
                "minItems", JsonValue.Create 1
            ]
        )

    let private anyOf (schemas: JsonNode list) : JsonNode =
        let all = JsonArray()
        schemas |> List.iter all.Add
        JsonObject(dict<string, JsonNode | null> [ "anyOf", all ])

    let rec private kindSchema (kind: SettingKind) : JsonNode =
        match kind with
        | Flag -> JsonObject(dict<string, JsonNode | null> [ "type", text "boolean" ])
        | Size
        | Text -> JsonObject(dict<string, JsonNode | null> [ "type", text "string" ])
        | Whole(low, high) -> bounded "integer" (JsonValue.Create low) (JsonValue.Create high)
        | Real(low, high) -> bounded "number" (JsonValue.Create low) (JsonValue.Create high)
        | Choice names -> oneOf names
        | WholeList(low, high) -> listOf (bounded "integer" (JsonValue.Create low) (JsonValue.Create high))
        | RealList(low, high) -> listOf (bounded "number" (JsonValue.Create low) (JsonValue.Create high))
        | ChoiceList names -> listOf (oneOf names)
        | SumOf names -> anyOf [ oneOf names; listOf (oneOf names); kindSchema Text ]
        | WordsOr(words, kind) -> anyOf [ oneOf words; kindSchema kind ]

    /// A JSON schema of the settings file, for editors.
    let print (settings: Setting list) : string =
        let object () =
            JsonObject(
                dict<string, JsonNode | null> [
                    "type", text "object"
                    "additionalProperties", JsonValue.Create false
                    "properties", JsonObject()
                ]
            )

        let properties (node: JsonObject) = nonNull(node["properties"]).AsObject()
        let root = object ()

        for setting in settings do
            let path = setting.Key.Split '.'

            let parent =
                (root, path[.. path.Length - 2])
                ||> Array.fold (fun node name ->
                    let children = properties node

                    if not (children.ContainsKey name) then
                        children[name] <- object ()

                    nonNull(children[name]).AsObject())

            let node = kindSchema setting.Kind
            node["description"] <- text $"%s{setting.Doc} Default: %s{setting.Default}"
            (properties parent)[Array.last path] <- node

        (properties root)["$schema"] <- kindSchema Text
        root["$schema"] <- text "https://json-schema.org/draft/2020-12/schema"
        root["title"] <- text "NtkPipeline settings"
        root.ToJsonString(JsonSerializerOptions(WriteIndented = true))
