namespace NtkPipeline.Core

open System
open System.Globalization

/// Other people's words as one line that a terminal can be given.
[<RequireQualifiedAccess>]
module PlainLine =

    /// Zero-width joiner and non-joiner: emoji and many scripts are spelled with them, and they order nothing.
    let private isJoiner (c: char) = c = '\u200C' || c = '\u200D'

    let private isObeyed (c: char) =
        match Char.GetUnicodeCategory c with
        | UnicodeCategory.Control
        | UnicodeCategory.LineSeparator
        | UnicodeCategory.ParagraphSeparator -> true
        // The bidi controls (U+061C, U+200E–F, U+202A–E, U+2066–9) and what else is not seen.
        | UnicodeCategory.Format -> not (isJoiner c)
        | _ -> false

    /// A blank for each control character, line break and bidi control: nothing that a terminal would obey, or that would turn the
    /// words around.
    let ofText (text: string) : string = text |> String.map (fun c -> if isObeyed c then ' ' else c)

    /// Whether it is such a line as it stands.
    let isPlain (text: string) : bool = not (String.exists isObeyed text)

    /// The same where line breaks and tabs may stay: a page, a text of several lines.
    let ofLines (text: string) : string =
        text |> String.map (fun c -> if isObeyed c && c <> '\n' && c <> '\t' then ' ' else c)

    /// JSON text in which such characters are escaped, so that a terminal obeys none of them and a reader gets them back.
    let ofJson (json: string) : string =
        json |> String.collect (fun c -> if isObeyed c && c <> '\n' then $"\\u%04x{int c}" else string c)

    /// One line of so many characters at most.
    let within (most: int) (text: string) : string =
        if text.Length <= most then ofText text else ofText text[.. most - 1] + "…"

    /// Somebody's words in a refusal: one line of at most 80 characters.
    let ofWords (text: string) : string = within 80 text

    /// One cell of a table that spreadsheets open: what begins like a formula gets the apostrophe that makes a text of it.
    let ofCell (text: string) : string =
        match ofText text with
        | line when line.TrimStart() <> "" && "=+-@".Contains(line.TrimStart()[0]) -> "'" + line
        | line -> line
