/// Settings of a run that would do nothing.
module NtkPipeline.Tests.RunSettingsTests

open System.IO
open System.Text.Json
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.Ntk

let private show settings = "config" :: "show" :: List.collect (fun setting -> [ "--set"; setting ]) settings

/// A call that ends well, and says these words.
let private noted words call =
    let answer = wantDone call

    for word in words do
        Expect.stringContains answer.Error word "a note says so"

    answer.Output

/// Settings, and the key of the one among them that would do nothing.
let private idle = [
    [ "experiments=none"; "train.epochs=20" ], "train.epochs"
    [ "experiments=none"; "compare.margin=0.02" ], "compare.margin"
    [ "experiments=none"; "device=cpu" ], "device"
    [ "experiments=learned-kernel"; "train.network=dense m | erf | dense 1" ], "train.network"
    [ "experiments=convergence"; "train.seeds=2" ], "train.seeds"
    [ "experiments=double-descent, gap"; "train.epochs=5" ], "train.epochs"
    [ "experiments=depth"; "train.optimiser=adam" ], "train.optimiser"
    [ "experiments=gap"; "compare.small-width=64" ], "compare.small-width"
    [ "experiments=gap"; "depth.rows=50" ], "depth.rows"
    [ "transformer.epochs=2" ], "transformer.epochs"
    [
        "experiments=transformer"
        "transformer.methods=full"
        "transformer.lora-rank=4"
    ],
    "transformer.lora-rank"
    [ "experiments=transformer"; "transformer.methods=lora"; "transformer.seeds=4" ], "transformer.seeds"
    [ "embed.encoder=surface"; "embed.lsa-columns=20" ], "embed.lsa-columns"
    [ "embed.encoder=arctic"; "embed.model=here" ], "embed.model"
    [ "embed.encoder=lsa"; "embed.train-npy=x.npy" ], "embed.train-npy"
    [ "embed.encoder=lsa"; "embed.weights=1" ], "embed.weights"
    [ "embed.encoder=lsa + surface"; "embed.weights=1, 2"; "embed.weight-rows=100" ], "embed.weight-rows"
    [ "embed.encoder=lsa"; "embed.combine=sum" ], "embed.combine"
    [ "embed.encoder=keywords"; "embed.location-tweets=2" ], "embed.location-tweets"
    [ "embed.encoder=minilm"; "clean.urls=keep" ], "clean.urls"
    [ "split.similar-above=0.5" ], "split.similar-above"
    [ "reduce.compare=none"; "reduce.compare-rows=100" ], "reduce.compare-rows"
    [ "reduce.compare=none"; "reduce.dimensions=all"; "reduce.solver=exact" ], "reduce.solver"
]

let tests =
    testList "settings without effect" [
        testCase "of each on the command line a note says that it has none, and why"
        <| fun () ->
            for settings, key in idle do
                noted [ $"note: %s{key} has no effect here: " ] (show settings) |> ignore

        testCase "a settings file may serve several kinds of run"
        <| inFolder (fun folder ->
            let file = Path.Combine(folder, "settings.json")

            File.WriteAllText(
                file,
                """{ "train.epochs": 20, "embed.lsa-columns": 20, "transformer.epochs": 2 }"""
            )

            wantDone [
                "config"
                "show"
                "--config"
                file
                "--experiment"
                "none"
                "--set"
                "embed.encoder=surface"
            ]
            |> ignore)

        testCase "of what is set twice the last counts, or the option of that name, and a note says so"
        <| fun () ->
            let seed (said: string) = said.Split '\n' |> Array.find _.TrimStart().StartsWith("seed")

            Expect.stringContains
                (show [ "seed=3"; " seed = 4" ] |> noted [ "note: --set seed= stands 2 times" ] |> seed)
                "4"
                "the last"

            Expect.stringContains
                (show [ "seed=3" ] @ [ "--seed"; "5" ]
                 |> noted [ "note: --seed and --set seed= set the same, and --seed counts" ]
                 |> seed)
                "5"
                "the option"

            show [ "experiments=gap" ] @ [ "--experiment"; "none" ]
            |> noted [ "note: --experiment and --set experiments= set the same" ]
            |> ignore

        testCase "what has an effect is taken, alone or beside others"
        <| fun () ->
            for settings in
                [
                    [
                        "train.epochs=20"
                        "compare.small-width=64"
                        "split.together=similar"
                        "split.similar-above=0.5"
                    ]
                    [ "experiments=output-scale"; "train.epochs=20"; "compare.margin=0.02" ]
                    [
                        "embed.encoder=lsa + location"
                        "embed.combine=sum"
                        "embed.weight-rows=100"
                        "clean.urls=keep"
                    ]
                    [ "experiments=transformer"; "embed.encoder=lsa"; "embed.model=here" ]
                    [ "experiments=transfer"; "split.similar-above=0.5" ]
                ] do
                let answer = wantDone (show settings)
                Expect.isFalse (answer.Error.Contains "no effect") answer.Error

        testCase "options of clusters and workers that nothing heeds are refused"
        <| fun () ->
            refused 2 [ "--certificate"; "no effect" ] [ "run"; "--workers"; "2"; "--certificate"; "c.pem" ]
            refused 2 [ "--insecure"; "no effect" ] [ "worker"; "--cluster"; "redis://x"; "--insecure" ]
    ]
