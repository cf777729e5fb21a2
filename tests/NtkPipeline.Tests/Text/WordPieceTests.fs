module NtkPipeline.Tests.WordPieceTests

open System
open System.IO
open System.Text
open System.Text.Json
open Expecto
open NtkPipeline.Core

let private special = [ "[PAD]"; "[UNK]"; "[CLS]"; "[SEP]"; "[MASK]" ]

let private load (lines: string list) =
    use stream = new MemoryStream(Encoding.UTF8.GetBytes(String.concat "\n" lines))
    WordPiece.load "vocab.txt" stream

let private small =
    special
    @ [
        "fire"
        "un"
        "##aff"
        "##able"
        "cafe"
        "!"
        "$"
        "_"
        "|"
        "a"
        "##a"
        "中"
        "ᄒ"
        "##ᅡ"
        "##ᆫ"
    ]

let private ids text = WordPiece.ids (Expect.wantOk (load small) "a vocabulary") text

/// The text's pieces between [CLS] and [SEP].
let private pieces text =
    let ids = ids text
    Expect.equal (ids[0], Array.last ids) (2, 3) "[CLS] and [SEP]"
    [ for id in ids[1 .. ids.Length - 2] -> small[id] ]

let private fixture =
    match Clone.shared "fixtures/wordpiece.json", Clone.shared "data/minilm/vocab.txt" with
    | Some texts, Some vocabulary ->
        testCase "the reference tokenizer's ids, 150 of 150"
        <| fun () ->
            use lines = File.OpenRead vocabulary
            let wordPiece = Expect.wantOk (WordPiece.load "vocab.txt" lines) "the real vocabulary"
            use cases = JsonDocument.Parse(File.ReadAllText texts)

            let right =
                cases.RootElement.EnumerateArray()
                |> Seq.filter (fun case ->
                    let expected = [| for id in case.GetProperty("ids").EnumerateArray() -> id.GetInt32() |]
                    WordPiece.ids wordPiece (nonNull (case.GetProperty("text").GetString())) = expected)
                |> Seq.length

            Expect.equal right 150 "texts with equal ids"
    | _ -> ptestCase "the reference tokenizer's ids, 150 of 150 (only where NTK_SHARED names the data)" ignore

let tests =
    testList "WordPiece" [
        fixture

        testCase "words are cut into the longest pieces, signs stand alone, accents and case go"
        <| fun () ->
            let cases = [
                "FIRE!", [ "fire"; "!" ]
                "unaffable", [ "un"; "##aff"; "##able" ]
                "unfire", [ "[UNK]" ]
                "Café cafe\u0301 CAFÉ", [ "cafe"; "cafe"; "cafe" ]
                "fire\nfire\tfire\u00A0fire", [ "fire"; "fire"; "fire"; "fire" ]
                "fi\u0000re f\u200Bire fir\u0089e", [ "fire"; "fire"; "fire" ]
                "$fire_fire|", [ "$"; "fire"; "_"; "fire"; "|" ]
                "fire中中", [ "fire"; "中"; "中" ]
                "한", [ "ᄒ"; "##ᅡ"; "##ᆫ" ]
                "[SEP] [sep]", [ "[SEP]"; "[UNK]"; "[UNK]"; "[UNK]" ]
                String('a', 100), "a" :: List.replicate 99 "##a"
                String('a', 101), [ "[UNK]" ]
                "", []
                "😀", [ "[UNK]" ]
            ]

            for text, expected in cases do
                Expect.equal (pieces text) expected text

        testCase "a long text is cut to 255 tokens and [SEP]"
        <| fun () ->
            for words, expected in [ 254, 256; 255, 256; 1000, 256; 253, 255 ] do
                let ids = ids (String.replicate words "fire ")
                Expect.equal (ids.Length, Array.last ids) (expected, 3) $"%d{words} words"

        testPropertyWithConfig Garbage.config "any text has ids of the vocabulary, within the limit"
        <| fun (Garbage.Text text) ->
            let ids = ids text

            ids.Length <= WordPiece.limit
            && ids[0] = 2
            && Array.last ids = 3
            && ids |> Array.forall (fun id -> id >= 0 && id < small.Length)

        testCase "characters lose their marks as Unicode says"
        <| fun () ->
            let decomposed text =
                String.concat "" [
                    for rune in Rune.GetRuneAt(text, 0) |> Seq.singleton -> Decomposition.withoutMarks rune
                ]

            let cases = [
                "a", "a"
                "Ǻ", "A"
                "ế", "e"
                "ø", "ø"
                "\u0301", ""
                "\u212B", "A"
                "ガ", "カ"
                "각", "\u1100\u1161\u11A8"
                "가", "\u1100\u1161"
                "\uF900", "豈"
                "\U0002F800", "丽"
            ]

            for text, expected in cases do
                Expect.equal (decomposed text) expected text

        testCase "what is no vocabulary says why"
        <| fun () ->
            let says (part: string) result =
                match result with
                | Error(e: PipelineError) -> Expect.stringContains e.Sentence part part
                | Ok _ -> failtest $"refused: %s{part}"

            load [ "a"; "b" ] |> says "vocab.txt: it has no line [PAD]"
            load (special @ [ "b"; "c"; "b" ]) |> says "line 8 repeats the piece 'b'"
            use bytes = new MemoryStream([| 0xFFuy; 0xFEuy |])
            WordPiece.load "vocab.txt" bytes |> says "not UTF-8"

            Expect.equal
                ((Expect.wantOk (load (small @ [ "" ])) "a last line break").Size)
                small.Length
                "pieces"
    ]
