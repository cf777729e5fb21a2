namespace NtkPipeline.Core

open System
open System.Globalization
open System.Text.Json
open System.Text.Json.Serialization

// The compiler knows no text of a JSON reader that it does not warn of.
#nowarn "3261"

/// What names a row: given back letter by letter as it came. In JSON a number, or a text.
[<Struct; RequireQualifiedAccess; JsonConverter(typeof<RowIdConverter>)>]
type RowId =
    /// A whole number of 64 bits that is written in digits alone.
    | Number of number: int64
    /// Any other text.
    | Word of word: string

    /// Of a text that names a row.
    static member internal Of(text: string) : RowId =
        match Int64.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture) with
        | true, number when string number = text -> RowId.Number number
        | _ -> RowId.Word text

/// Whole numbers stay numbers, as readers of results know them.
and RowIdConverter() =
    inherit JsonConverter<RowId>()

    override _.Read(reader, _, _) =
        match reader.TokenType with
        | JsonTokenType.Number ->
            match reader.TryGetInt64() with
            | true, number -> RowId.Number number
            | _ -> raise (JsonException "a row's id is no whole number")
        | JsonTokenType.String ->
            match reader.GetString() with
            | null -> raise (JsonException "null is no id of a row")
            | text -> RowId.Of text
        | kind -> raise (JsonException $"a %O{kind} is no id of a row")

    override _.Write(writer, id, _) =
        match id with
        | RowId.Number number -> writer.WriteNumberValue number
        | RowId.Word word -> writer.WriteStringValue word

[<RequireQualifiedAccess>]
module RowId =

    /// As it was written.
    let text (id: RowId) : string =
        match id with
        | RowId.Number number -> string number
        | RowId.Word word -> word

    /// Of the row at a place, where nobody named it.
    let ofPlace (place: int) : RowId = RowId.Number(int64 place)

    /// The place that such an id stands for.
    let place (id: RowId) : int =
        match id with
        | RowId.Number place -> int place
        | RowId.Word word -> invalidArg (nameof id) $"'%s{word}' is no place"

    /// A cell of a table, letter by letter; what names no row is refused with a clause. Ids go back to spreadsheets and terminals, so that
    /// none may hold what they would obey.
    let ofCell (cell: string) : Result<RowId, string> =
        if String.IsNullOrWhiteSpace cell then
            Error "is empty"
        elif not (PlainLine.isPlain cell) then
            Error "holds a control character or one that turns words around; name the row without it"
        else
            Ok(RowId.Of cell)
