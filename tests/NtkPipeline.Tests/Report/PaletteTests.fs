module NtkPipeline.Tests.PaletteTests

open System
open Expecto
open NtkPipeline.Core

/// Relative luminance, 0 … 1 (WCAG 2.2).
let private luminance (hex: string) =
    let part k weight =
        let share = float (Convert.ToInt32(hex.Substring(k, 2), 16)) / 255.0

        let linear =
            if share <= 0.04045 then
                share / 12.92
            else
                Math.Pow((share + 0.055) / 1.055, 2.4)

        weight * linear

    part 1 0.2126 + part 3 0.7152 + part 5 0.0722

let private contrast a b =
    let low, high = min (luminance a) (luminance b), max (luminance a) (luminance b)
    (high + 0.05) / (low + 0.05)

let tests =
    testList "Palette" [
        testCase "wide is dark, narrow is light, and one width has a colour"
        <| fun () ->
            let lightness (hex: string) =
                [ 1; 3; 5 ] |> List.sumBy (fun k -> Convert.ToInt32(hex.Substring(k, 2), 16))

            let colours = [ for k in 0..4 -> Palette.ordered k 5 ]
            Expect.equal (List.distinct colours).Length 5 "all differ"
            Expect.isGreaterThan (lightness colours[0]) (lightness colours[4]) "by width"
            Expect.stringStarts (Palette.ordered 0 1) "#" "one"

        testCase "on a dark screen every line stands out from the page, and lines still differ"
        <| fun () ->
            let page = Palette.inDark Palette.paper
            Expect.isLessThan (luminance page) 0.02 "it is dark"

            let lines = [
                Palette.ink
                Palette.grey
                Palette.warning
                yield! List.init 6 Palette.category
                yield! List.init 9 (fun k -> Palette.ordered k 9)
            ]

            for line in lines do
                Expect.isGreaterThan (contrast page (Palette.inDark line)) 3.0 line

            Expect.equal
                (lines |> List.map Palette.inDark |> List.distinct).Length
                (List.distinct lines).Length
                "each its own"

        testCase "ordered colours turn around: the last stands out most on both kinds of page"
        <| fun () ->
            for count in 2..9 do
                let onPaper = [ for k in 0 .. count - 1 -> Palette.ordered k count ]
                let onDark = onPaper |> List.map Palette.inDark
                let by page = List.map (contrast page)

                Expect.isGreaterThan
                    (List.last (by Palette.paper onPaper))
                    (List.head (by Palette.paper onPaper))
                    $"paper, %d{count}"

                let seen = by (Palette.inDark Palette.paper) onDark
                Expect.equal seen (List.sort seen) $"dark, %d{count}"

        testCase "a colour that is not the report's stays what it is"
        <| fun () -> Expect.equal (Palette.inDark "#12FF00") "#12FF00" "as it was"
    ]
