/// The two foreign data sets that are shipped, each run from end to end as a person runs it.
module NtkPipeline.Tests.OwnDataTests

open System.IO
open System.Text.Json
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.Ntk

let private sets (settings: string list) = settings |> List.collect (fun text -> [ "--set"; text ])

let private small =
    sets [
        "train.widths=16,64"
        "train.larger-rate-widths=none"
        "train.seeds=2"
        "train.epochs=5"
    ]

let private headlines =
    [ "--data"; Clone.path "data/headlines" ]
    @ sets [ "data.text=headline"; "data.label=topic"; "embed.encoder=lsa" ]
    @ small

let private house name = Clone.path $"data/houses/%s{name}"

let private houses =
    sets [
        $"""data.features=%s{house "X.npy"}"""
        $"""data.targets=%s{house "y.npy"}"""
        $"""data.test-features=%s{house "new.npy"}"""
    ]
    @ small

let private json path = JsonDocument.Parse(File.ReadAllText(path: string)).RootElement

let private number (path: string list) (root: JsonElement) =
    (path |> List.fold (fun (element: JsonElement) name -> element.GetProperty name) root).GetDouble()

/// A run's summary, and its other files.
let private run folder options =
    let out = Path.Combine(folder, "out")
    let answer = [ "run"; "--store"; Path.Combine(folder, "store"); "--out"; out ] @ options |> wantDone
    let text name = File.ReadAllText(Path.Combine(out, name))
    answer, json (Path.Combine(out, "summary.json")), text

let private predict folder options asked =
    [ "predict"; "--store"; Path.Combine(folder, "store") ] @ asked @ options |> wantDone

