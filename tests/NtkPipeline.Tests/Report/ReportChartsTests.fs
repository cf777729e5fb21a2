module NtkPipeline.Tests.ReportChartsTests

open System.Text.Json
open System.Text.RegularExpressions
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.SamplePage

/// Every coordinate of a chart's traces.
let private numbers (chart: JsonElement) =
    let rec within (element: JsonElement) : float seq =
        match element.ValueKind with
        | JsonValueKind.Array -> element.EnumerateArray() |> Seq.collect within
        | JsonValueKind.Number -> Seq.singleton (element.GetDouble())
        | _ -> Seq.empty

    chart.GetProperty("data").EnumerateArray()
    |> Seq.collect (fun trace ->
        [ "x"; "y"; "z" ]
        |> Seq.collect (fun name ->
            match trace.TryGetProperty name with
            | true, values -> within values
            | _ -> Seq.empty))

let tests =
    testList "Report" [
        testCase "every chart has data, its place, titles on both axes, and numbers of six digits"
        <| fun () ->
            let charts = charts page.Value
            Expect.isGreaterThan charts.Length 18 "the charts are there"

            for id, chart in charts do
                Expect.stringContains page.Value $"class=\"chart\" id=\"%s{id}\"" "its place"
                Expect.isGreaterThan (chart.GetProperty("data").GetArrayLength()) 0 id
                let layout = chart.GetProperty "layout"

                for axis in [ "xaxis"; "yaxis" ] do
                    let title =
                        layout.GetProperty(axis).GetProperty("title").GetProperty("text").GetString()
                        |> string

                    if id <> "kernel-picture" || axis = "xaxis" then
                        Expect.isGreaterThan title.Length 3 $"%s{id} %s{axis}"

                Expect.isFalse
                    (numbers chart |> Seq.exists (fun number -> FigureSeries.round 6 number <> number))
                    id

        testCase "every chart says what its colours are on a dark screen"
        <| fun () ->
            for id, chart in charts page.Value do
                let dark = chart.GetProperty "dark"
                let used = Regex.Matches(chart.GetRawText(), "\"(#[0-9A-Fa-f]{6})\"[,}\\]]")

                for colour in used |> Seq.map _.Groups[1].Value |> Seq.distinct do
                    match dark.TryGetProperty colour with
                    | true, other -> Expect.equal (other.GetString()) (Palette.inDark colour) id
                    | false, _ ->
                        let isItself =
                            dark.EnumerateObject() |> Seq.exists (fun one -> one.Value.GetString() = colour)

                        Expect.isTrue isItself $"%s{id}: %s{colour}"

                for colour in [ Palette.ink; Palette.paper; Palette.grid ] do
                    Expect.isTrue (dark.TryGetProperty colour |> fst) $"%s{id}: %s{colour}"

        testCase "a chart's line is the mean of its seeds"
        <| fun () ->
            let _, chart = charts page.Value |> List.find (fun (id, _) -> id = "learning-1")

            let line =
                chart.GetProperty("data").EnumerateArray()
                |> Seq.find (fun trace ->
                    trace.GetProperty("name").GetString() = "m = 64" && trace.TryGetProperty "marker" |> fst)

            let mean =
                synthetic.Value.Networks
                |> Array.filter (fun run ->
                    run.Spec.Width = 64
                    && run.Spec.InputScale = InputScale.Unit
                    && run.Spec.Rate = 1.0
                    && run.Diverged.IsNone)
                |> Array.averageBy (fun run -> (Array.last run.Epochs).Validation.Accuracy)

            let shown = line.GetProperty("y").EnumerateArray() |> Seq.last |> _.GetDouble()
            Expect.floatClose { absolute = 1e-6; relative = 0.0 } shown mean "without the diverged run"
    ]
