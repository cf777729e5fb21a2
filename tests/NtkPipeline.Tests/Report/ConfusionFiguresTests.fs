module NtkPipeline.Tests.ConfusionFiguresTests

open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.FigureReading

let private findings = lazy (SampleFindings.make false)

let private sum (cells: float[][]) = Array.sumBy Array.sum cells

let tests =
    testList "ConfusionFigures" [
        testCase "its counts are of all validation rows, and give the accuracy"
        <| fun () ->
            let labels = findings.Value.ValidationLabels

            let outputs = [
                findings.Value.Kernel.ValidationOutputs, ConfusionFigures.kernel findings.Value
                for (_, run), figure in
                    Seq.zip (WidestNetworks.all findings.Value) (ConfusionFigures.networks findings.Value) do
                    run.ValidationOutputs, figure
            ]

            Expect.equal outputs.Length 3 "the regression and a network of each input scale"

            for outputs, figure in outputs do
                let cells = cells (traces figure).Head
                Expect.equal (sum cells) (float labels.Length) "all rows"
                let accuracy = Metrics.accuracy labels outputs

                Expect.isLessThan
                    (abs ((cells[0][0] + cells[1][1]) / sum cells - accuracy))
                    1e-12
                    "the accuracy"

                Expect.stringContains
                    figure.Caption
                    $"an accuracy of %s{NumberText.accuracy accuracy}"
                    "in words"

                let found = Array.zip labels outputs |> Array.filter (fun (y, f) -> y > 0.0 && f <= 0.0)

                let missed = cells[1][0]

                Expect.equal missed (float found.Length) "a row is what it is, a column what it was named"

        testCase "the words are right with a mistake, with one, and without"
        <| fun () ->
            let caption counts = ConfusionFigures.caption "Rows" [| "sport"; "news" |] counts

            Expect.stringEnds
                (caption [| [| 5; 2 |]; [| 3; 10 |] |])
                "On the diagonal stand 15 of 20, an accuracy of 75.0%. The most frequent mistake: 3 rows of 'news' are named 'sport'."
                "mistakes"

            Expect.stringEnds
                (caption [| [| 5; 1 |]; [| 0; 10 |] |])
                "The most frequent mistake: 1 row of 'sport' is named 'news'."
                "one"

            Expect.stringEnds
                (caption [| [| 5; 0 |]; [| 0; 10 |] |])
                "an accuracy of 100.0%. Each is named right."
                "none"

        testCase "cells show their numbers as long as there is room, and names are only names"
        <| fun () ->
            let draw count =
                let names = Array.init count (fun k -> $"<b>%d{k}</b>")
                ConfusionFigures.draw "c" "C" "Rows" names (Array.init count (fun _ -> Array.create count 1))

            let few, many = draw 3, draw 40
            Expect.isTrue ((traces few).Head.TryGetProperty "texttemplate" |> fst) "few"
            Expect.isFalse ((traces many).Head.TryGetProperty "texttemplate" |> fst) "many"
            let text = (traces few).Head.GetProperty("text").[0].[1].GetString()
            Expect.equal text "is &lt;b&gt;0&lt;/b&gt;, named &lt;b&gt;1&lt;/b&gt;: 1" "no element"

            let layout =
                (json few).GetProperty("layout").GetProperty("xaxis").GetProperty("ticktext").GetRawText()

            Expect.isFalse (layout.Contains "<b>") "nor on the axes"
    ]
