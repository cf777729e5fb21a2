/// Every question that there is, asked of one small run.
module NtkPipeline.Tests.RunEveryQuestionTests

open System.IO
open System.Text.Json
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.Ntk
open NtkPipeline.Tests.RunCall

/// A minute's work at their defaults; here a few seconds'.
let private small =
    [
        "experiments=" + String.concat ", " (List.filter ((<>) Widths.name) Experiments.names)
        "convergence.widths=16, 128, 256"
        "convergence.seeds=2"
        "convergence.rows=60"
        "convergence.steps=3, 10"
        "convergence.ensemble-width=64"
        "convergence.ensemble-seeds=3"
        "convergence.ensemble-rows=30"
        "convergence.ensemble-steps=1, 10"
        "concentration.widths=16, 128"
        "concentration.seeds=2"
        "concentration.rows=60"
        "concentration.steps=3, 10"
        "output-scale.values=0.5, 2"
        "output-scale.widths=16"
        "output-scale.seeds=1"
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
        "feature-learning.widths=16"
        "feature-learning.epochs=4"
        "feature-learning.folds=2"
        "feature-learning.members=2"
        "feature-learning.depths=1"
        "feature-learning.kernel-rows=100"
        "feature-learning.tangent-rows=100"
        "gap.rows=80"
        "gap.widths=16"
        "gap.seeds=2"
        "gap.epochs=4"
        "gap.batch-size=16"
        "dimension.values=2, 8"
        "dimension.rows=80"
        "dimension.widths=16, 128"
        "dimension.seeds=2"
        "dimension.epochs=3"
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
        "double-descent.rows=40"
        "double-descent.dimensions=4"
        "double-descent.noise=0.2"
        "double-descent.octaves=1"
        "double-descent.per-octave=1"
        "double-descent.seeds=1"
        "double-descent.trained-seeds=1"
        "double-descent.steps=20"
        "function-space.widths=16, 64"
        "function-space.seeds=1"
        "function-space.rows=60"
        "function-space.epochs=6"
        "transfer.tasks=4"
        "transfer.width=16"
        "transfer.seeds=1"
        "transfer.steps=5"
        "transfer.few-steps=3"
        "implicit-bias.rows=40"
        "implicit-bias.widths=16, 64"
        "implicit-bias.seeds=1"
        "implicit-bias.steps=20"
        "implicit-bias.batch-size=16"
        "learned-kernel.rows=60"
        "learned-kernel.steps=2"
    ]
    |> List.collect (fun setting -> [ "--set"; setting ])

let tests =
    testList "every question of a run" [
        testCase "all are asked and answered at once, nothing twice, and the same bytes from the start"
        <| inFolder (fun folder ->
            let data, at = tweets folder 240, (fun name -> Path.Combine(folder, name))
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

            Expect.isFalse (results.Contains "NaN" || results.Contains "∞") "a number or none"
            Expect.stringContains answer.Output "question" "on the console"
            Expect.isEmpty (RunCall.run data (at "store") (at "out") small |> wantDone |> ran) "all cached"
            RunCall.run data (at "other") (at "again") small |> wantDone |> ignore

            for file in [ "results.csv"; "report.html"; "submission.csv" ] do
                Expect.equal
                    (File.ReadAllText(at $"again/%s{file}"))
                    (File.ReadAllText(at $"out/%s{file}"))
                    $"%s{file} again, in another store")

        testCase "full.json asks all of them"
        <| fun () ->
            let shown =
                wantDone [
                    "config"
                    "show"
                    "--config"
                    Clone.path "data/experiments/full.json"
                    "--json"
                ]

            for name in Experiments.names do
                Expect.stringContains shown.Output name "named"
    ]
