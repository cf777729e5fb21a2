/// Runs over tokens of three classes and of numbers, as they are typed.
module NtkPipeline.Tests.TokenTasksTests

open System.IO
open System.Text.Json
open Expecto
open NtkPipeline.Tests.Ntk
open NtkPipeline.Tests.RunCall

let private sets (settings: string list) = settings |> List.collect (fun text -> [ "--set"; text ])

let private small =
    WeakSettings.weak [
        "embed.encoder=lsa"
        "embed.lsa-columns=80"
        "sequence.most-tokens=12"
        "sequence.columns=64"
        "train.widths=16, 64"
        "train.larger-rate-widths=none"
        "train.seeds=2"
        "train.epochs=6"
        "experiments=widths, sequence"
    ]
    @ sets [ "train.network=conv m size=3 | relu | mean-pool | dense 1" ]

let private options folder data extra =
    [ "--data"; data; "--store"; Path.Combine(folder, "store") ] @ small @ sets extra

let private run folder options =
    let out = Path.Combine(folder, "out")
    let answer = [ "run"; "--out"; out ] @ options |> wantDone
    let text name = File.ReadAllText(Path.Combine(out, name))
    answer, JsonDocument.Parse(text "summary.json").RootElement, text

let private number (path: string list) (root: JsonElement) =
    (path |> List.fold (fun (element: JsonElement) name -> element.GetProperty name) root).GetDouble()

let private last (answer: Answer) =
    JsonDocument.Parse((answer.Output.TrimEnd().Split '\n') |> Array.last).RootElement

/// Texts whose number is that of their good words, among others in any order.
let private reviews folder =
    let data = Directory.CreateDirectory(Path.Combine(folder, "reviews")).FullName
    let words = [| "plain"; "food"; "room"; "garden"; "street"; "window" |]
    let random = System.Random 5

    let text good =
        Array.init 6 (fun k -> if k < good then "good" else words[random.Next words.Length])
        |> Array.sortBy (fun _ -> random.Next())
        |> String.concat " "

    let stars = Array.init 120 (fun i -> i % 5)
    let line good = $"%s{text good},%g{10.0 + 2.5 * float good}"

    File.WriteAllLines(
        Path.Combine(data, "train.csv"),
        Array.append [| "text,target" |] (Array.map line stars)
    )

    File.WriteAllLines(Path.Combine(data, "test.csv"), [ "text"; text 0; text 4 ])
    data

let tests =
    testList "a run over tokens, as it is typed" [
        testCase "of three classes: kernel, networks of an output each, report, answers, and predict"
        <| inFolder (fun folder ->
            let options =
                options folder (Clone.path "data/headlines") [ "data.text=headline"; "data.label=topic" ]

            let answer, summary, text = run folder options

            for stage in
                [
                    "embed-tokens/lsa-of-all"
                    "token-gram/labelled"
                    "token-gram/test"
                    "fit-task"
                ] do
                Expect.contains (ran answer) stage stage

            Expect.exists (ran answer) _.StartsWith("train-task/") "networks"
            Expect.exists (ran answer) _.StartsWith("stop-task/") "as they are judged"
            Expect.stringContains answer.Output "3 classes (economy, science, sport)" "the task"
            Expect.stringContains answer.Output "A tweet is a sequence of tokens" "said"
            let kernel name = number [ "kernelRegression"; "validation"; name ] summary
            // A third by chance.
            Expect.isGreaterThan (kernel "accuracy") 0.5 "it learns"
            Expect.isGreaterThan (kernel "macro-f1") 0.5 "every class"
            Expect.isLessThan (kernel "log-loss") (log 3.0) "better than chance"
            let networks = summary.GetProperty("networks").EnumerateArray() |> List.ofSeq
            Expect.hasLength networks 4 "two widths of two seeds"

            for network in networks do
                Expect.isGreaterThan (number [ "validation"; "accuracy" ] network) 0.34 "networks learn"

            Expect.equal (number [ "tokens"; "allRows" ] summary) 90.0 "of all"
            Expect.stringContains (summary.GetProperty("notAsked").ToString()) "sequence" "not asked"
            let page = text "report.html"
            Expect.stringContains page "vectors of single words" "in the report"
            Expect.stringContains page "are about rows" "what is left out"
            Expect.isFalse ((text "results.csv").Contains "NaN") "numbers"
            Expect.equal ((text "submission.csv").TrimEnd().Split('\n').Length) 7 "an answer each"
            let again, _, second = run folder options
            Expect.isEmpty (ran again) "all cached"
            Expect.equal (second "report.html") page "the same bytes"

            let said =
                [
                    "predict"
                    "--text"
                    "Keeper saves a penalty in the cup match"
                    "--text"
                    "zzz qqq"
                ]
                @ options
                |> wantDone

            Expect.stringContains said.Output "  sport  by kernel regression" "what it is"

            Expect.stringContains
                said.Output
                "network m = 64, ‖x‖ = √d, rate 1, mean of 2 seeds"
                "networks too"

            Expect.stringContains said.Output "take with care: none of its 2 words" "nothing shared"

            let status = [ "status" ] @ options |> wantDone
            Expect.stringContains status.Output "token-gram/labelled" "its stages")

        testCase "of numbers: R² and RMSE in their unit, and predict gives a number"
        <| inFolder (fun folder ->
            let options = options folder (reviews folder) [ "train.epochs=30" ]
            let answer, summary, text = run folder options
            Expect.stringContains answer.Output "numbers from 10.00 to 20.00" "the task"
            let kernel name = number [ "kernelRegression"; "validation"; name ] summary
            Expect.isGreaterThan (kernel "r2") 0.7 "it learns"
            Expect.isLessThan (kernel "rmse") 2.0 "in their unit"
            let networks = summary.GetProperty("networks").EnumerateArray() |> List.ofSeq

            Expect.exists
                networks
                (fun network -> number [ "chosenValidation"; "r2" ] network > 0.3)
                "networks learn"

            let said =
                (text "submission.csv").TrimEnd().Split '\n' |> Array.map (fun line -> line.Split(',')[1])

            Expect.isLessThan (float said[1]) (float said[2]) "more good words, more"

            let predicted =
                [ "predict"; "--json"; "--text"; "good good food good good" ] @ options |> wantDone |> last

            let prediction = predicted.GetProperty("predictions")[0]
            let output = prediction.GetProperty("outputs")[0]
            Expect.isGreaterThan (output.GetDouble()) 15.0 "as the best ones"
            Expect.equal (prediction.GetProperty("networks").GetArrayLength()) 2 "each width")
    ]
