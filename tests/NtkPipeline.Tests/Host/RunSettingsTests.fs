/// Settings of a run that would do nothing.
module NtkPipeline.Tests.RunSettingsTests

open System.IO
open System.Text.Json
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.Ntk

let private run settings = "run" :: List.collect (fun setting -> [ "--set"; setting ]) settings

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
        testCase "on the command line each is refused by its key, with the reason"
        <| fun () ->
            for settings, key in idle do
                refused 2 [ $"%s{key} has no effect here: " ] (run settings)

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

        testCase "what is set twice is refused, however it is said"
        <| fun () ->
            refused 2 [ "train.epochs"; "2 times"; "once" ] (run [ "train.epochs=3"; " train.epochs = 4" ])
            refused 2 [ "--seed and --set seed=" ] (run [ "seed=3" ] @ [ "--seed"; "3" ])

            refused
                2
                [ "--experiment and --set experiments=" ]
                (run [ "experiments=gap" ] @ [ "--experiment"; "gap" ])

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
                "config" :: "show" :: List.tail (run settings) |> wantDone |> ignore

        testCase "options of clusters and workers that nothing heeds are refused"
        <| fun () ->
            refused 2 [ "--certificate"; "no effect" ] [ "run"; "--workers"; "2"; "--certificate"; "c.pem" ]
            refused 2 [ "--insecure"; "no effect" ] [ "worker"; "--cluster"; "redis://x"; "--insecure" ]
    ]
