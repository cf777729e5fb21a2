/// The command line and settings files.
module NtkPipeline.Tests.SettingsTests

open System.IO
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.Ntk

let tests =
    testList "refusals" [
        testCase "what is wrong on the command line ends in 2 and names itself"
        <| fun () ->
            refused 2 [ "fly" ] [ "fly" ]
            refused 2 [ "--colour" ] [ "run"; "--colour"; "red" ]

            refused 2 [ "ridge.point-per-decade"; "did you mean ridge.points-per-decade?" ] [
                "run"
                "--set"
                "ridge.point-per-decade=3"
            ]

            refused 2 [ "train.epochs"; "whole number"; "seed"; "device" ] [
                "run"
                "--set"
                "train.epochs=many"
                "--seed"
                "-1"
                "--set"
                "nodevice=1"
            ]

            refused 2 [ "device: 'gpu' is not a device" ] [ "run"; "--set"; "device=gpu" ]

            refused 2 [ "ridge.smallest: it must be below ridge.largest" ] [
                "config"
                "show"
                "--set"
                "ridge.smallest=1e5"
            ]

            refused 2 [ "embed.train-npy" ] [ "config"; "show"; "--set"; "embed.encoder=npy" ]
            refused 2 [ "write key=value" ] [ "config"; "show"; "--set"; "seed" ]

        testCase
            "every shipped experiment is a sound settings file, once it is told of the arrays it asks for"
        <| fun () ->
            let files = Directory.GetFiles(Clone.path "data/experiments", "*.json")
            Expect.isGreaterThan files.Length 3 "there are some"

            for file in files do
                [
                    "config"
                    "show"
                    "--config"
                    file
                    if (File.ReadAllText file).Contains "npy" then
                        "--set"
                        "embed.train-npy=a.npy"
                        "--set"
                        "embed.test-npy=b.npy"
                ]
                |> wantDone
                |> ignore

            [ "config"; "show"; "--config"; Clone.path "data/experiments/combination.json" ]
            |> wantDone
            |> ignore

        testCase "what is wrong in a settings file ends in 2 and names the file"
        <| inFolder (fun folder ->
            let file = Path.Combine(folder, "x.json")
            let show = [ "config"; "show"; "--config"; file ]
            refused 1 [ file; "there is no such file" ] show
            File.WriteAllText(file, "{ \"train\": { \"epochs\": 5, }, /* fine */ }")

            Expect.stringContains
                (wantDone show).Output
                "train.epochs"
                "comments and trailing commas are allowed"

            File.WriteAllText(file, "{ \"train\":\n { \"epochs\" 5 } }")
            refused 2 [ file; "line 2"; "not JSON" ] show)

        testCase "every command says how it is used"
        <| fun () ->
            for command in
                [
                    "run"
                    "status"
                    "why"
                    "report"
                    "store"
                    "config"
                    "kernel"
                    "expand"
                    "regress"
                    "descend"
                    "posterior"
                    "embed"
                    "tokenize"
                    "fetch"
                    "sample"
                ] do
                Expect.stringContains (wantDone [ command; "--help" ]).Output "Example: ntk" command

        testCase "the schema of the settings file is JSON"
        <| fun () ->
            let schema = (wantDone [ "config"; "schema" ]).Output
            use document = System.Text.Json.JsonDocument.Parse schema
            Expect.equal (document.RootElement.GetProperty("type").GetString()) "object" "a schema"
    ]
