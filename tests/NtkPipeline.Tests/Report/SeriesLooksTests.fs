module NtkPipeline.Tests.SeriesLooksTests

open System.Text.Json
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.SamplePage

let private series name : FigureSeries =
    FigureSeries.create name (Palette.category 0) [| CurvePoint.create 1.0 2.0 |]

let private looks = List.map SeriesLooks.look

/// Of the traces that a chart's legend names, by name: what a reader tells them apart by.
let private drawn (chart: JsonElement) =
    let text (name: string) (element: JsonElement) =
        match element.TryGetProperty name with
        | true, value -> value.ToString()
        | false, _ -> ""

    [
        for trace in chart.GetProperty("data").EnumerateArray() do
            let isNamed =
                match trace.TryGetProperty "showlegend" with
                | true, shown -> shown.GetBoolean()
                | false, _ -> true

            if text "type" trace = "scatter" && isNamed then
                let mode, line, marker =
                    text "mode" trace, trace.GetProperty "line", trace.GetProperty "marker"

                text "name" trace,
                (text "color" line,
                 (if mode.Contains "lines" then text "dash" line else ""),
                 (if mode.Contains "markers" then text "symbol" marker else ""))
    ]
    |> List.distinct

let private wantApart (id: string) chart =
    let drawn = drawn chart

    Expect.equal
        (drawn |> List.distinctBy snd |> List.length)
        (drawn |> List.distinctBy fst |> List.length)
        $"%s{id}: a look for each name, and one only: %A{drawn}"

let private json drawing =
    let chart: PointChart = {
        Id = "many"
        Title = "Many"
        Caption = "Many."
        Horizontal = FigureAxis.linear "across"
        Vertical = FigureAxis.linear "up"
        Drawing = drawing
    }

    JsonDocument.Parse(Figure.json false (ChartFigures.figure chart)).RootElement

let tests =
    testList "SeriesLooks" [
        testCase "up to the most that there may be, no two lines, nor marks, of one chart look alike"
        <| fun () ->
            let kinds = [
                "lines", (fun name -> series name)
                "marked", (fun name -> { series name with Symbol = Some(Palette.symbol 0) })
                "marks", (fun name -> { series name with HasLine = false })
            ]

            Expect.isGreaterThan SeriesLooks.most 40 "many"

            for kind, make in kinds do
                let many = List.init SeriesLooks.most (fun k -> make $"%d{k}") |> SeriesLooks.distinct
                Expect.equal (looks many |> List.distinct).Length SeriesLooks.most kind

        testCase "what looks like no other stays as it is, and a second one keeps its colour first of all"
        <| fun () ->
            let own = [
                series "a"
                { series "b" with Dash = LineDash.Dotted }
                { series "c" with Color = Palette.ink }
            ]

            Expect.equal (SeriesLooks.distinct own) own "as they are"

            let two = SeriesLooks.distinct [ series "a"; series "b" ]
            Expect.equal two[0] (series "a") "the first"
            Expect.equal two[1].Color two[0].Color "its colour"
            Expect.equal (looks two |> List.distinct).Length 2 "but not its look"

        testCase "series of one name are one; those without a name are left alone"
        <| fun () ->
            let edge = { series "edge" with IsNamed = false }
            let found = SeriesLooks.distinct [ series "a"; series "b"; series "b"; edge ]
            let both = found |> List.filter (fun one -> one.Name = "b") |> looks
            Expect.equal (both.Length, (List.distinct both).Length) (2, 1) "the same"
            Expect.equal found[3] edge "as it was"

        testCase "charts of a dozen of every mark, and frames of them, are told apart"
        <| fun () ->
            let line mark k = PointChart.line $"%A{mark} %d{k}" mark [ 1.0, float k; 2.0, float k ]

            let many = [
                for mark in
                    [
                        ChartMark.Measured
                        ChartMark.Followed
                        ChartMark.Points
                        ChartMark.Theory
                        ChartMark.Guide
                    ] do
                    for k in 1..12 -> line mark k
            ]

            wantApart "lines" (json (Drawing.Lines many))
            let still, moving = List.splitAt 30 many
            wantApart "frames" (json (Drawing.Frames(still, [ "one", moving; "two", List.rev moving ])))

        testCase "no chart of the report has two series of one look"
        <| fun () ->
            let charts = charts page.Value
            Expect.isGreaterThan charts.Length 30 "the charts are there"

            for id, chart in charts do
                wantApart id chart
    ]
