/// Runs of networks that are described by a setting.
module NtkPipeline.Tests.RunNetworkTests

open System.IO
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.Ntk
open NtkPipeline.Tests.RunCall

/// The exponent of ‖Θ̂₀ − Θ‖ against the width, by input scale.
let private kernelErrorSlopes out =
    File.ReadAllLines(Path.Combine(out, "results.csv"))
    |> Array.map _.Split(',')
    |> Array.filter (Array.contains "initKernelError-slope")
    |> Array.map (fun fields -> fields[3], float fields[11])

let tests =
    testList "ntk run" [
        for network in
            [
                "dense m | erf | dense m | erf | dense 1"
                "dense m b=0.2 | layer-norm | relu | dense 1"
                "dense m | residual(relu | dense m) | gelu | dense 1 | scale(2) | centred"
            ] do
            testCase $"the initial kernel of %s{network} nears its own analytic one like m^(−1/2)"
            <| inFolder (fun folder ->
                let data, out = tweets folder 120, Path.Combine(folder, "out")

                // What is judged is the kernel at the start: no fold trains for an epoch to stop at.
                let settings = [
                    "--set"
                    "train.stop-folds=0"
                    "--set"
                    $"train.network=%s{network}"
                    "--set"
                    "train.widths=64,256,1024"
                    "--set"
                    "train.seeds=4"
                    "--set"
                    "train.rate=0.2"
                    "--set"
                    "train.epochs=1"
                ]

                let answer = run data (Path.Combine(folder, "store")) out settings |> wantDone

                Expect.stringContains
                    answer.Output
                    "(kernel regression: dense m | relu | dense 1)"
                    "what is compared"

                let slopes = kernelErrorSlopes out
                Expect.isNonEmpty slopes "there are slopes"

                for scale, slope in slopes do
                    Expect.isTrue (slope > -0.6 && slope < -0.4) $"%s{scale}: %g{slope}"

                // Predicting reads the trained weights back.
                [
                    "predict"
                    "--store"
                    Path.Combine(folder, "store")
                    "--data"
                    data
                    "--text"
                    "fire"
                    "--all"
                ]
                @ quick
                @ settings
                |> wantDone
                |> ignore)

        testCase "numbers, too, are said to be compared with another network's kernel"
        <| inFolder (fun folder ->
            let house name = Clone.path $"data/houses/%s{name}"

            let answer =
                [
                    "run"
                    "--store"
                    Path.Combine(folder, "store")
                    "--out"
                    Path.Combine(folder, "out")
                ]
                @ List.collect (fun text -> [ "--set"; text ]) [
                    $"""data.features=%s{house "X.npy"}"""
                    $"""data.targets=%s{house "y.npy"}"""
                    "train.network=dense m | erf | dense m | erf | dense 1"
                    "train.widths=16,32"
                    "train.seeds=1"
                    "train.epochs=3"
                    "train.larger-rate-widths=none"
                    "experiments=widths"
                ]
                |> wantDone

            let kernel = "(kernel regression: dense m | relu | dense 1)"
            let lines = answer.Output.Split '\n' |> Array.filter _.Contains(kernel)

            for kind in [ "verdict "; "answer " ] do
                Expect.exists lines _.StartsWith(kind) kind

            Expect.stringContains
                (File.ReadAllText(Path.Combine(folder, "out", "report.html")))
                kernel
                "the page")

        testCase "what train.network cannot be is refused with all other mistakes"
        <| inFolder (fun folder ->
            let refuse text =
                (run (tweets folder 60) folder folder [ "--set"; $"train.network=%s{text}" ] |> call).Error

            Expect.stringContains (refuse "dense 64 | relu | dense 1") "train.network: " "no open width"
            Expect.stringContains (refuse "dense m | relu | dense 3") "one output" "several outputs")
    ]
