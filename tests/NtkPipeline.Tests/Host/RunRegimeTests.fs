/// The questions of regime and depth, asked of `ntk run` on few tweets.
module NtkPipeline.Tests.RunRegimeTests

open System.IO
open System.Text.Json
open Expecto
open NtkPipeline.Tests.Ntk
open NtkPipeline.Tests.RunCall

let private asks (name: string) (settings: string list) (networks: int) =
    testCase $"ntk run asks %s{name}: its chapter, its rows, and nothing twice"
    <| inFolder (fun folder ->
        let data, store = tweets folder 240, Path.Combine(folder, "store")
        let out = Path.Combine(folder, "out")

        let asked = [
            for setting in $"experiments=%s{name}" :: "train.optimiser=adam" :: settings do
                "--set"
                setting
        ]

        let answer = RunCall.run data store out asked |> wantDone
        Expect.stringContains answer.Output "question" "on the console"
        use summary = JsonDocument.Parse(File.ReadAllText(Path.Combine(out, "summary.json")))
        let chapter = summary.RootElement.GetProperty("experiments")[0]
        Expect.equal (chapter.GetProperty("networks").GetArrayLength()) networks "its networks"
        Expect.isEmpty (RunCall.run data store out asked |> wantDone |> ran) "all cached")

let tests =
    testList "regime and depth of a run" [
        asks
            "regime"
            [
                "regime.widths=16, 64"
                "regime.output-scales=0.5, 2"
                "regime.rates=0.5"
                "regime.epochs=1, 2"
                "regime.seeds=1"
                "regime.rows=60"
                "regime.scaling-widths=16, 64"
                "regime.base-width=16"
                "regime.deep-widths=8, 16"
                "regime.deep-base-width=8"
            ]
            12

        asks
            "depth"
            [
                "depth.networks=relu, layer-norm"
                "depth.layers=1, 2"
                "depth.trained-layers=1, 2"
                "depth.weight-variances=0.3, 3"
                "depth.phase-layers=1, 4"
                "depth.trained-phase-layers=2"
                "depth.width=16"
                "depth.epochs=2"
                "depth.rows=60"
                "depth.validation-rows=30"
            ]
            6

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
