module NtkPipeline.Tests.PageStyleTests

open System.Text.RegularExpressions
open Expecto
open NtkPipeline.Core

let tests =
    testList "PageStyle" [
        testCase "the sheet knows narrow and dark screens, paper, and readers who want no motion"
        <| fun () ->
            for condition in
                [
                    "@media (max-width: 68rem)"
                    "@media (max-width: 600px)"
                    "@media screen and (prefers-color-scheme: dark)"
                    "@media print"
                    "@media (prefers-reduced-motion: no-preference)"
                ] do
                Expect.stringContains (PageStyle.css ()) condition condition

        testCase "every colour that the sheet names is one of its variables, which dark screens give anew"
        <| fun () ->
            let css = PageStyle.css ()

            let names pattern text =
                Regex.Matches(text, pattern) |> Seq.map _.Groups[1].Value |> Seq.distinct |> List.ofSeq

            let light = Regex.Match(css, @":root \{(.*?)\}", RegexOptions.Singleline).Groups[1].Value

            let dark =
                Regex.Match(css, @"dark\) \{\s*:root \{(.*?)\}", RegexOptions.Singleline).Groups[1].Value

            let declared = names @"(--[\w-]+):" light

            Expect.equal (List.sort (names @"(--[\w-]+):" dark)) (List.sort declared) "the same ones"

            for name in names @"var\((--[\w-]+)\)" css do
                Expect.contains declared name "declared"

            Expect.isEmpty
                (names @"(#[0-9a-fA-F]{3,6})\b" (css.Replace(light, "").Replace(dark, "")))
                "no colour elsewhere"

        testCase "the program asks no host, runs no text, and writes no HTML"
        <| fun () ->
            Expect.isFalse
                (Regex.IsMatch(
                    PageStyle.program (),
                    @"\bfetch\(|XMLHttpRequest|\beval\(|new Function|innerHTML|outerHTML|insertAdjacentHTML|document\.write|</"
                ))
                "not one of them"

        testCase "a dark screen's colours are the same in the sheet and in the figures"
        <| fun () ->
            let css = PageStyle.css ()

            for name, colour in [ "paper", Palette.paper; "ink", Palette.ink; "warn", Palette.warning ] do
                let inDark = Palette.inDark colour
                Expect.stringContains css $"--%s{name}: %s{inDark.ToLowerInvariant()};" name
    ]