let tests =
    testList "own data" [
        testCase "headlines of three topics, whose columns have names of their own"
        <| inFolder (fun folder ->
            let answer, summary, text = run folder headlines
            Expect.stringContains answer.Output "3 classes (economy, science, sport)" "the task"
            let kernel name = number [ "kernelRegression"; "validation"; name ] summary
            // A third by chance.
            Expect.isGreaterThan (kernel "accuracy") 0.6 "it learns"
            Expect.isGreaterThan (kernel "macro-f1") 0.6 "every class"
            Expect.isGreaterThan (kernel "auc") 0.75 "above the rest"
            Expect.isLessThan (kernel "log-loss") (log 3.0) "better than chance"
            Expect.equal (summary.GetProperty("networks").GetArrayLength()) 8 "2 widths, 2 scales, 2 seeds"
            Expect.isGreaterThan (summary.GetProperty("notAsked").GetArrayLength()) 0 "the others were not"
            Expect.stringContains (text "report.html") "Not asked, since they are about one output" "a note"
            Expect.stringContains (text "results.csv") "macro-f1" "the measures"
            let submission = (text "submission.csv").TrimEnd().Split '\n'
            Expect.equal submission[0] "id,topic" "under its own columns"
            Expect.equal submission.Length 7 "a line a row"

            for line in submission[1..] do
                Expect.contains [ "economy"; "science"; "sport" ] (line.Split(',')[1]) "a class by name"

            let again, _, page = run folder headlines
            Expect.stringContains again.Output "no stage ran" "all is cached"
            Expect.equal (page "report.html") (text "report.html") "the same bytes"

            let said =
                predict folder headlines [
                    "--text"
                    "Keeper saves a penalty in the cup match"
                    "--text"
                    "zzz qqq"
                    "--text"
                    ""
                ]

            Expect.stringContains said.Output "  sport  by kernel regression" "what it is"

            Expect.stringContains
                said.Output
                "network m = 64, ‖x‖ = √d, rate 1, mean of 2 seeds"
                "networks too"

            Expect.stringContains said.Output "take with care: none of its 2 words" "nothing shared"
            Expect.stringContains said.Output "take with care: it holds no word" "nothing at all")

        testCase "a table of numbers with a number to be learnt, and nothing else set"
        <| inFolder (fun folder ->
            let answer, summary, text = run folder houses
            Expect.stringContains answer.Output "refitted on all 120 labelled rows" "whose answers"
            Expect.isGreaterThan (number [ "kernelRegression"; "validation"; "r2" ] summary) 0.8 "it learns"

            Expect.isGreaterThan
                (number [ "kernelRegression"; "leaveOneOut"; "r2" ] summary)
                0.8
                "left out too"

            Expect.isLessThan
                (number [ "kernelRegression"; "validation"; "rmse" ] summary)
                45.0
                "in their unit"

            let submission = (text "submission.csv").TrimEnd().Split '\n'
            Expect.equal submission.Length 9 "a number a row"
            Expect.isGreaterThan (float (submission[1].Split(',')[1])) 0.0 "it is one"
            let said = predict folder houses [ "--npy"; house "new.npy"; "--json" ]
            let last = (said.Output.TrimEnd().Split '\n') |> Array.last
            let predictions = JsonDocument.Parse(last).RootElement.GetProperty "predictions"
            Expect.equal (predictions.GetArrayLength()) 8 "a number a row"

            let empty = Path.Combine(folder, "empty.npy")

            (use file = File.Create empty
             Npy.write file (Matrix.create 0 6 [||]: Matrix<float32>))

            refused
                1
                [ "empty.npy: it has no rows, so there is nothing to predict" ]
                ([ "predict"; "--npy"; empty; "--store"; Path.Combine(folder, "store") ] @ houses)

            refused
                2
                [ "--npy"; "data.features" ]
                ([ "predict"; "--text"; "a"; "--store"; Path.Combine(folder, "store") ] @ houses)

            refused 2 [ "--data"; "data.features" ] ([ "run"; "--data"; folder ] @ houses))

        testCase "a run of files that were named from one folder is found again from any other"
        <| inFolder (fun folder ->
            let beside name = Path.GetRelativePath(System.Environment.CurrentDirectory, house name)

            let options =
                sets [
                    $"""data.features=%s{beside "X.npy"}"""
                    $"""data.targets=%s{beside "y.npy"}"""
                    "experiments=none"
                ]

            let _, _, text = run folder options

            for name in [ "X.npy"; "y.npy" ] do
                let full = Path.GetFullPath(house name).Replace("\\", "\\\\")
                Expect.stringContains (text "run.json") $"=%s{full}\"" "from the root"

            Expect.isFalse
                ((text "run.json").Contains $"""data.features=%s{beside "X.npy"}""")
                "and not as it was written"

            let asked = [ "predict"; "--npy"; house "new.npy"; "--out"; Path.Combine(folder, "out") ]
            Expect.stringContains (wantDone asked).Output "by kernel regression" "it is found")

        testCase "two classes are named, and a folder is wanted where a file is given"
        <| inFolder (fun folder ->
            let rows = [
                for i in 0..39 ->
                    if i % 2 = 0 then $"a fire near lake %d{i},yes" else $"a quiet day %d{i},no"
            ]

            let file = Path.Combine(folder, "train.csv")
            File.WriteAllLines(file, "text,target" :: rows)

            let answer, _, text =
                run folder ([ "--data"; folder ] @ sets [ "embed.encoder=lsa"; "experiments=none" ])

            let words = "the positive class is 'yes', the other 'no'"
            Expect.stringContains answer.Output words "on the console"

            Expect.stringContains (text "report.html") (words.Replace("'", "&#39;")) "in the report"

            refused 1 [ "--data: "; "is a file"; "train.csv" ] [ "run"; "--data"; file ])

        testCase "the shipped table is what its README's formula gives"
        <| fun () ->
            let read name = Npy.read64 (File.OpenRead(house name)) |> Flip.Expect.wantOk "it is an array"

            let x, y = read "X.npy", read "y.npy"
            Expect.equal (x.Rows, x.Columns, y.Rows) (120, 5, 120) "as many rows"

            for i in 0 .. x.Rows - 1 do
                let area, rooms, age, distance = x[i, 0], x[i, 1], x[i, 2], x[i, 3]

                let price =
                    30.0 + 2.1 * area + 6.0 * rooms - 0.9 * age + 0.008 * age * age
                    - 45.0 * log10 (1.0 + distance)
                    + 8.0 * sin (area / 25.0)

                Expect.isLessThan (abs (y[i, 0] - price)) 0.051 $"row %d{i}"
    ]
