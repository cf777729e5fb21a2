namespace NtkPipeline.Core

open System
open System.Text.Json

/// JSON's own reader looks at texts when somebody asks for them, and raises then: at half of a surrogate pair, `\ud800`.
[<RequireQualifiedAccess>]
module JsonWords =

    let rec private visit (element: JsonElement) : unit =
        match element.ValueKind with
        | JsonValueKind.String -> element.GetString() |> ignore
        | JsonValueKind.Array ->
            for item in element.EnumerateArray() do
                visit item
        | JsonValueKind.Object ->
            for property in element.EnumerateObject() do
                property.Name |> ignore
                visit property.Value
        | _ -> ()

    /// Whether every name and text of a document is Unicode.
    let areUnicode (document: JsonDocument) : bool =
        try
            visit document.RootElement
            true
        with :? InvalidOperationException ->
            false
