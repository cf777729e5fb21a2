/// The questions of regime and depth, asked of `ntk run` on few tweets.
module NtkPipeline.Tests.RunRegimeTests

open System.IO
open System.Text.Json
open Expecto
open NtkPipeline.Tests.Ntk
open NtkPipeline.Tests.RunCall

let private asks (name: string) (networks: int) =
    testCase $"ntk run asks %s{name}: its chapter, its rows, and nothing twice"
    <| inFolder (fun folder ->
        let data, store = tweets folder 240, Path.Combine(folder, "store")
        let out = Path.Combine(folder, "out")
        let asked = SmallQuestions.ask [ name ] @ SmallQuestions.set [ "train.optimiser=adam" ]
        let answer = RunCall.run data store out asked |> wantDone
        Expect.stringContains answer.Output "question" "on the console"
        use summary = JsonDocument.Parse(File.ReadAllText(Path.Combine(out, "summary.json")))
        let chapter = summary.RootElement.GetProperty("experiments")[0]
        Expect.equal (chapter.GetProperty("networks").GetArrayLength()) networks "its networks"
        Expect.isEmpty (RunCall.run data store out asked |> wantDone |> ran) "all cached")

let tests =
    testList "regime and depth of a run" [
        asks "regime" 12
        asks "depth" 6

        testCase "their settings are refused by key"
        <| fun () ->
            for key, value in
                [
                    "regime.rows", "1"
                    "regime.output-scales", "0"
                    "regime.rates", "fast"
                    "depth.networks", "tanh"
                    "depth.bias-variance", "-1"
                    "depth.layers", "0"
                ] do
                refused 2 [ key ] [ "run"; "--set"; $"%s{key}=%s{value}" ]
    ]
