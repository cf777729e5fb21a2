namespace NtkPipeline.Core

open System.Collections.Generic
open System.Globalization
open System.IO
open System.Text
open System.Text.RegularExpressions
open Microsoft.ML.Tokenizers

/// A vocabulary of word pieces.
[<NoEquality; NoComparison>]
type WordPiece = private {
    Tokenizer: BertTokenizer
    Count: int
    KeepsCase: bool
} with

    /// How many pieces there are; their ids count from 0.
    member this.Size = this.Count

/// Texts → token ids, as Hugging Face's `tokenizers` does it for BERT models, uncased unless a model is said to keep capitals. The pieces are found by
/// Microsoft.ML.Tokenizers; the text is prepared here, because that library (2.0.1) prepares it differently: it drops
/// line breaks rather than making blanks of them, leaves `_ $ + < = > ^ | ~` inside words or drops them, and takes
/// accents off by .NET's `Normalize`, which does nothing without ICU.
[<RequireQualifiedAccess>]
module WordPiece =

    /// The most tokens of a text, [CLS] and [SEP] included, unless a model says otherwise.
    let limit = 256

    let private special = [ "[PAD]"; "[UNK]"; "[CLS]"; "[SEP]"; "[MASK]" ]

    let private specials = Regex(@"(\[(?:PAD|UNK|CLS|SEP|MASK)\])", RegexOptions.CultureInvariant)

    /// Control, format, private: BERT's "control" characters, but for the three that are blanks.
    let private isControl (rune: Rune) =
        match rune.Value, Rune.GetUnicodeCategory rune with
        | (0x09 | 0x0A | 0x0D), _ -> false
        | 0xFFFD, _
        | _, UnicodeCategory.Control
        | _, UnicodeCategory.Format
        | _, UnicodeCategory.PrivateUse -> true
        | _ -> false

    let private isIdeograph (rune: Rune) =
        let c = rune.Value

        (c >= 0x4E00 && c <= 0x9FFF)
        || (c >= 0x3400 && c <= 0x4DBF)
        || (c >= 0x20000 && c <= 0x2A6DF)
        || (c >= 0x2A700 && c <= 0x2CEAF)
        || (c >= 0xF900 && c <= 0xFAFF)
        || (c >= 0x2F800 && c <= 0x2FA1F)

    /// Every ASCII sign is punctuation to BERT, also $ and +.
    let private isPunctuation (rune: Rune) =
        Rune.IsPunctuation rune
        || (rune.IsAscii && rune.Value > 0x20 && rune.Value < 0x7F && not (Rune.IsLetterOrDigit rune))

    let private prepareRune keepsCase (prepared: StringBuilder) (rune: Rune) =
        let alone (text: string) = prepared.Append(' ').Append(text).Append(' ') |> ignore

        if isControl rune then
            ()
        elif Rune.IsWhiteSpace rune then
            prepared.Append ' ' |> ignore
        else
            let parts = if keepsCase then rune.ToString() else Decomposition.withoutMarks rune

            for part in parts.EnumerateRunes() do
                let letter = (if keepsCase then part else Rune.ToLowerInvariant part).ToString()

                if isIdeograph rune || isPunctuation part then
                    alone letter
                else
                    prepared.Append letter |> ignore

    let private prepareBy keepsCase (text: string) : string =
        let prepared = StringBuilder text.Length

        for part in specials.Split text do
            if List.contains part special then
                prepared.Append(' ').Append(part).Append(' ') |> ignore
            else
                for rune in part.EnumerateRunes() do
                    prepareRune keepsCase prepared rune

        prepared.ToString()

    /// The text as an uncased BERT's normaliser and pre-tokeniser leave it: words and signs with blanks between. A special token
    /// that stands in the text stays what it is, as it does there.
    let prepare (text: string) : string = prepareBy false text

    let private options =
        BertOptions(
            LowerCaseBeforeTokenization = false,
            ApplyBasicTokenization = false,
            PreTokenizer = PreTokenizer.CreateWhiteSpace()
        )

    let private repeated (pieces: string[]) =
        let lines = Dictionary<string, int>()
        pieces |> Array.indexed |> Array.tryFind (fun (line, piece) -> not (lines.TryAdd(piece, line)))

    let private read (stream: Stream) =
        try
            use reader = new StreamReader(stream, UTF8Encoding(false, true), false, leaveOpen = true)
            let lines = reader.ReadToEnd().Split '\n' |> Array.map _.TrimEnd('\r')
            Ok(if Array.last lines = "" then lines[.. lines.Length - 2] else lines)
        with :? DecoderFallbackException ->
            Error "it is not UTF-8"

    /// The longest vocabularies have some hundred thousand pieces.
    let private mostBytes = 32_000_000L

    /// The vocabulary that a stream holds, one piece a line. `name` is the file, for refusals.
    let load (name: string) (stream: Stream) : Result<WordPiece, PipelineError> =
        let refuse reason = Error(DataRefused $"%s{name}: %s{reason}, so it is no BERT vocabulary.")

        match
            (if stream.CanSeek && stream.Length > mostBytes then
                 Error $"it has %d{stream.Length} bytes"
             else
                 read stream)
        with
        | Error reason -> refuse reason
        // What reads the pieces again would break such a line in two, and count all behind it otherwise.
        | Ok pieces when pieces |> Array.exists _.Contains('\r') ->
            let line = pieces |> Array.findIndex _.Contains('\r')
            refuse $"line %d{line + 1} holds a carriage return before its end"
        | Ok pieces ->
            match
                special |> List.tryFind (fun token -> not (Array.contains token pieces)), repeated pieces
            with
            | Some token, _ -> refuse $"it has no line %s{token}"
            | None, Some(line, piece) ->
                refuse $"line %d{line + 1} repeats the piece '%s{PlainLine.ofWords piece}'"
            | None, None ->
                use bytes = new MemoryStream(Encoding.UTF8.GetBytes(String.concat "\n" pieces))

                Ok {
                    Tokenizer = BertTokenizer.Create(bytes, options)
                    Count = pieces.Length
                    KeepsCase = false
                }

    /// The same for a cased model, which leaves capitals and accents as they are; false: for an uncased one.
    let keepCase (keeps: bool) (wordPiece: WordPiece) : WordPiece = { wordPiece with KeepsCase = keeps }

    /// The text's token ids: [CLS], its pieces, [SEP]; a text of more tokens than `most` loses the pieces before [SEP].
    let idsWithin (most: int) (wordPiece: WordPiece) (text: string) : int[] =
        let ids = Array.ofSeq (wordPiece.Tokenizer.EncodeToIds(prepareBy wordPiece.KeepsCase text))

        if ids.Length <= most then
            ids
        else
            Array.append ids[.. most - 2] [| Array.last ids |]

    /// The same within 256: the pieces after the 254th are lost.
    let ids (wordPiece: WordPiece) (text: string) : int[] = idsWithin limit wordPiece text
