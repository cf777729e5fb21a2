/// Whether feature learning helps, asked of `ntk run`.
module NtkPipeline.Tests.RunFeatureLearningTests

open System.IO
open System.Text.Json
open Expecto
open NtkPipeline.Tests.Ntk
open NtkPipeline.Tests.RunCall

let private asked = SmallQuestions.ask [ "feature-learning" ]

let tests =
    testList "feature learning of a run" [
        testCase "ntk run tries kernels and networks, holds them against one another, and does nothing twice"
        <| inFolder (fun folder ->
            let data, store = tweets folder 240, Path.Combine(folder, "store")
            let out = Path.Combine(folder, "out")
            let stages = RunCall.run data store out asked |> wantDone |> ran
            let count (start: string) = stages |> List.filter _.StartsWith(start) |> List.length
            Expect.equal (count "try-kernel/") 4 "ntk and nngp, with a bias and without"
            Expect.equal (count "train-fold/") 8 "two norms, two α, two folds"
            Expect.equal (count "train-chosen/") 2 "two members"
            Expect.equal (count "after-kernel") 1 "the kernels of the chosen networks"
            use summary = JsonDocument.Parse(File.ReadAllText(Path.Combine(out, "summary.json")))
            let experiment = summary.RootElement.GetProperty("experiments")[0]
            Expect.equal (experiment.GetProperty("networks").GetArrayLength()) 2 "two members"
            let results = File.ReadAllText(Path.Combine(out, "results.csv"))
            Expect.stringContains results "networks-less-kernel" "in the table"
            Expect.isEmpty (RunCall.run data store out asked |> wantDone |> ran) "all cached"

            let other =
                asked @ SmallQuestions.set [ "train.optimiser=adam"; "feature-learning.input-scales=sqrt-d" ]

            RunCall.run data store out other |> wantDone |> ignore)

        testCase "where every network diverges the chapter says so"
        <| inFolder (fun folder ->
            let data, store = tweets folder 240, Path.Combine(folder, "store")
            let out = Path.Combine(folder, "out")
            let wild = asked @ SmallQuestions.set [ "feature-learning.rates=100000" ]
            RunCall.run data store out wild |> wantDone |> ignore

            Expect.stringContains
                (File.ReadAllText(Path.Combine(out, "report.html")))
                "Every network that was tried diverged"
                "in the report")

        testCase "its settings are refused by key"
        <| fun () ->
            refused 2 [ "feature-learning.output-scales" ] [
                "run"
                "--set"
                "feature-learning.output-scales=0"
            ]

            refused 2 [ "feature-learning.kernels"; "nngp" ] [
                "run"
                "--set"
                "feature-learning.kernels=rbf"
            ]
    ]
