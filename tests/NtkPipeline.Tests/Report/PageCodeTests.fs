/// The page's own code, run as a browser would run it.
module NtkPipeline.Tests.PageCodeTests

open Expecto
open Jint
open NtkPipeline.Core

/// What an expression is after some of the page's files, as text.
let private evaluate (files: string list) (expression: string) : string =
    use engine = new Engine()

    for file in files do
        engine.Execute(PageStyle.file file) |> ignore

    engine.Evaluate($"String(%s{expression})").ToString()

let private sorted isNumber direction (cells: string list) =
    let list = cells |> List.map (fun cell -> $"'%s{cell}'") |> String.concat ","

    evaluate
        [ "sort.js" ]
        $"[%s{list}].sort(function (a, b) {{ return compareCells(%s{isNumber}, %d{direction}, a, b); }}).join('|')"

/// The CSV that a figure's button saves.
let private csv (drawing: Drawing) : string =
    let chart: PointChart = {
        Id = "some-chart"
        Title = "Some chart"
        Caption = "What it shows."
        Horizontal = FigureAxis.linear "across"
        Vertical = FigureAxis.linear "up"
        Drawing = drawing
    }

    let json = Figure.json true (ChartFigures.figure chart)
    evaluate [ "save.js" ] $"csvOf(%s{json}, function (text) {{ return text; }})"

let private spread name mark : ChartLine = {
    Name = name
    Mark = mark
    Points = [|
        { X = 1.0; Y = 2.0; Low = 1.5; High = 4.0 }
        { X = 2.0; Y = 3.0; Low = 2.25; High = 3.5 }
    |]
}

let private tables =
    testList "tables" [
        testCase "a cell's number is read as a person reads it"
        <| fun () ->
            for cell, number in
                [
                    "80.5 ± 0.3%", "80.5"
                    "−0.50", "-0.5"
                    "−0.60 to −0.30", "-0.6"
                    "1.2e-5", "0.000012"
                    "1.23·10⁻⁴", "0.000123"
                    "1.50·10¹²", "1500000000000"
                    "12,345,678", "12345678"
                    "3, 1 diverged", "3"
                    "∞ (kernel)", "Infinity"
                    "–", "null"
                    "– (all diverged)", "null"
                    "", "null"
                ] do
                Expect.equal (evaluate [ "sort.js" ] $"numberOf('%s{cell}')") number cell

        testCase "every number that the report writes sorts by its size"
        <| fun () ->
            let numbers = [ -2e7; -31.4; -0.0021; -3e-6; 0.0; 4.2e-9; 0.00099; 0.5; 7613.0; 2.5e5; 1e11 ]
            let shown = numbers |> List.map NumberText.number
            Expect.equal (sorted "true" 1 (List.rev shown)) (String.concat "|" shown) "upwards"

        testCase "numbers sort by size both ways, and what is missing comes last both ways"
        <| fun () ->
            let cells = [ "–"; "2"; "10"; "−1"; "∞ (kernel)"; "9.0%" ]
            Expect.equal (sorted "true" 1 cells) "−1|2|9.0%|10|∞ (kernel)|–" "upwards"
            Expect.equal (sorted "true" -1 cells) "∞ (kernel)|10|9.0%|2|−1|–" "downwards"
    ]

let private saved =
    testList "saved" [
        testCase "lines: a row a point, with the ends of its spread where it is drawn as bars or as a band"
        <| fun () ->
            let lines = [
                spread "bars, a" ChartMark.Measured
                spread "band" ChartMark.Followed
                PointChart.level "level" (1.0, 2.0) 3.0
            ]

            Expect.equal
                (csv (Drawing.Lines lines))
                "series,x,y,low,high\n\
                 \"bars, a\",1,2,1.5,4\n\
                 \"bars, a\",2,3,2.25,3.5\n\
                 band,1,2,1.5,4\n\
                 band,2,3,2.25,3.5\n\
                 level,1,3,,\n\
                 level,2,3,,\n"
                "each as it was given"

        testCase "a map: a row a place with its value, not its logarithm, and the lines over it once"
        <| fun () ->
            let map: ChartMap = {
                Columns = [| 1.0; 2.0 |]
                Rows = [| 10.0; 20.0 |]
                Values = [| [| Some 0.01; None |]; [| Some 1.0; Some 250.0 |] |]
                Label = "ΔΘ"
                IsLogarithmic = true
                IsShare = false
            }

            Expect.equal
                (csv (Drawing.Map(map, [ PointChart.level "edge" (1.0, 2.0) 15.0 ])))
                "series,x,y,low,high,value\n\
                 ,1,10,,,0.01\n\
                 ,2,10,,,\n\
                 ,1,20,,,1\n\
                 ,2,20,,,250\n\
                 edge,1,15,,,\n\
                 edge,2,15,,,\n"
                "in the map's own numbers"

        testCase "frames: each row says which frame shows it, and none where all do"
        <| fun () ->
            let at y = [ PointChart.line "moving" ChartMark.Points [ 1.0, y ] ]

            let frames =
                Drawing.Frames(
                    [ PointChart.line "still" ChartMark.Theory [ 0.0, 0.0 ] ],
                    [ "epoch 0", at 1.0; "epoch 5", at 2.0 ]
                )

            Expect.equal
                (csv frames)
                "frame,series,x,y,low,high\n\
                 ,still,0,0,,\n\
                 epoch 0,moving,1,1,,\n\
                 epoch 5,moving,1,2,,\n"
                "by its label"
    ]

let private coloured =
    testCase "in the dark, values that are colours change, bands with their lines, and words do not"
    <| fun () ->
        let text = """{"a":"#0072B2","b":"rgba(0,114,178,0.15)","c":"see #0072B2","d":"#123456"}"""

        Expect.equal
            (evaluate [ "colours.js" ] $"inColours('%s{text}', {{'#0072B2': '#4CA3E0'}})")
            """{"a":"#4CA3E0","b":"rgba(76,163,224,0.15)","c":"see #0072B2","d":"#123456"}"""
            "no others"

let tests = testList "Page code" [ tables; saved; coloured ]
