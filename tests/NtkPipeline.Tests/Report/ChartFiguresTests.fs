module NtkPipeline.Tests.ChartFiguresTests

open System.Text.Json
open Expecto
open NtkPipeline.Core

let private chart drawing : PointChart = {
    Id = "some-chart"
    Title = "Some chart"
    Caption = "What it shows."
    Horizontal = FigureAxis.linear "across"
    Vertical = FigureAxis.logarithmic "up"
    Drawing = drawing
}

let private drawn drawing =
    JsonDocument.Parse(Figure.json false (ChartFigures.figure (chart drawing))).RootElement

let private line name mark = PointChart.line name mark [ 1.0, 2.0; 2.0, 4.0 ]

let private text (name: string) (element: JsonElement) = element.GetProperty(name).GetString()

let tests =
    testList "ChartFigures" [
        testCase "lines of every mark, references without colour, places that cannot be drawn left out"
        <| fun () ->
            let figure =
                drawn (
                    Drawing.Lines [
                        line "measured" ChartMark.Measured
                        line "followed" ChartMark.Followed
                        line "points" ChartMark.Points
                        line "theory" ChartMark.Theory
                        PointChart.level "level" (1.0, 2.0) 3.0
                        PointChart.line "nowhere" ChartMark.Measured [ 1.0, 0.0 ]
                    ]
                )

            let traces = figure.GetProperty("data").EnumerateArray() |> List.ofSeq

            Expect.equal
                (traces |> List.map (text "name"))
                [ "measured"; "followed"; "points"; "theory"; "level" ]
                "in their order"

            Expect.equal
                (traces |> List.map (text "mode"))
                [ "lines+markers"; "lines"; "markers"; "lines"; "lines" ]
                "their marks"

        testCase "theory's lines of one chart differ, in a map and through frames too"
        <| fun () ->
            let two = [
                line "theory, training" ChartMark.Theory
                line "theory, validation" ChartMark.Theory
            ]

            for drawing in [ Drawing.Lines two; Drawing.Frames(two, [ "epoch 1", two ]) ] do
                let looks =
                    (drawn drawing).GetProperty("data").EnumerateArray()
                    |> Seq.map (fun trace -> text "name" trace, trace.GetProperty("line").GetRawText())
                    |> Seq.distinct
                    |> List.ofSeq

                Expect.equal (looks |> List.distinctBy fst).Length 2 "two names"
                Expect.equal (looks |> List.distinctBy snd).Length 2 "two looks"

        testCase "a map: a row a row, none where there is none, the words of each place"
        <| fun () ->
            let map: ChartMap = {
                Columns = [| 1.0; 2.0 |]
                Rows = [| 1.0; 2.0; 3.0 |]
                Values = [| [| Some 0.01; None |]; [| Some 0.1; Some 1.0 |]; [| Some 1.0; Some 10.0 |] |]
                Label = "ΔΘ"
                IsLogarithmic = true
                IsShare = true
            }

            let figure = drawn (Drawing.Map(map, [ line "over it" ChartMark.Guide ]))
            let traces = figure.GetProperty("data").EnumerateArray() |> Array.ofSeq

            Expect.equal
                (traces |> Array.map (text "type"))
                [| "heatmap"; "scatter"; "scatter" |]
                "a map, a line's edge in the colour of the page, and the line"

            Expect.equal (text "color" (traces[1].GetProperty "line")) Palette.paper "the edge"
            Expect.isFalse (traces[1].GetProperty("showlegend").GetBoolean()) "which the legend passes over"
            let z = traces[0].GetProperty "z"
            Expect.equal (z.GetArrayLength()) 3 "rows"
            Expect.equal (z[0].[0].GetDouble()) -2.0 "the logarithm"
            Expect.equal (z[0].[1].ValueKind) JsonValueKind.Null "none"

            Expect.stringEnds
                (nonNull (traces[0].GetProperty("text").[1].[0].GetString()))
                ": 10.0%"
                "its words"

            // Half way between neighbours; on the logarithmic axis by ratio, where differences would begin the first cell at 0.5.
            let numbers (name: string) (element: JsonElement) =
                element.GetProperty(name).EnumerateArray() |> Seq.map _.GetDouble() |> Array.ofSeq

            NtkPipeline.Tests.KernelSamples.wantClose 1e-12 "across" (numbers "x" traces[0]) [|
                0.5
                1.5
                2.5
            |]

            NtkPipeline.Tests.KernelSamples.wantClose 1e-12 "up" (numbers "y" traces[0]) [|
                1.0 / sqrt 2.0
                sqrt 2.0
                sqrt 6.0
                3.0 * sqrt 1.5
            |]

            let kept = traces[0].GetProperty "meta"
            Expect.equal (numbers "x" kept, numbers "y" kept) (map.Columns, map.Rows) "places, for the data"

        testCase "an axis of words has room for them: they stand aslant, above the legend"
        <| fun () ->
            let layout labels =
                let horizontal = {
                    FigureAxis.linear "across" with
                        Ticks = Some(labels |> Array.mapi (fun k label -> float (k + 1), label))
                }

                let figure =
                    ChartFigures.figure {
                        chart (Drawing.Lines [ line "one" ChartMark.Measured ]) with
                            Horizontal = horizontal
                    }

                JsonDocument.Parse(Figure.json false figure).RootElement.GetProperty "layout"

            let below (layout: JsonElement) = layout.GetProperty("legend").GetProperty("y").GetDouble()
            let words, numbers = layout [| "early stopping"; "start" |], layout [| "16"; "4096" |]
            Expect.equal (words.GetProperty("xaxis").GetProperty("tickangle").GetInt32()) -45 "aslant"

            Expect.isFalse
                (numbers.GetProperty("xaxis").TryGetProperty "tickangle" |> fst)
                "numbers as they are"

            Expect.isLessThan (below words) (below numbers) "the legend makes room"

            for axis in [ "xaxis"; "yaxis" ] do
                Expect.isTrue (words.GetProperty(axis).GetProperty("automargin").GetBoolean()) axis

        testCase "frames: a slider with a step a frame, which shows that frame and what never changes"
        <| fun () ->
            let frame label = label, [ line "moving" ChartMark.Points; line "also" ChartMark.Points ]

            let figure =
                drawn (
                    Drawing.Frames([ line "still" ChartMark.Theory ], [ frame "epoch 0"; frame "epoch 5" ])
                )

            Expect.equal (figure.GetProperty("data").GetArrayLength()) 5 "one still, two frames of two"
            let steps = figure.GetProperty("layout").GetProperty("sliders").[0].GetProperty "steps"
            Expect.equal (steps.GetArrayLength()) 2 "a step a frame"
            Expect.equal (text "label" steps[1]) "epoch 5" "its label"

            let shown =
                steps[1].GetProperty("args").[0].GetProperty("visible").EnumerateArray()
                |> Seq.map _.GetBoolean()
                |> List.ofSeq

            Expect.equal shown [ true; false; false; true; true ] "the second frame"
            let first = figure.GetProperty("data").EnumerateArray() |> Array.ofSeq
            Expect.isFalse (first[3].GetProperty("visible").GetBoolean()) "the second is hidden at first"
    ]
