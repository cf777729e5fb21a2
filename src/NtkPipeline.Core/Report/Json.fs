namespace NtkPipeline.Core

open System
open System.Text.Json.Nodes

/// JSON nodes of what a run found out.
[<RequireQualifiedAccess>]
module internal Json =

    let record (fields: (string * (JsonNode | null)) list) : JsonNode =
        let node = JsonObject()

        for name, value in fields do
            node.Add(name, value)

        node

    let list (items: JsonNode seq) : JsonNode =
        let node = JsonArray()

        for item in items do
            node.Add item

        node

    let text (value: string) : JsonNode | null = JsonValue.Create value
    let whole (value: int) : JsonNode | null = JsonValue.Create value

    let id (value: RowId) : JsonNode | null =
        match value with
        | RowId.Number number -> JsonValue.Create number
        | RowId.Word word -> JsonValue.Create word

    let flag (value: bool) : JsonNode | null = JsonValue.Create value

    /// A number that is none has no JSON: null.
    let real (value: float) : JsonNode | null = if Double.IsFinite value then JsonValue.Create value else null

    let maybe (node: 'a -> (JsonNode | null)) (value: 'a option) : JsonNode | null =
        match value with
        | Some value -> node value
        | None -> null
