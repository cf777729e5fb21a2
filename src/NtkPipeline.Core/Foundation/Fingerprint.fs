namespace NtkPipeline.Core

open System
open System.Collections
open System.Globalization
open FSharp.Reflection

/// The digest of a stage's settings, taken by walking the value's shape, so that a new field cannot be forgotten.
[<RequireQualifiedAccess>]
module Fingerprint =

    let private number (value: IFormattable) = value.ToString(null, CultureInfo.InvariantCulture)

    /// The settings as one line of text, names included: what `ntk why` compares and shows.
    let rec describe (value: objnull) : string =
        match value with
        | Null -> "none"
        | NonNull value -> describeValue value

    and private describeValue (value: obj) : string =
        match value with
        | :? string as text -> "\"" + text.Replace("\\", "\\\\").Replace("\"", "\\\"") + "\""
        | :? bool as flag -> if flag then "true" else "false"
        | :? float as x -> x.ToString("R", CultureInfo.InvariantCulture)
        | :? float32 as x -> x.ToString("R", CultureInfo.InvariantCulture)
        | :? int as n -> number n
        | :? int64 as n -> number n
        | :? uint64 as n -> number n
        | :? Digest as digest -> digest.Hex
        | :? Seed as seed -> number seed.Value
        | :? Array as values -> values |> Seq.cast<objnull> |> items "[" "]"
        | _ -> describeShape value (value.GetType())

    and private describeShape (value: obj) (shape: Type) =
        if FSharpType.IsTuple shape then
            FSharpValue.GetTupleFields value |> Seq.cast<objnull> |> items "(" ")"
        elif FSharpType.IsRecord(shape, true) then
            let names = FSharpType.GetRecordFields(shape, true) |> Array.map _.Name

            FSharpValue.GetRecordFields(value, true)
            |> Array.map describe
            |> Array.map2 (fun name text -> $"%s{name}=%s{text}") names
            |> String.concat "; "
            |> sprintf "{%s}"
        elif shape.Name = typedefof<_ list>.Name then
            match value with
            | :? IEnumerable as values -> values |> Seq.cast<objnull> |> items "[" "]"
            | _ -> items "[" "]" []
        elif FSharpType.IsUnion(shape, true) then
            let case, fields = FSharpValue.GetUnionFields(value, shape, true)

            if fields.Length = 0 then
                case.Name
            else
                case.Name + items "(" ")" (Seq.cast<objnull> fields)
        else
            invalidArg (nameof value) $"a setting of type %s{shape.Name} has no fingerprint"

    and private items opening closing (values: objnull seq) =
        opening + (values |> Seq.map describe |> String.concat ", ") + closing
