module NtkPipeline.Tests.CleanTextTests

open System
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.Garbage

let private keepAll = { CleanText.natural with Mojibake = false; Entities = false }

let private cleans name settings (pairs: (string * string) list) =
    testCase name
    <| fun () ->
        for before, after in pairs do
            Expect.equal (CleanText.clean settings before) after before

let tests =
    testList "CleanText" [
        testList "Mojibake" [
            testCase "known sequences become the characters that they stood for"
            <| fun () ->
                let cases = [
                    "’", "\u0089Ûª"
                    "‘", "\u0089Û÷"
                    "“", "\u0089ÛÏ"
                    "”", "\u0089Û\u009D"
                    "…", "\u0089Û_"
                    "–", "\u0089ÛÒ"
                    "—", "\u0089ÛÓ"
                    "\u00A0", "åÊ"
                    "£", "å£"
                    "é", "Ì©"
                    "ñ", "Ì±"
                ]

                for character, damage in cases do
                    Expect.equal (Mojibake.repair $"a%s{damage}b") $"a%s{character}b" damage

            testCase "what is no damage stays"
            <| fun () ->
                for text in [ "é å Ì _"; "små åär"; "\u0089"; "\u0089Û"; "åå"; "Ì"; "" ] do
                    Expect.equal (Mojibake.repair text) text text

            testPropertyWithConfig config "a text of ASCII letters stays, and no text throws"
            <| fun (Text text) ->
                let ascii = String(text |> Seq.filter Char.IsAsciiLetterOrDigit |> Array.ofSeq)
                Mojibake.repair ascii = ascii && (Mojibake.repair text).Length <= text.Length
        ]

        cleans "links" { keepAll with Urls = Treatment.Mark } [
            "see http://t.co/aB1, now", "see url now"
            "HTTPS://x.y/z?q=1 www.a.com", "url url"
            "a shttp://x", "a shttp://x"
        ]

        cleans "links removed" { keepAll with Urls = Treatment.Remove } [
            "see http://t.co/aB1 now", "see now"
        ]

        cleans "mentions" { keepAll with Mentions = Treatment.Mark } [
            "RT @a_1: hi", "RT user : hi"
            "me@home.com", "me@home.com"
        ]

        cleans "hashtags lose their sign" { keepAll with Hashtags = Hashtags.DropSign } [
            "#PrayForParis now", "PrayForParis now"
        ]

        cleans "hashtags are split at their case" { keepAll with Hashtags = Hashtags.SplitWords } [
            "#PrayForParis2015", "Pray For Paris 2015"
            "#USANews #storm", "USA News storm"
        ]

        cleans "entities, twice" { keepAll with Entities = true } [ "a &amp;gt; b &#39;", "a > b '" ]

        cleans "numbers" { keepAll with Numbers = Treatment.Mark } [
            "1,000.5 dead at 7:30", "number dead at number"
        ]

        cleans "emoji marked" { keepAll with Emoji = Treatment.Mark } [
            "a😀b", "a emoji b"
            "\u2764\uFE0F\u200D🔥 👍🏽👍🏽", "emoji emoji emoji"
            "👩‍👩‍👧 🇫🇷🇩🇪 1\uFE0F\u20E3 #\u20E3", "emoji emoji emoji emoji emoji"
            "☠ ⚡ 🏴\U000E0067\U000E0062\U000E007F", "emoji emoji emoji"
            "© ™ → ℹ 1 # * \uD83D مرحبا é", "© ™ → ℹ 1 # * \uFFFD مرحبا é"
            "©\uFE0F ↔\uFE0F", "emoji emoji"
        ]

        cleans "emoji removed" { keepAll with Emoji = Treatment.Remove } [ "fire🔥now 🔥", "fire now" ]

        cleans "emoji kept are words where special characters go" { keepAll with SpecialCharacters = true } [
            "fire🔥🔥now! 👍🏽", "fire 🔥 🔥 now 👍🏽"
        ]

        cleans "emoji go with special characters by default" CleanText.defaults [
            "fire🔥now 👍🏽1\uFE0F\u20E3", "fire now"
        ]

        testPropertyWithConfig
            config
            "emoji marked and then removed leave what removing leaves, and a text without stays"
        <| fun (Text text) ->
            let count = ref 0

            let counted =
                text
                |> Emoji.replace (fun emoji ->
                    count.Value <- count.Value + 1
                    emoji)

            Expect.equal counted text "replacing by itself changes nothing"
            let removed = Emoji.replace (fun _ -> " ") text
            Expect.isTrue (count.Value > 0 || removed = text) "no emoji, no change"
            Expect.equal (Emoji.replace (fun _ -> "!") removed) removed "none is left between blanks"

        cleans "numbers removed" { keepAll with Numbers = Treatment.Remove } [
            "12 dead, 3.5 hurt", "dead, hurt"
        ]

        cleans "letters" { keepAll with LowerCase = true } [ "ÀB", "àb" ]

        cleans "elongations" { keepAll with Elongations = true } [ "soooo 1000 !!!", "soo 1000 !!!" ]

        cleans "special characters" { keepAll with SpecialCharacters = true; Emoji = Treatment.Remove } [
            "don't—stop... e\u0301 #1", "dont stop e\u0301 1"
            "😀 ☠", ""
        ]

        cleans "all together" CleanText.defaults [
            "RT @BBC: 13,000 people #Evacuated&amp;safe\u0089Û_ http://t.co/x \u0000\r\nPhewwww",
            "rt 13 000 people evacuated safe pheww"
        ]

        testPropertyWithConfig config "any text gives a tidy text"
        <| fun (Text text) ->
            let marked = {
                CleanText.defaults with
                    Urls = Treatment.Mark
                    Mentions = Treatment.Mark
                    Emoji = Treatment.Mark
                    Numbers = Treatment.Mark
                    Hashtags = Hashtags.SplitWords
            }

            let emojiKept = { CleanText.defaults with Emoji = Treatment.Keep }

            for settings in [ keepAll; CleanText.natural; CleanText.defaults; marked; emojiKept ] do
                let clean = CleanText.clean settings text

                Expect.isFalse (clean |> Seq.exists Char.IsControl) "no control character"
                Expect.isFalse (clean.Contains "  " || clean <> clean.Trim()) "single blanks, inside"

                Expect.isFalse
                    (clean.EnumerateRunes() |> Seq.exists (fun rune -> rune.Value = 0xFFFD)
                     && not (clean.Contains '\uFFFD'))
                    "whole characters"

        testPropertyWithConfig config "cleaning a cleaned text changes nothing"
        <| fun (Text text) ->
            let once = CleanText.clean CleanText.defaults text
            Expect.equal (CleanText.clean CleanText.defaults once) once "idempotent"

        testCase "a line of a million characters is cleaned"
        <| fun () ->
            for piece in [ "&amp;"; "#@"; "aaa"; "\u0089Û"; "\uD83D"; "http://" ] do
                let text = String.replicate (1_000_000 / piece.Length) piece
                Expect.isLessThanOrEqual (CleanText.clean CleanText.defaults text).Length 1_000_000 piece
    ]
