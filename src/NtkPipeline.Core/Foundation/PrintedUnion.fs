namespace NtkPipeline.Core

open System
open System.Reflection
open System.Text.Json
open System.Text.Json.Serialization

// The compiler finds no type for an override of JsonConverter<'a>.Read, which returns T?, that it does not warn of.
#nowarn "3261"

/// Reading values back by the names they are printed by.
[<RequireQualifiedAccess>]
module PrintedUnion =

    /// The one of `all` with this name; `what` completes the sentence that there is none: "an input scale".
    let parse (what: string) (print: 'a -> string) (all: 'a list) (text: string) : Result<'a, string> =
        match all |> List.tryFind (fun value -> print value = text) with
        | Some value -> Ok value
        | None ->
            let known = all |> List.map print |> String.concat ", "
            Error $"'%s{text}' is not %s{what}; there are %s{known}"

/// A value as the JSON text that it is printed by.
type PrintedConverter<'a>(print: Func<'a, string>, parse: Func<string, Result<'a, string>>) =
    inherit JsonConverter<'a>()

    override _.Read(reader, _, _) =
        match reader.GetString() with
        | null -> raise (JsonException $"null is no %s{typeof<'a>.Name}")
        | text ->
            match parse.Invoke text with
            | Ok value -> value
            | Error reason -> raise (JsonException reason)

    override _.Write(writer, value, _) = writer.WriteStringValue(print.Invoke value)

/// Types whose module of the same name has `print : 'a -> string` and `parse : string -> Result<'a, string>`: unions such as an input
/// scale or an optimiser. In JSON they are their printed names, so that no fact holds a text that must be parsed again.
type PrintedUnions() =
    inherit JsonConverterFactory()

    let publicStatic = BindingFlags.Public ||| BindingFlags.Static

    let companion (shape: Type) =
        match shape.Assembly.GetType $"%s{shape.FullName}Module" with
        | null -> None
        | home ->
            match home.GetMethod("print", publicStatic), home.GetMethod("parse", publicStatic) with
            | null, _
            | _, null -> None
            | print, parse ->
                let result = typedefof<Result<_, _>>.MakeGenericType(shape, typeof<string>)
                let takes = print.GetParameters() |> Array.map _.ParameterType

                if takes = [| shape |] && print.ReturnType = typeof<string> && parse.ReturnType = result then
                    Some(print, parse)
                else
                    None

    let functionOf (method: MethodInfo) (domain: Type) (range: Type) =
        let shape = typedefof<Func<_, _>>.MakeGenericType(domain, range)
        Delegate.CreateDelegate(shape, method)

    override _.CanConvert(shape) = (companion shape).IsSome

    override _.CreateConverter(shape, _) : JsonConverter | null =
        match companion shape with
        | None -> null
        | Some(print, parse) ->
            Activator.CreateInstance(
                typedefof<PrintedConverter<string>>.MakeGenericType shape,
                functionOf print shape typeof<string>,
                functionOf parse typeof<string> parse.ReturnType
            )
            :?> JsonConverter | null
