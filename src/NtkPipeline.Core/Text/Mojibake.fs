namespace NtkPipeline.Core

open System
open System.Text

/// Repairs one particular damage, which Kaggle's tweets suffered: UTF-8 bytes were read as Windows-1252, written as
/// Mac Roman with `_` for what Mac Roman lacks, and read as Latin-1. So ’ became U+0089 Û ª, and a no-break space åÊ.
[<RequireQualifiedAccess>]
module Mojibake =

    /// Mac Roman's characters 0x80 … 0xFF.
    let private macRoman =
        "ÄÅÇÉÑÖÜáàâäãåçéèêëíìîïñóòôöõúùûü†°¢£§•¶ß®©™´¨≠ÆØ∞±≤≥¥µ∂∑∏π∫ªºΩæø¿¡¬√ƒ≈∆«»…\u00A0ÀÃÕŒœ–—“”‘’÷◊ÿŸ⁄€‹›ﬁﬂ‡·‚„‰ÂÊÁËÈÍÎÏÌÓÔ\uF8FFÒÚÛÙıˆ˜¯˘˙˚¸˝˛ˇ"

    /// Windows-1252's characters 0x80 … 0x9F; a blank stands where it has none.
    let private windows1252 = "€ ‚ƒ„…†‡ˆ‰Š‹Œ Ž  ‘’“”•–—˜™š›œ žŸ"

    let private byteOf (c: char) =
        match windows1252.IndexOf c with
        | -1 when c >= '\u00A0' && c <= '\u00FF' -> int c
        | -1 -> 0
        | k -> 0x80 + k

    /// The UTF-8 byte that became each Latin-1 character 0x80 … 0xFF; 0 where none did.
    let private original =
        macRoman
        |> Seq.mapi (fun k c ->
            match byteOf c with
            | 0 when "\u0081\u008D\u008F\u0090\u009D".Contains(char (0x80 + k)) -> 0x80 + k
            | byte -> byte)
        |> Array.ofSeq

    /// The low six bits of a continuation byte 0x80 … 0xBF, if the character came from one. Lower-case letters are
    /// left alone, so that a lower-cased text never changes.
    let private continuation (text: string) at =
        if at >= text.Length || text[at] < '\u0080' || text[at] > '\u00FF' || Char.IsLower text[at] then
            None
        else
            match original[int text[at] - 0x80] with
            | byte when byte >= 0x80 && byte <= 0xBF -> Some(byte &&& 0x3F)
            // Windows-1252 leaves 0x9D without a character, and it came through as itself.
            | _ when text[at] = '\u009D' -> Some 0x1D
            | _ -> None

    /// What stood where damage may begin at `at`: its code unit, and the length of the damage.
    let private sequence (text: string) at =
        let next k = continuation text (at + k)

        match text[at] with
        // Â and Ã: the lead bytes 0xC2 and 0xC3.
        | '\u00E5'
        | '\u00CC' ->
            let lead = if text[at] = '\u00E5' then 2 else 3
            next 1 |> Option.map (fun low -> lead <<< 6 ||| low, 2)
        // â: the lead byte 0xE2, of punctuation and symbols. Its `_` stood for ¦, as in the three dots.
        | '\u0089' ->
            match next 1, next 2 with
            | Some middle, Some low -> Some(0x2000 ||| (middle <<< 6) ||| low, 3)
            | Some 0, None when at + 2 < text.Length && text[at + 2] = '_' -> Some(0x2026, 3)
            | _ -> None
        | _ -> None
        |> Option.filter (fun (point, _) -> point >= 0xA0)

    /// The text with every damaged sequence replaced by the character it stood for; all else stays.
    let repair (text: string) : string =
        if text.AsSpan().IndexOfAny('\u00E5', '\u00CC', '\u0089') < 0 then
            text
        else
            let repaired = StringBuilder text.Length
            let mutable at = 0

            while at < text.Length do
                match sequence text at with
                | Some(point, length) ->
                    repaired.Append(char point) |> ignore
                    at <- at + length
                | None ->
                    repaired.Append text[at] |> ignore
                    at <- at + 1

            repaired.ToString()
