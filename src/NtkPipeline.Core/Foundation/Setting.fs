namespace NtkPipeline.Core

open System
open System.Globalization

/// What a setting's text must be. Lists are written with commas: "16, 64, 256".
type SettingKind =
    | Flag
    | Whole of smallest: int64 * largest: int64
    | Real of smallest: float * largest: float
    | Choice of string list
    | WholeList of smallest: int64 * largest: int64
    | RealList of smallest: float * largest: float
    | ChoiceList of string list
    /// Different names, joined by plus signs: "lsa + keywords".
    | SumOf of string list
    /// One of these words, or what the kind allows.
    | WordsOr of words: string list * kind: SettingKind
    /// Bytes: "2GB".
    | Size
    | Text

/// One setting: its key, what it may be, its default and one sentence about it.
type Setting = { Key: string; Kind: SettingKind; Default: string; Doc: string }

/// Reading and checking one setting's text. Every error says what would be right.
[<RequireQualifiedAccess>]
module Setting =

    let create (key: string) (kind: SettingKind) (value: string) (doc: string) : Setting = {
        Key = key
        Kind = kind
        Default = value
        Doc = doc
    }

    let private terms (text: string) = text.Split([| '+'; ',' |], StringSplitOptions.TrimEntries)

    let private parts (text: string) = text.Split(',', StringSplitOptions.TrimEntries)

    /// .NET passes over NULs behind a number.
    let private isPlain (text: string) = not (text.Contains '\000')

    let (|Number|_|) (text: string) : float option =
        match Double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture) with
        | true, value when Double.IsFinite value && isPlain text -> Some value
        | _ -> None

    let (|Integer|_|) (text: string) : int64 option =
        match Int64.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture) with
        | true, value when isPlain text -> Some value
        | _ -> None

    let private short (x: float) = x.ToString("G6", CultureInfo.InvariantCulture)

    let private choices (names: string list) = String.Join(", ", names)

    let private wholeIn low high =
        function
        | Integer value -> value >= low && value <= high
        | _ -> false

    let private realIn low high =
        function
        | Number value as text -> value >= low && value <= high && Option.isNone (FloatRange.refusal text)
        | _ -> false

    /// What is expected, as the end of a sentence: "a whole number from 1 to 100".
    let rec expectation (kind: SettingKind) : string =
        match kind with
        | Flag -> "true or false"
        | Whole(low, high) -> $"a whole number from %d{low} to %d{high}"
        | Real(low, high) -> $"a number from %s{short low} to %s{short high}"
        | Choice names -> $"one of %s{choices names}"
        | WholeList(low, high) -> $"whole numbers from %d{low} to %d{high}, divided by commas"
        | RealList(low, high) -> $"numbers from %s{short low} to %s{short high}, divided by commas"
        | ChoiceList names -> $"some of %s{choices names}, divided by commas"
        | SumOf names -> $"some of %s{choices names}, each once, joined by +"
        | WordsOr(words, kind) -> $"""%s{String.Join(" or ", words)}, or %s{expectation kind}"""
        | Size -> "a size such as 2GB"
        | Text -> "a text"

    let rec private accepts (kind: SettingKind) (text: string) =
        match kind with
        | Flag -> text = "true" || text = "false"
        | Whole(low, high) -> wholeIn low high text
        | Real(low, high) -> realIn low high text
        | Choice names -> List.contains text names
        | WholeList(low, high) -> parts text |> Array.forall (wholeIn low high)
        | RealList(low, high) -> parts text |> Array.forall (realIn low high)
        | ChoiceList names -> parts text |> Array.forall (fun part -> List.contains part names)
        | SumOf names ->
            let terms = terms text

            terms |> Array.forall (fun term -> List.contains term names)
            && (Array.distinct terms).Length = terms.Length
        | WordsOr(words, kind) -> List.contains text words || accepts kind text
        | Size -> ByteSize.parse text |> Result.isOk
        | Text -> true

    /// The names that a value, or a part of one, may be.
    let rec private namesOf (kind: SettingKind) : string list =
        match kind with
        | Flag -> [ "true"; "false" ]
        | Choice names
        | ChoiceList names
        | SumOf names -> names
        | WordsOr(words, kind) -> words @ namesOf kind
        | Whole _
        | Real _
        | WholeList _
        | RealList _
        | Size
        | Text -> []

    /// Of the first part that is none of the names, the one that it stands for.
    let private hint (kind: SettingKind) (text: string) =
        let names = namesOf kind

        terms text
        |> Array.tryFind (fun term -> not (List.contains term names))
        |> Option.map (Nearest.hint names)
        |> Option.defaultValue ""

    /// Of the first number that float64 does not hold, why, as the end of a sentence.
    let rec private unheld (kind: SettingKind) (text: string) =
        match kind with
        | Real _
        | RealList _ ->
            parts text
            |> Array.tryPick FloatRange.refusal
            |> Option.map (fun reason -> $": %s{reason}")
            |> Option.defaultValue ""
        | WordsOr(_, kind) -> unheld kind text
        | Flag
        | Whole _
        | Choice _
        | WholeList _
        | ChoiceList _
        | SumOf _
        | Size
        | Text -> ""

    /// Of a value: what is longer was not meant.
    let private mostCharacters = 10_000

    /// The text, if it is what the setting may be; else a sentence that names the key.
    let check (setting: Setting) (text: string) : Result<string, string> =
        let text = text.Trim()

        if text.Length > mostCharacters then
            Error
                $"%s{setting.Key}: a value of %d{text.Length} characters, and %d{mostCharacters} are the most"
        elif accepts setting.Kind text then
            Ok text
        else
            Error
                $"%s{setting.Key}: '%s{PlainLine.ofWords text}' is not %s{expectation setting.Kind}%s{hint setting.Kind text}%s{unheld setting.Kind text}"

    // Readers of texts that `check` has passed. A text that does not fit is our bug.

    let private bug key = invalidArg (nameof key) $"setting %s{key} was read as what it is not"

    let flag (values: Map<string, string>) (key: string) : bool = values[key] = "true"

    let whole (values: Map<string, string>) (key: string) : int =
        match values[key] with
        | Integer value -> int value
        | _ -> bug key

    let real (values: Map<string, string>) (key: string) : float =
        match values[key] with
        | Number value -> value
        | _ -> bug key

    let summands (values: Map<string, string>) (key: string) : string list = terms values[key] |> List.ofArray

    let texts (values: Map<string, string>) (key: string) : string list = parts values[key] |> List.ofArray

    let wholes (values: Map<string, string>) (key: string) : int list =
        texts values key
        |> List.map (function
            | Integer value -> int value
            | _ -> bug key)

    let reals (values: Map<string, string>) (key: string) : float list =
        texts values key
        |> List.map (function
            | Number value -> value
            | _ -> bug key)
