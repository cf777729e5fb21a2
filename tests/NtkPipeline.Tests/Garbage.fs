/// Texts that nobody would write, for properties that must hold of any text.
module NtkPipeline.Tests.Garbage

open System
open FsCheck
open FsCheck.FSharp

/// Pieces that mean something to some cleaning step, and code units at random, lone surrogates among them.
let private piece =
    Gen.oneof [
        Gen.elements [
            "http://t.co/x9"
            "www.a.b"
            "@some_one"
            "#PrayForParis2015"
            "&amp;amp;lt;"
            "&#x1F600;"
            "&#0;"
            "åÊ"
            "\u0089Ûª"
            "\u0089Û_"
            "\u0089Û"
            "Ì©"
            "sooooo"
            "don't"
            "1,000.50"
            "\u0000"
            "\r\n"
            "\uD83D"
            "\uDE00"
            "😀👩‍👩‍👧"
            "مرحبا"
            "e\u0301"
            "İ"
            "ﬃ"
            " "
        ]
        Gen.choose (0, 0xFFFF) |> Gen.map (char >> string)
        Gen.choose (0, 0xFF) |> Gen.map (char >> string)
        Gen.choose (32, 126) |> Gen.map (char >> string)
    ]

let text = Gen.listOf piece |> Gen.map (String.concat "")

/// A text that may hold anything.
type Text =
    | Text of string

    override this.ToString() = let (Text text) = this in Uri.EscapeDataString(text.Replace("\uD83D", "?"))

type Generators =
    static member Text() = text |> Gen.map Text |> Arb.fromGen

let config = {
    Expecto.FsCheckConfig.defaultConfig with
        arbitrary = [ typeof<Generators> ]
        maxTest = 300
}
