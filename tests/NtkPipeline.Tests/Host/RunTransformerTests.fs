/// The question of the transformer's own tangent kernel, asked of `ntk run` with a small encoder.
module NtkPipeline.Tests.RunTransformerTests

open System.IO
open System.Text.Json
open Expecto
open NtkPipeline.Core
open NtkPipeline.Runtime
open NtkPipeline.Tests.Ntk
open NtkPipeline.Tests.RunCall

let private asked folder = SmallQuestions.ask [ "transformer" ] @ TinyEncoder.settings folder

let private models = [
    "frozen-linear"
    "frozen-nngp"
    "frozen-ntk"
    "tangent"
    "both-kernels"
    "tangent-random"
    "after-kernel"
    "lora-tangent"
    "fine-tuned"
    "linearised"
    "lora"
]

/// All that a person is given, by file.
let private given out = [
    for path in Directory.GetFiles out |> Array.sort do
        let name = string (Path.GetFileName path)

        // The summary and the log hold times.
        if not (name.EndsWith ".json" || name.EndsWith ".log") then
            name, File.ReadAllText path
]

let private records store = [
    for path in Directory.GetFiles(Path.Combine(store, "runs")) do
        use file = File.OpenRead path
        path, Expect.wantOk (RunRecordFile.codec.Read file) path
]

/// Makes the store as it was before these stages ran.
let private forget store stages =
    let gone, kept = records store |> List.partition (fun (_, run) -> List.contains run.Recipe.Stage stages)

    let needed = kept |> List.map (fun (_, run) -> run.Output) |> set

    for path, run in gone do
        File.Delete path

        if not (needed.Contains run.Output) then
            File.Delete(Path.Combine(store, "objects", run.Output[..1], $"%s{run.Output}.%s{run.Extension}"))

let private chapter out =
    let text = File.ReadAllText(Path.Combine(out, "summary.json"))
    JsonDocument.Parse(text).RootElement.GetProperty("experiments")[0]

let private text (name: string) (element: JsonElement) = string (element.GetProperty(name).GetString())

let tests =
    testList "the transformer of a run" [
        testCase "slow: ntk run asks it, resumes it after a kill, and gives the same bytes from the start"
        <| inFolder (fun folder ->
            let data, at = tweets folder 240, (fun name -> Path.Combine(folder, name))
            let asked = asked folder
            let made = RunCall.run data (at "store") (at "out") asked |> wantDone |> ran
            let found = chapter (at "out")
            Expect.equal (text "name" found) "transformer" "its chapter"
            Expect.equal (found.GetProperty("verdict").GetArrayLength()) 3 "its claims"
            let first = given (at "out")

            Expect.equal
                [
                    for name, _ in first do
                        if name.StartsWith "submission-" then
                            name
                ]
                (models |> List.map (fun model -> $"submission-transformer-%s{model}.csv") |> List.sort)
                "a submission a model"

            for name, text in first do
                if name.StartsWith "submission" then
                    Expect.equal
                        (text.Trim().Split('\n').Length)
                        61
                        $"%s{name}: a line a test tweet, and the head"

            let page = File.ReadAllText(at "out/report.html")

            let named =
                System.Text.RegularExpressions.Regex.Match(
                    page,
                    "preferred one is (submission-[a-z-]+\.csv)"
                )

            Expect.isTrue (File.Exists(at $"out/%s{named.Groups[1].Value}")) "the preferred one is there"
            let results = File.ReadAllText(at "out/results.csv")
            Expect.isFalse (results.Contains "NaN" || results.Contains "∞") "a number or none"

            for model in models do
                Expect.stringContains results $"%s{model}/accuracy" "in the table"

            Expect.isEmpty (RunCall.run data (at "store") (at "out") asked |> wantDone |> ran) "all cached"

            // A kill in the last epoch of the first training.
            let later = made |> List.skipWhile ((<>) "fine-tune/full/seed=0/epoch=2")
            Expect.isGreaterThan later.Length 20 "much is left to do"
            forget (at "store") later
            let resumed = RunCall.run data (at "store") (at "resumed") asked |> wantDone |> ran
            Expect.equal (set resumed) (set later) "nothing before it is made again"
            Expect.equal (given (at "resumed")) first "the same bytes, resumed"
            RunCall.run data (at "other") (at "again") asked |> wantDone |> ignore
            Expect.equal (given (at "again")) first "the same bytes, in another store")

        testCase
            "slow: without a head to begin with, without fine-tuning, and without test tweets there are numbers"
        <| inFolder (fun folder ->
            let data, at = tweets folder 160, (fun name -> Path.Combine(folder, name))
            let asked = asked folder

            let run out extra =
                RunCall.run data (at "store") (at out) (asked @ SmallQuestions.set extra)
                |> wantDone
                |> ignore

                let results = File.ReadAllText(Path.Combine(at out, "results.csv"))
                Expect.isFalse (results.Contains "NaN" || results.Contains "∞") "a number or none"
                chapter (at out)

            let zero = run "zero" [ "transformer.head=zero"; "transformer.methods=full" ]
            let first = zero.GetProperty("verdict")[0]
            Expect.stringContains (text "evidence" first) "had moved by ΔΘ = " "by the head's own part too"
            File.Delete(Path.Combine(data, "test.csv"))
            let none = run "none" [ "transformer.methods=lora"; "transformer.epochs=1" ]

            Expect.stringContains
                (text "evidence" (none.GetProperty("verdict")[0]))
                "was not asked for"
                "left open"

            Expect.isEmpty
                (Directory.GetFiles(at "none", "submission*"))
                "nothing is answered that was not asked")

        testCase "ntk status says what it costs, before anything runs"
        <| inFolder (fun folder ->
            let config = Clone.path "data/experiments/transformer.json"
            let data, store = tweets folder 240, Path.Combine(folder, "store")

            let answer =
                wantDone (
                    [ "status"; "--data"; data; "--store"; store; "--config"; config ]
                    @ TinyEncoder.settings folder
                )

            Expect.isMatch answer.Output "question  transformer: [0-9]+ of [0-9]+ stages, about " "its cost"
            Expect.isMatch answer.Output "to run  fine-tune/full/seed=1/epoch=3" "its stages"
            Expect.isEmpty (records store) "nothing ran")

        testCase "a model that is not there is refused before anything runs, in a sentence"
        <| inFolder (fun folder ->
            let data, store = tweets folder 120, Path.Combine(folder, "store")
            let nowhere = Path.Combine(folder, "nowhere")

            let answer =
                SmallQuestions.ask [ "transformer" ] @ [ "--set"; $"embed.model=%s{nowhere}" ]
                |> RunCall.run data store (Path.Combine(folder, "out"))
                |> call

            Expect.equal answer.Code 1 answer.Error
            Expect.stringContains answer.Error nowhere "the folder"
            Expect.hasLength (answer.Error.Trim().Split '\n') 1 "one sentence"
            Expect.isEmpty (ran answer) "nothing ran"
            Expect.isEmpty (records store) "nothing is kept")

        testCase "its settings are refused by key"
        <| fun () ->
            let wrong settings words =
                refused 2 words ("run" :: SmallQuestions.set ("experiments=transformer" :: settings))

            wrong [ "transformer.encoder=bert" ] [ "transformer.encoder"; "arctic" ]
            wrong [ "transformer.most-tokens=2" ] [ "transformer.most-tokens" ]
            wrong [ "transformer.methods=adapters" ] [ "transformer.methods"; "lora" ]

            wrong [ "transformer.sketch-rank=9"; "transformer.sketch-block=4" ] [
                "transformer.sketch-rank"
                "no multiple"
            ]
    ]
