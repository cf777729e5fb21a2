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
