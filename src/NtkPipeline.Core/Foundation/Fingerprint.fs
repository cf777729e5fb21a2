namespace NtkPipeline.Core

open System
open System.Collections
open System.Collections.Concurrent
open System.Globalization
open System.Reflection
open FSharp.Reflection

/// The digest of a stage's settings, taken by walking the value's shape, so that a new field cannot be forgotten.
[<RequireQualifiedAccess>]
module Fingerprint =

    let private number (value: IFormattable) = value.ToString(null, CultureInfo.InvariantCulture)

    /// How a type's values are taken apart. A run describes a thousand settings of few types, each of which is looked at once.
    type private Shape =
        | TupleOf
        | RecordOf of PropertyInfo[]
        | ListOf
        /// The cases by their tag, and what tells it of a value.
        | UnionOf of tag: PropertyInfo * cases: Map<int, string * PropertyInfo[]>
        /// An option, whose tag no property tells.
        | OtherUnion
        | Unknown

    let private analyse (shape: Type) : Shape =
        if FSharpType.IsTuple shape then
            TupleOf
        elif FSharpType.IsRecord(shape, true) then
            RecordOf(FSharpType.GetRecordFields(shape, true))
        elif shape.Name = typedefof<_ list>.Name then
            ListOf
        elif FSharpType.IsUnion(shape, true) then
            let all = BindingFlags.Instance ||| BindingFlags.Public ||| BindingFlags.NonPublic

            match shape.GetProperty("Tag", all) with
            | Null -> OtherUnion
            | NonNull tag ->
                let cases = FSharpType.GetUnionCases(shape, true)
                UnionOf(tag, Map.ofArray [| for case in cases -> case.Tag, (case.Name, case.GetFields()) |])
        else
            Unknown

    let private shapes = ConcurrentDictionary<Type, Shape>()

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
        match shapes.GetOrAdd(shape, analyse) with
        | TupleOf -> FSharpValue.GetTupleFields value |> Seq.cast<objnull> |> items "(" ")"
        | RecordOf fields ->
            let named (field: PropertyInfo) = field.Name + "=" + describe (field.GetValue value)
            "{" + (fields |> Array.map named |> String.concat "; ") + "}"
        | ListOf ->
            match value with
            | :? IEnumerable as values -> values |> Seq.cast<objnull> |> items "[" "]"
            | _ -> items "[" "]" []
        | UnionOf(tag, cases) ->
            let name, fields = cases[unbox<int>(tag.GetValue value)]
            describeCase name [| for field in fields -> field.GetValue value |]
        | OtherUnion ->
            let case, fields = FSharpValue.GetUnionFields(value, shape, true)
            describeCase case.Name fields
        | Unknown -> invalidArg (nameof value) $"a setting of type %s{shape.Name} has no fingerprint"

    and private describeCase (name: string) (fields: objnull[]) =
        if fields.Length = 0 then name else name + items "(" ")" fields

    and private items opening closing (values: objnull seq) =
        opening + (values |> Seq.map describe |> String.concat ", ") + closing
