namespace NtkPipeline.Core

open System
open System.Text

/// Finds emoji, each with all that belongs to it: skin tone, joiners, the two letters of a flag, the ring of a key.
/// Source: Unicode Technical Standard 51 (version 15.1), its ED-17 sequences and emoji-data.txt.
[<RequireQualifiedAccess>]
module Emoji =

    /// The ranges of Extended_Pictographic. Signs below U+231A (©, ™, arrows) are text unless U+FE0F follows them.
    let private pictographs = [|
        0xA9, 0xA9
        0xAE, 0xAE
        0x203C, 0x203C
        0x2049, 0x2049
        0x2122, 0x2122
        0x2139, 0x2139
        0x2194, 0x2199
        0x21A9, 0x21AA
        0x231A, 0x231B
        0x2328, 0x2328
        0x2388, 0x2388
        0x23CF, 0x23CF
        0x23E9, 0x23F3
        0x23F8, 0x23FA
        0x24C2, 0x24C2
        0x25AA, 0x25AB
        0x25B6, 0x25B6
        0x25C0, 0x25C0
        0x25FB, 0x25FE
        0x2600, 0x2605
        0x2607, 0x2612
        0x2614, 0x2685
        0x2690, 0x2705
        0x2708, 0x2712
        0x2714, 0x2714
        0x2716, 0x2716
        0x271D, 0x271D
        0x2721, 0x2721
        0x2728, 0x2728
        0x2733, 0x2734
        0x2744, 0x2744
        0x2747, 0x2747
        0x274C, 0x274C
        0x274E, 0x274E
        0x2753, 0x2755
        0x2757, 0x2757
        0x2763, 0x2767
        0x2795, 0x2797
        0x27A1, 0x27A1
        0x27B0, 0x27B0
        0x27BF, 0x27BF
        0x2934, 0x2935
        0x2B05, 0x2B07
        0x2B1B, 0x2B1C
        0x2B50, 0x2B50
        0x2B55, 0x2B55
        0x3030, 0x3030
        0x303D, 0x303D
        0x3297, 0x3297
        0x3299, 0x3299
        0x1F000, 0x1F0FF
        0x1F10D, 0x1F10F
        0x1F12F, 0x1F12F
        0x1F16C, 0x1F171
        0x1F17E, 0x1F17F
        0x1F18E, 0x1F18E
        0x1F191, 0x1F19A
        0x1F1AD, 0x1F1E5
        0x1F201, 0x1F20F
        0x1F21A, 0x1F21A
        0x1F22F, 0x1F22F
        0x1F232, 0x1F23A
        0x1F23C, 0x1F23F
        0x1F249, 0x1F3FA
        0x1F400, 0x1F53D
        0x1F546, 0x1F64F
        0x1F680, 0x1F6FF
        0x1F774, 0x1F77F
        0x1F7D5, 0x1F7FF
        0x1F80C, 0x1F80F
        0x1F848, 0x1F84F
        0x1F85A, 0x1F85F
        0x1F888, 0x1F88F
        0x1F8AE, 0x1F8FF
        0x1F90C, 0x1F93A
        0x1F93C, 0x1F945
        0x1F947, 0x1FAFF
        0x1FC00, 0x1FFFD
    |]

    let private firsts = pictographs |> Array.map fst

    let private isPictograph point =
        match Array.BinarySearch(firsts, point) with
        | place when place >= 0 -> true
        | place -> ~~~place > 0 && point <= snd pictographs[~~~place - 1]

    let private isRegional point = point >= 0x1F1E6 && point <= 0x1F1FF
    let private isSkinTone point = point >= 0x1F3FB && point <= 0x1F3FF
    let private isTag point = point >= 0xE0020 && point <= 0xE007F
    let private joiner, variation, ring = 0x200D, 0xFE0F, 0x20E3

    /// The code point at a place and its length in UTF-16; −1 at the end, and for half a surrogate pair.
    let private pointAt (text: string) at =
        if at >= text.Length then
            -1, 1
        else
            match Rune.TryGetRuneAt(text, at) with
            | true, rune -> rune.Value, rune.Utf16SequenceLength
            | _ -> -1, 1

    /// Where what follows a pictograph ends: U+FE0F, skin tones, a ring, tags, and further pictographs that are joined to it.
    let rec private endOfParts (text: string) at =
        match pointAt text at with
        | point, length when point = variation || point = ring || isSkinTone point || isTag point ->
            endOfParts text (at + length)
        | point, length when point = joiner ->
            match pointAt text (at + length) with
            | next, nextLength when isPictograph next -> endOfParts text (at + length + nextLength)
            | _ -> at
        | _ -> at

    /// Where the emoji that begins at a place ends; the place itself where none begins.
    let private endAt (text: string) at =
        let point, length = pointAt text at
        let next, nextLength = pointAt text (at + length)

        if isRegional point then
            if isRegional next then at + length + nextLength else at + length
        elif isPictograph point || isSkinTone point then
            if point >= 0x231A || next = variation then
                endOfParts text (at + length)
            else
                at
        elif Char.IsAsciiDigit text[at] || text[at] = '#' || text[at] = '*' then
            let afterVariation = if next = variation then at + length + nextLength else at + length
            if fst (pointAt text afterVariation) = ring then afterVariation + 1 else at
        else
            at

    /// Whether a text can be part of an emoji at all: a quick look.
    let private mayHold (text: string) =
        text |> Seq.exists (fun c -> c >= '\u2300' || c = '\uFE0F' || c = '\u20E3')

    /// The text with every emoji replaced. In time proportional to its length.
    let replace (replacement: string -> string) (text: string) : string =
        if not (mayHold text) then
            text
        else
            let replaced = StringBuilder text.Length
            let mutable at = 0

            while at < text.Length do
                match endAt text at with
                | last when last > at ->
                    replaced.Append(replacement text[at .. last - 1]) |> ignore
                    at <- last
                | _ ->
                    replaced.Append text[at] |> ignore
                    at <- at + 1

            replaced.ToString()

    /// Whether a character stands in emoji only, or joins their parts.
    let isPart (rune: Rune) : bool =
        let point = rune.Value

        (point >= 0x231A && isPictograph point)
        || isSkinTone point
        || isRegional point
        || isTag point
        || point = joiner
        || point = variation
        || point = ring
