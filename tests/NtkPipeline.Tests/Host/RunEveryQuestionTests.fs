/// Every question that there is, asked of one small run.
module NtkPipeline.Tests.RunEveryQuestionTests

open System.IO
open System.Text.Json
open System.Text.RegularExpressions
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.Ntk
open NtkPipeline.Tests.RunCall

let private asked = SmallQuestions.ask (List.filter ((<>) Widths.name) Experiments.names)

let private text (name: string) (element: JsonElement) = element.GetProperty(name).GetString()

let tests =
    testList "every question of a run" [
        testCase "all are asked and answered at once, nothing twice, and the same bytes from the start"
        <| inFolder (fun folder ->
            let data, at = tweets folder 240, (fun name -> Path.Combine(folder, name))
            let small = asked @ TinyEncoder.settings folder
            let answer = RunCall.run data (at "store") (at "out") small |> wantDone
            use summary = JsonDocument.Parse(File.ReadAllText(at "out/summary.json"))

            let chapters =
                summary.RootElement.GetProperty("experiments").EnumerateArray()
                |> Seq.map (fun chapter -> chapter.GetProperty("name").GetString() |> string)
                |> List.ofSeq

            Expect.equal chapters [ for experiment in Experiments.all -> experiment.Name ] "in their order"
            let results = File.ReadAllText(at "out/results.csv")

            for experiment in Experiments.all do
                Expect.stringContains results $"%s{experiment.Name}/verdict" "its claims are judged"

            let verdicts = [
                for chapter in summary.RootElement.GetProperty("experiments").EnumerateArray() do
                    for verdict in chapter.GetProperty("verdict").EnumerateArray() do
                        $"""%s{text "claim" verdict} [%s{text "setting" verdict}]"""
            ]

            Expect.equal (List.distinct verdicts) verdicts "no claim is judged twice in one setting"
            // What people read: without the pictures' numbers and the settings' names.
            let page =
                Regex.Replace(
                    File.ReadAllText(at "out/report.html"),
                    "(?s)<(script|style|code).*?</\\1>",
                    ""
                )

            for wrong in
                [
                    @"\w\^"
                    @"(?<!= )\b1 (networks|layers|hidden layers|seeds|epochs|steps|rows|tweets)\b"
                    "input scale (unit|sqrt-d)"
                    "‖x‖ = (unit|sqrt-d)"
                ] do
                Expect.isEmpty
                    [
                        for found in Regex.Matches(page, $".{{0,60}}(?:%s{wrong}).{{0,60}}") -> found.Value
                    ]
                    wrong

            Expect.isFalse (results.Contains "NaN" || results.Contains "∞") "a number or none"
            Expect.stringContains answer.Output "question" "on the console"
            Expect.isEmpty (RunCall.run data (at "store") (at "out") small |> wantDone |> ran) "all cached"
            RunCall.run data (at "other") (at "again") small |> wantDone |> ignore

            for file in [ "results.csv"; "report.html"; "submission.csv" ] do
                Expect.equal
                    (File.ReadAllText(at $"again/%s{file}"))
                    (File.ReadAllText(at $"out/%s{file}"))
                    $"%s{file} again, in another store")

        testCase
            "full.json asks all of them but two, which take longer than they do and have files of their own"
        <| fun () ->
            let asked file =
                let path = Clone.path $"data/experiments/%s{file}.json"
                let shown = wantDone [ "config"; "show"; "--config"; path ]
                shown.Output.Split '\n' |> Array.find _.StartsWith("experiments ")

            let alone = [ Transformer.experiment.Name; Sequence.experiment.Name ]
            // The grid over α is part of the regime's.
            let others = Experiments.names |> List.except (OutputScale.experiment.Name :: alone)

            for name in others do
                Expect.stringContains (asked "full") name "named"

            for name in alone do
                Expect.isFalse ((asked "full").Contains name) "not this one"
                Expect.stringContains (asked name) name "here"
    ]
