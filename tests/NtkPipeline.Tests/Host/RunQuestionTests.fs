/// Further questions, asked of `ntk run`.
module NtkPipeline.Tests.RunQuestionTests

open System.IO
open System.Text.Json
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.Ntk
open NtkPipeline.Tests.RunCall

let private asked extra =
    WeakSettings.weak [
        "experiments=widths, output-scale"
        "output-scale.values=0.5, 1, 4, 16"
        "output-scale.widths=128"
        "output-scale.seeds=2"
        "train.widths=128"
        "train.input-scales=sqrt-d"
    ]
    @ extra

let tests =
    testList "questions of a run" [
        testCase "ntk run asks the question: a grid over α, its chapter, its rows, and nothing twice"
        <| inFolder (fun folder ->
            let data, store, out =
                tweets folder 240, Path.Combine(folder, "store"), Path.Combine(folder, "out")

            let answer = RunCall.run data store out (asked []) |> wantDone

            let trained =
                ran answer
                |> List.filter _.StartsWith("train-network/sqrt-d/m=128")
                |> List.map _.Split('/').[4..]

            Expect.contains trained [| "seed=1"; "output-scale=16" |] "named by α"

            Expect.equal
                (trained |> List.filter ((=) [| "seed=0" |])).Length
                1
                "what the run has is not trained again"

            Expect.stringContains answer.Output "question  Does a larger output scale" "on the console"
            use summary = JsonDocument.Parse(File.ReadAllText(Path.Combine(out, "summary.json")))
            let experiments = summary.RootElement.GetProperty "experiments"
            Expect.equal (experiments.GetArrayLength()) 1 "one"
            Expect.equal (experiments[0].GetProperty("networks").GetArrayLength()) 8 "four α, two seeds"
            Expect.isEmpty (RunCall.run data store out (asked []) |> wantDone |> ran) "all cached"

            let more =
                RunCall.run data store out (asked [ "--set"; "output-scale.values=0.5, 1, 4, 16, 32" ])
                |> wantDone

            Expect.equal
                (ran more).Length
                6
                "two networks, the one that chooses, the choice, the verdicts and the report")

        testCase
            "one question alone: no network of the first, a report without its chapters, and the kernel's submission"
        <| inFolder (fun folder ->
            let data, store, out =
                tweets folder 240, Path.Combine(folder, "store"), Path.Combine(folder, "out")

            let alone names = [
                for name in names do
                    yield! [ "--experiment"; name ]
            ]

            let answer = RunCall.run data store out (alone [ "output-scale" ]) |> wantDone
            let trained = ran answer |> List.filter _.StartsWith("train-network/")
            Expect.isNonEmpty trained "its own networks"
            Expect.all trained (fun name -> name.Contains "m=64" || name.Contains "m=256") "and no others"
            let page = File.ReadAllText(Path.Combine(out, "report.html"))
            Expect.stringContains page "Does a larger output scale" "its own chapter"
            let nothing = RunCall.run data store out (alone [ "none" ]) |> wantDone
            Expect.isEmpty (ran nothing |> List.filter _.StartsWith("train-network/")) "the kernel alone"
            refused 2 [ "experiments"; "everything" ] [ "run"; "--experiment"; "everything" ])

        testCase "ntk status says what each question would cost, and nothing of one that is cached"
        <| inFolder (fun folder ->
            let data, store, out =
                tweets folder 240, Path.Combine(folder, "store"), Path.Combine(folder, "out")

            let costs extra =
                let answer =
                    ([ "status"; "--data"; data; "--store"; store; "--json" ] @ quick @ extra) |> wantDone

                use status = JsonDocument.Parse(Array.last (answer.Output.TrimEnd().Split(char 10)))

                [
                    for question in status.RootElement.GetProperty("questions").EnumerateArray() do
                        question.GetProperty("name").GetString(),
                        question.GetProperty("due").GetInt32(),
                        question.GetProperty("seconds").GetDouble()
                ]

            let names = costs (asked []) |> List.map (fun (name, _, _) -> name)
            Expect.equal names [ ""; "widths"; "output-scale" ] "what all share, and each"
            let seconds extra = costs extra |> List.sumBy (fun (_, _, seconds) -> seconds)

            Expect.isGreaterThan
                (seconds (asked [ "--set"; "train.epochs=3000" ]))
                (seconds (asked []))
                "more epochs"

            RunCall.run data store out (asked []) |> wantDone |> ignore

            for name, due, seconds in costs (asked []) do
                Expect.equal (due, seconds) (0, 0.0) $"%s{name} is cached"

            let words = ([ "status"; "--data"; data; "--store"; store ] @ quick @ asked []) |> wantDone
            Expect.stringContains words.Output "question  output-scale: cached" "in words")

        testCase "its settings are refused by key, and unknown questions by name"
        <| fun () ->
            refused 2 [ "experiments"; "output-scale" ] [ "run"; "--set"; "experiments=everything" ]
            refused 2 [ "output-scale.values" ] [ "run"; "--set"; "output-scale.values=0" ]

            refused 2 [ "output-scale.input-scale"; "sqrt-d" ] [
                "run"
                "--set"
                "output-scale.input-scale=2"
            ]

        testCase "every experiment has its query in the host, and every query its experiment"
        <| fun () ->
            Expect.equal
                (NtkPipeline.Host.Program.Questions |> List.ofSeq |> List.sort)
                (Experiments.every |> List.map _.Name |> List.sort)
                "one each"

            Expect.equal Experiments.names (List.distinct Experiments.names) "no name twice"

            for experiment in Experiments.all do
                Expect.isTrue (experiment.Question.EndsWith '?') experiment.Question

                for setting in experiment.Settings do
                    Expect.stringStarts setting.Key (experiment.Name + ".") "its settings are its own"
    ]
